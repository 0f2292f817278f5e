package main

import (
	"errors"
	"os"
	"path/filepath"
)

// paths are k3s's places on a host.
type paths struct{ data string }

const (
	nodePasswordFile  = "/etc/rancher/node/password"
	defaultKubeconfig = "/etc/rancher/k3s/k3s.yaml"
)

func pathsOf(config Config) paths {
	return paths{data: config.text("data-dir", "/var/lib/rancher/k3s")}
}

func (p paths) server(parts ...string) string {
	return filepath.Join(append([]string{p.data, "server"}, parts...)...)
}

func (p paths) agent(parts ...string) string {
	return filepath.Join(append([]string{p.data, "agent"}, parts...)...)
}

func (p paths) tls(parts ...string) string {
	return p.server(append([]string{"tls"}, parts...)...)
}

func (p paths) etcd(parts ...string) string {
	return p.server(append([]string{"db", "etcd"}, parts...)...)
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// writePrivate replaces a file whole, so that a power cut leaves the old one or the new one.
func writePrivate(path string, content []byte) error {
	return writeFile(path, content, 0o600)
}

func writeFile(path string, content []byte, mode os.FileMode) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	temporary := path + ".tmp"
	if err := os.WriteFile(temporary, content, mode); err != nil {
		return err
	}
	return errors.Join(os.Chmod(temporary, mode), os.Rename(temporary, path))
}
