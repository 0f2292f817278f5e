package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"
)

const snapshotRetention = 5

// runSnapshot speaks to this host's own etcd member; names are those k3s gives.
func runSnapshot(arguments []string) error {
	if len(arguments) == 0 {
		return errors.New("etcd-snapshot: save, ls, delete or prune")
	}
	verb, name, rest := arguments[0], "on-demand", []string{}
	retention := snapshotRetention
	var named []string
	for i := 1; i < len(arguments); i++ {
		key, value, hasValue := strings.Cut(strings.TrimLeft(arguments[i], "-"), "=")
		known := key == "name" || key == "snapshot-retention" || key == "dir"
		switch {
		case !strings.HasPrefix(arguments[i], "-"):
			named = append(named, arguments[i])
			continue
		case !hasValue && i+1 < len(arguments) && known:
			i++
			value = arguments[i]
		case !known:
			rest = append(rest, arguments[i])
			continue
		}
		switch key {
		case "name":
			name = value
		case "dir":
			rest = append(rest, "--etcd-snapshot-dir="+value)
		default:
			number, err := strconv.Atoi(value)
			if err != nil {
				return fmt.Errorf("snapshot-retention: %w", err)
			}
			retention = number
		}
	}
	config, err := loadConfig("etcd-snapshot", rest)
	if err != nil {
		return err
	}
	directory := config.text("etcd-snapshot-dir", pathsOf(config).server("db", "snapshots"))
	switch verb {
	case "save":
		return saveSnapshot(config, directory, name)
	case "ls", "list", "l":
		return listSnapshots(directory)
	case "delete":
		for _, snapshot := range named {
			if err := os.Remove(filepath.Join(directory, filepath.Base(snapshot))); err != nil {
				return err
			}
			fmt.Printf("Snapshot %s deleted.\n", filepath.Base(snapshot))
		}
		return nil
	case "prune":
		return pruneSnapshots(directory, name, retention)
	}
	return fmt.Errorf("etcd-snapshot: the stand-in has no command %q", verb)
}

func saveSnapshot(config Config, directory, prefix string) (err error) {
	node, err := config.nodeName()
	if err != nil {
		return err
	}
	store := &datastore{paths: pathsOf(config)}
	client, err := store.connect("https://127.0.0.1:2379")
	if err != nil {
		return fmt.Errorf("see server log for details: %w", err)
	}
	defer client.Close()
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	content, err := client.Snapshot(ctx)
	if err != nil {
		return err
	}
	defer content.Close()
	if err := os.MkdirAll(directory, 0o700); err != nil {
		return err
	}
	name := fmt.Sprintf("%s-%s-%d", prefix, node, time.Now().Unix())
	path := filepath.Join(directory, name)
	partial := path + ".part"
	file, err := os.OpenFile(partial, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(file, content)
	if err = errors.Join(err, file.Sync(), file.Close()); err != nil {
		return errors.Join(err, os.Remove(partial))
	}
	if err := os.Rename(partial, path); err != nil {
		return err
	}
	fmt.Printf("Snapshot %s saved.\n", name)
	return nil
}

func snapshotsIn(directory string) ([]os.FileInfo, error) {
	entries, err := os.ReadDir(directory)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	var found []os.FileInfo
	for _, entry := range entries {
		info, err := entry.Info()
		if err == nil && info.Mode().IsRegular() && !strings.HasSuffix(info.Name(), ".part") {
			found = append(found, info)
		}
	}
	slices.SortFunc(found, func(a, b os.FileInfo) int {
		return cmp.Or(b.ModTime().Compare(a.ModTime()), strings.Compare(b.Name(), a.Name()))
	})
	return found, err
}

func listSnapshots(directory string) error {
	found, err := snapshotsIn(directory)
	if err != nil {
		return err
	}
	table := tabwriter.NewWriter(os.Stdout, 0, 0, 1, ' ', 0)
	fmt.Fprintln(table, "Name\tLocation\tSize\tCreated")
	for _, info := range found {
		fmt.Fprintf(table, "%s\tfile://%s\t%d\t%s\n", info.Name(),
			filepath.Join(directory, info.Name()), info.Size(),
			info.ModTime().UTC().Format(time.RFC3339))
	}
	return table.Flush()
}

func pruneSnapshots(directory, prefix string, retention int) error {
	found, err := snapshotsIn(directory)
	if err != nil {
		return err
	}
	kept := 0
	for _, info := range found {
		if !strings.HasPrefix(info.Name(), prefix+"-") {
			continue
		}
		if kept++; kept <= retention {
			continue
		}
		if err := os.Remove(filepath.Join(directory, info.Name())); err != nil {
			return err
		}
		fmt.Printf("Snapshot %s deleted.\n", info.Name())
	}
	return nil
}
