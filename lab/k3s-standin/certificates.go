package main

import (
	"encoding/base64"
	"fmt"
	"net"
	"os"

	netutils "k8s.io/utils/net"
)

// issueCertificates renews every leaf at each start, so that changed names and addresses apply.
func issueCertificates(settings settings) error {
	p := settings.paths
	_, services, err := net.ParseCIDR(settings.serviceRange)
	if err != nil {
		return fmt.Errorf("service-cidr: %w", err)
	}
	first, err := netutils.GetIndexedIP(services, 1)
	if err != nil {
		return err
	}
	names := append([]string{
		"kubernetes", "kubernetes.default", "kubernetes.default.svc",
		"kubernetes.default.svc.cluster.local", "localhost", settings.nodeName,
		"127.0.0.1", "::1", settings.address, first.String(),
	}, settings.config.list("tls-san")...)
	etcdNames := []string{"localhost", "127.0.0.1", "::1", settings.address, settings.nodeName}
	requests := map[string]map[string]leaf{
		"server-ca": {"serving-kube-apiserver": {name: "kube-apiserver", hosts: names}},
		"client-ca": {
			"client-admin":      {name: "system:admin", groups: []string{"system:masters"}},
			"client-controller": {name: "system:kube-controller-manager"},
			"client-scheduler":  {name: "system:kube-scheduler"},
		},
		"request-header-ca": {"client-auth-proxy": {name: "system:auth-proxy"}},
		"etcd/server-ca": {
			"etcd/server-client": {name: "etcd-server", hosts: etcdNames},
			"etcd/client":        {name: "etcd-client"},
		},
		"etcd/peer-ca": {"etcd/peer-server-client": {name: "etcd-peer", hosts: etcdNames}},
	}
	for name, leaves := range requests {
		signer, err := loadAuthority(p.tls(name))
		if err != nil {
			return err
		}
		for base, request := range leaves {
			if err := signer.issueFiles(p.tls(base), request); err != nil {
				return err
			}
		}
	}
	for _, name := range []string{"admin", "controller", "scheduler"} {
		content, err := kubeconfig(ownAPI, p.tls("server-ca.crt"), p.tls("client-"+name))
		if err != nil {
			return err
		}
		if err := writePrivate(p.server("cred", name+".kubeconfig"), content); err != nil {
			return err
		}
	}
	return nil
}

const kubeconfigForm = `apiVersion: v1
clusters:
- cluster:
    certificate-authority-data: %s
    server: %s
  name: default
contexts:
- context:
    cluster: default
    user: default
  name: default
current-context: default
kind: Config
users:
- name: default
  user:
    client-certificate-data: %s
    client-key-data: %s
`

// ownAPI is the API server of the host itself.
const ownAPI = "https://127.0.0.1:6443"

// kubeconfig is a client certificate and the address it is for, with nothing left in files.
func kubeconfig(api, authorityFile, base string) ([]byte, error) {
	var parts [3]string
	for i, file := range []string{authorityFile, base + ".crt", base + ".key"} {
		content, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		parts[i] = base64.StdEncoding.EncodeToString(content)
	}
	return fmt.Appendf(nil, kubeconfigForm, parts[0], api, parts[1], parts[2]), nil
}
