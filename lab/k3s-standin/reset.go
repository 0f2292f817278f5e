package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"go.etcd.io/etcd/etcdutl/v3/snapshot"
	"go.etcd.io/etcd/server/v3/embed"
	"go.uber.org/zap"
)

const resetDone = "Managed etcd cluster membership has been reset, restart without " +
	"--cluster-reset flag now. Backup and delete ${datadir}/server/db on each peer etcd server " +
	"and rejoin the nodes"

func resetFlag(p paths) string { return p.server("db", "reset-flag") }

// forgetReset lets a later cluster-reset run: it is asked for once per normal start.
func forgetReset(p paths) error {
	err := os.Remove(resetFlag(p))
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	return err
}

// resetCluster makes this server the only member, from a snapshot if one is named, and ends.
func resetCluster(settings settings) error {
	p := settings.paths
	if exists(resetFlag(p)) {
		return errors.New("cluster-reset was successfully performed, please remove the " +
			"cluster-reset flag and start k3s normally. If you need to perform another cluster " +
			"reset, you must first manually delete the " + resetFlag(p) + " file")
	}
	file := settings.config.text("cluster-reset-restore-path", "")
	if file != "" {
		if err := restoreSnapshot(settings, file); err != nil {
			return fmt.Errorf("restoring %s: %w", file, err)
		}
	} else if !initialized(p) {
		return errors.New("there is no etcd data to reset")
	}
	shared, err := readResetBundle(settings)
	if err != nil {
		return err
	}
	if err := shared.write(p); err != nil {
		return err
	}
	if err := writePrivate(resetFlag(p), nil); err != nil {
		return err
	}
	logf("info", "%s", resetDone)
	return nil
}

func restoreSnapshot(settings settings, file string) error {
	p := settings.paths
	if !exists(file) {
		return os.ErrNotExist
	}
	if exists(p.etcd()) {
		if err := setAside(p); err != nil {
			return err
		}
	}
	if err := os.MkdirAll(p.server("db"), 0o700); err != nil {
		return err
	}
	name := settings.nodeName + "-" + randomHex(4)
	peer := "https://" + settings.address + ":2380"
	err := snapshot.NewV3(zap.NewNop()).Restore(snapshot.RestoreConfig{
		SnapshotPath: file, Name: name, OutputDataDir: p.etcd(), PeerURLs: []string{peer},
		InitialCluster: name + "=" + peer, InitialClusterToken: "etcd-cluster",
	})
	if err != nil {
		return err
	}
	return writePrivate(p.etcd("name"), []byte(name))
}

// readResetBundle starts etcd alone on loopback, as the only member from now on, and opens the
// bundle of the cluster with the token.
func readResetBundle(settings settings) (bundle, error) {
	store, err := newDatastore(settings.paths, settings.nodeName, settings.address)
	if err != nil {
		return nil, err
	}
	config := embed.NewConfig()
	config.Name, config.Dir = store.name, settings.paths.etcd()
	config.ForceNewCluster = true
	config.UnsafeNoFsync = true
	config.ZapLoggerBuilder = embed.NewZapLoggerBuilder(quietLogger())
	config.ListenPeerUrls = urls("http://127.0.0.1:2390")
	config.AdvertisePeerUrls = urls(store.peerURL())
	config.ListenClientUrls = urls("http://127.0.0.1:2399")
	config.AdvertiseClientUrls = config.ListenClientUrls
	config.InitialCluster = store.name + "=" + store.peerURL()
	store.running, err = embed.StartEtcd(config)
	if err != nil {
		return nil, err
	}
	defer store.running.Close()
	store.client, err = plainClient("http://127.0.0.1:2399")
	if err != nil {
		return nil, err
	}
	defer store.client.Close()
	ctx := context.Background()
	if err := store.awaitVoter(ctx); err != nil {
		return nil, err
	}
	members, err := store.members(ctx)
	if err != nil {
		return nil, err
	}
	for _, member := range members {
		// A restored or moved host may have another address than the member it continues.
		_, err := store.client.MemberUpdate(ctx, member.ID, []string{store.peerURL()})
		if err != nil {
			return nil, err
		}
	}
	found, err := store.get(ctx, "/bootstrap/")
	if err != nil {
		return nil, err
	}
	if len(found.Kvs) == 0 {
		return nil, errors.New("the data holds no bootstrap key: it is not of such a cluster")
	}
	return openBundle(settings.token, string(found.Kvs[0].Value))
}
