// Command k3s is the lab's stand-in for k3s: upstream Kubernetes and etcd in one process, behind
// k3s's command line, configuration file and paths. It is not k3s and says so.
package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"k8s.io/component-base/version"
)

// usage lists what exists; anything else k3s can do is refused, never imitated.
const usage = `bramble lab stand-in for k3s. Commands:
  server         run a server (etcd, kube-apiserver, controller manager, scheduler, kwok node)
  agent          run an agent (kwok node)
  kubectl        kubectl, with /etc/rancher/k3s/k3s.yaml as the default kubeconfig
  etcd-snapshot  save | ls | delete | prune
  check-config   say whether this host could run the stand-in
  --version`

func main() {
	if err := run(os.Args); err != nil {
		logf("fatal", "%v", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if filepath.Base(args[0]) == "kubectl" {
		return runKubectl(args[1:])
	}
	if len(args) < 2 {
		fmt.Println(usage)
		return nil
	}
	command, rest := args[1], args[2:]
	if command != "kubectl" {
		quieten()
	}
	switch command {
	case "server", "agent":
		config, err := loadConfig(command, rest)
		if err != nil {
			return err
		}
		if command == "agent" {
			return runAgentCommand(config)
		}
		return runServer(config)
	case "kubectl":
		return runKubectl(rest)
	case "etcd-snapshot":
		return runSnapshot(rest)
	case "check-config":
		return checkConfig()
	case "--version", "-v":
		fmt.Printf("bramble lab stand-in %s (upstream Kubernetes %s, not k3s)\n",
			gitVersion(), strings.SplitN(gitVersion(), "+", 2)[0])
		return nil
	case "help", "--help", "-h":
		fmt.Println(usage)
		return nil
	}
	return fmt.Errorf("the stand-in has no command %q: only a real k3s release does", command)
}

// gitVersion is the Kubernetes version with the suffix of a k3s release, set when linking.
func gitVersion() string {
	return version.Get().GitVersion
}

func checkConfig() error {
	for _, directory := range []string{"/sys/fs/cgroup", "/proc/self"} {
		if _, err := os.Stat(directory); err != nil {
			return fmt.Errorf("%s: missing (fail)", directory)
		}
	}
	fmt.Println("the stand-in runs no containers and needs no kernel feature\nSTATUS: pass")
	return nil
}
