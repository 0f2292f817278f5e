package main

import (
	"os"

	"k8s.io/component-base/cli"
	"k8s.io/kubectl/pkg/cmd"
)

// runKubectl ends the process with kubectl's own exit code.
func runKubectl(arguments []string) error {
	if os.Getenv("KUBECONFIG") == "" && exists(defaultKubeconfig) {
		if err := os.Setenv("KUBECONFIG", defaultKubeconfig); err != nil {
			return err
		}
	}
	os.Args = append([]string{"kubectl"}, arguments...)
	command := cmd.NewDefaultKubectlCommand()
	if err := cli.RunNoErrOutput(command); err != nil {
		// kubectl tells its own failures before it exits; what returns here was not told yet.
		return err
	}
	return nil
}
