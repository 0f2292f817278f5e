package main

import (
	"context"
	_ "embed"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

//go:embed manifests/local-storage.yaml
var localStorage []byte

// applyManifests keeps what lies in server/manifests applied, file by file, as k3s does; a file
// that fails is tried again, a file that vanishes deletes nothing.
func applyManifests(ctx context.Context, settings settings) {
	directory := settings.paths.server("manifests")
	packaged := filepath.Join(directory, "local-storage.yaml")
	if slices.Contains(settings.config.list("disable"), "local-storage") {
		_ = os.Remove(packaged)
	} else if err := writePrivate(packaged, localStorage); err != nil {
		logf("error", "writing %s: %v", packaged, err)
	}
	if err := os.MkdirAll(directory, 0o700); err != nil {
		logf("error", "%v", err)
		return
	}
	applied, failures := map[string]string{}, map[string]string{}
	for {
		files, err := filepath.Glob(filepath.Join(directory, "*.y*ml"))
		if err != nil {
			return
		}
		for _, file := range files {
			content, err := os.ReadFile(file)
			if err != nil || applied[file] == hashOf(content) ||
				exists(file+".skip") {
				continue
			}
			if output, err := applyFile(ctx, settings, file); err != nil {
				if failures[file] != output {
					logf("error", "Failed to process config: %s: %s", file, output)
					failures[file] = output
				}
				continue
			}
			logf("info", "Applied %s", file)
			applied[file] = hashOf(content)
		}
		if !tick(ctx, 3*time.Second) {
			return
		}
	}
}

// applyFile runs kubectl in a process of its own: it ends the process on failure.
func applyFile(ctx context.Context, settings settings, file string) (string, error) {
	executable, err := os.Executable()
	if err != nil {
		return err.Error(), err
	}
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	command := exec.CommandContext(ctx, executable, "kubectl", "apply", "--server-side",
		"--force-conflicts", "--field-manager=deploy@stand-in", "-f", file)
	command.Env = append(os.Environ(),
		"KUBECONFIG="+settings.paths.server("cred", "admin.kubeconfig"), "NOTIFY_SOCKET=")
	output, err := command.CombinedOutput()
	return strings.TrimSpace(string(output)), err
}
