package main

import (
	"context"
	"embed"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

//go:embed manifests/*.yaml
var packaged embed.FS

// applyManifests keeps what lies in server/manifests applied, file by file, as k3s does; a file
// that fails is tried again, a file that vanishes deletes nothing.
func applyManifests(ctx context.Context, settings settings) {
	directory := settings.paths.server("manifests")
	if err := writePackaged(directory, settings.config.list("disable")); err != nil {
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

// writePackaged puts the stand-in's own manifests beside the others, but for disabled ones.
func writePackaged(directory string, disabled []string) error {
	entries, err := packaged.ReadDir("manifests")
	if err != nil {
		return err
	}
	for _, entry := range entries {
		file := filepath.Join(directory, entry.Name())
		if slices.Contains(disabled, strings.TrimSuffix(entry.Name(), ".yaml")) {
			if err := os.Remove(file); err != nil && !errors.Is(err, os.ErrNotExist) {
				return err
			}
			continue
		}
		content, err := packaged.ReadFile("manifests/" + entry.Name())
		if err != nil {
			return err
		}
		if err := writePrivate(file, content); err != nil {
			return err
		}
	}
	return nil
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
		"KUBECONFIG="+settings.paths.server("cred", "admin.kubeconfig"))
	output, err := command.CombinedOutput()
	return strings.TrimSpace(string(output)), err
}
