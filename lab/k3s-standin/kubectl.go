package main

import (
	"os"

	"k8s.io/component-base/cli"
	"k8s.io/kubectl/pkg/cmd"
	"k8s.io/kubectl/pkg/cmd/util"
)

// runKubectl ends the process on failure with kubectl's own exit code.
func runKubectl(arguments []string) error {
	if os.Getenv("KUBECONFIG") == "" && exists(defaultKubeconfig) {
		if err := os.Setenv("KUBECONFIG", defaultKubeconfig); err != nil {
			return err
		}
	}
	os.Args = append([]string{"kubectl"}, arguments...)
	command := cmd.NewDefaultKubectlCommand()
	// kubectl tells its own failures; CheckErr tells what cobra found, and ends the process.
	util.CheckErr(cli.RunNoErrOutput(command))
	return nil
}
