package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"go.etcd.io/etcd/api/v3/v3rpc/rpctypes"
	"go.etcd.io/etcd/client/pkg/v3/transport"
	clientv3 "go.etcd.io/etcd/client/v3"
	"go.etcd.io/etcd/server/v3/embed"
	"go.uber.org/zap"
)

const (
	heartbeatMs = 500
	electionMs  = 5000
	quotaBytes  = 2 << 30
)

// datastore is this server's etcd member.
type datastore struct {
	name    string
	address string
	paths   paths
	running *embed.Etcd
	client  *clientv3.Client
	closing atomic.Bool
}

func newDatastore(p paths, nodeName, address string) (*datastore, error) {
	file := p.etcd("name")
	name, err := os.ReadFile(file)
	if errors.Is(err, os.ErrNotExist) {
		name = []byte(nodeName + "-" + randomHex(4))
		err = writePrivate(file, name)
	}
	return &datastore{name: string(name), address: address, paths: p}, err
}

func (d *datastore) peerURL() string { return "https://" + d.address + ":2380" }

func initialized(p paths) bool { return exists(p.etcd("member", "wal")) }

// retireRemoved moves a removed member's data aside, so that the server joins anew.
func retireRemoved(p paths) error {
	if !exists(p.etcd("tombstone")) {
		return nil
	}
	logf("info", "tombstone file has been detected, removing data dir to rejoin the cluster")
	return setAside(p)
}

// setAside keeps one older data directory, as the place of rescue after a mistake.
func setAside(p paths) error {
	older, err := filepath.Glob(p.etcd() + "-old-*")
	if err != nil {
		return err
	}
	for _, directory := range older {
		if err := os.RemoveAll(directory); err != nil {
			return err
		}
	}
	return os.Rename(p.etcd(), fmt.Sprintf("%s-old-%d", p.etcd(), time.Now().Unix()))
}

func urls(addresses ...string) []url.URL {
	parsed := make([]url.URL, len(addresses))
	for i, address := range addresses {
		scheme, host, _ := strings.Cut(address, "://")
		parsed[i] = url.URL{Scheme: scheme, Host: host}
	}
	return parsed
}

// start runs etcd; cluster is the list of members when joining, empty for a new cluster or for
// a restart from disk.
func (d *datastore) start(cluster []string, exposeMetrics bool) error {
	config := embed.NewConfig()
	config.Name = d.name
	config.Dir = d.paths.etcd()
	config.TickMs, config.ElectionMs = heartbeatMs, electionMs
	config.QuotaBackendBytes = quotaBytes
	config.SnapshotCount = 10000
	config.WarningUnaryRequestDuration = time.Second
	config.AutoCompactionMode, config.AutoCompactionRetention = "periodic", "5m"
	// Hosts of the lab lose power by SIGKILL: the kernel still writes what etcd handed to it.
	config.UnsafeNoFsync = true
	config.ZapLoggerBuilder = embed.NewZapLoggerBuilder(quietLogger())
	config.ListenPeerUrls = urls(d.peerURL())
	config.AdvertisePeerUrls = urls(d.peerURL())
	config.ListenClientUrls = urls("https://127.0.0.1:2379", "https://"+d.address+":2379")
	config.AdvertiseClientUrls = urls("https://" + d.address + ":2379")
	config.ListenMetricsUrls = urls("http://127.0.0.1:2381")
	if exposeMetrics {
		config.ListenMetricsUrls = append(config.ListenMetricsUrls,
			urls("http://"+d.address+":2381")...)
	}
	config.ClientTLSInfo = d.tlsInfo("server-client", "server-ca")
	config.PeerTLSInfo = d.tlsInfo("peer-server-client", "peer-ca")
	config.InitialCluster = d.name + "=" + d.peerURL()
	if len(cluster) > 0 {
		config.InitialCluster = strings.Join(cluster, ",")
		config.ClusterState = embed.ClusterStateFlagExisting
	}
	running, err := embed.StartEtcd(config)
	if err != nil {
		return fmt.Errorf("starting etcd: %w", err)
	}
	if len(cluster) > 0 && unanswered(running) {
		return startAgain()
	}
	d.running = running
	go d.watchRemoval()
	d.client, err = d.connect("https://127.0.0.1:2379")
	return err
}

// unanswered waits for a joining member to serve. When the leader's snapshot already holds the
// entry by which the member told its name, etcd waits for that entry in vain and asks again after
// 15 s; from disk it starts at once.
func unanswered(joining *embed.Etcd) bool {
	var caughtUp time.Time
	for {
		select {
		case <-joining.Server.ReadyNotify():
			return false
		case <-joining.Server.StopNotify():
			return false
		case <-time.After(100 * time.Millisecond):
		}
		if caughtUp.IsZero() && joining.Server.AppliedIndex() > 0 {
			caughtUp = time.Now()
		}
		if !caughtUp.IsZero() && time.Since(caughtUp) > time.Second {
			return true
		}
	}
}

// startAgain replaces this process by itself: etcd's Close waits for the same answer.
func startAgain() error {
	executable, err := os.Executable()
	if err != nil {
		return err
	}
	return syscall.Exec(executable, os.Args, os.Environ())
}

func (d *datastore) tlsInfo(certificate, authority string) transport.TLSInfo {
	return transport.TLSInfo{
		CertFile:       d.paths.tls("etcd", certificate+".crt"),
		KeyFile:        d.paths.tls("etcd", certificate+".key"),
		TrustedCAFile:  d.paths.tls("etcd", authority+".crt"),
		ClientCertAuth: true,
	}
}

// watchRemoval leaves the tombstone by which the next start joins as a new member.
func (d *datastore) watchRemoval() {
	<-d.running.Server.StopNotify()
	if d.closing.Load() {
		return
	}
	if err := writePrivate(d.paths.etcd("tombstone"), nil); err != nil {
		logf("error", "writing the tombstone: %v", err)
	}
	logf("error", "this node has been removed from the cluster - restart k3s to rejoin the cluster")
}

// leave hands leadership on before this process ends; etcd's own Close would wait for clients.
func (d *datastore) leave() {
	d.closing.Store(true)
	if d.running == nil {
		return
	}
	if err := d.running.Server.TryTransferLeadershipOnShutdown(); err != nil {
		logf("warning", "handing on etcd's leadership: %v", err)
	}
}

func (d *datastore) connect(endpoints ...string) (*clientv3.Client, error) {
	tlsConfig, err := d.tlsInfo("client", "server-ca").ClientConfig()
	if err != nil {
		return nil, err
	}
	return clientv3.New(clientv3.Config{
		Endpoints: endpoints, TLS: tlsConfig, DialTimeout: 5 * time.Second,
		Logger: zap.NewNop(),
	})
}

// join adds this server as a learner and returns the member list to start with.
func (d *datastore) join(ctx context.Context, nodeName string, endpoints []string) ([]string, error) {
	client, err := d.connect(endpoints...)
	if err != nil {
		return nil, err
	}
	defer client.Close()
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	members, err := client.MemberList(ctx)
	if err != nil {
		return nil, fmt.Errorf("ETCD join failed: %w", err)
	}
	var cluster []string
	known := false
	for _, member := range members.Members {
		here := len(member.PeerURLs) > 0 && member.PeerURLs[0] == d.peerURL()
		// A member that has not started yet has no name: at our address it is us.
		if member.Name == "" && here {
			member.Name = d.name
		}
		if member.Name == d.name && here {
			known = true
		}
		if i := strings.LastIndex(member.Name, "-"); member.Name != d.name && i > 0 &&
			member.Name[:i] == nodeName {
			return nil, errors.New("ETCD join failed: duplicate node name found, " +
				"please use a unique name for this node")
		}
		cluster = append(cluster, member.Name+"="+member.PeerURLs[0])
	}
	if known {
		return cluster, nil
	}
	logf("info", "Adding member %s=%s to etcd cluster %v", d.name, d.peerURL(), cluster)
	_, err = client.MemberAddAsLearner(ctx, []string{d.peerURL()})
	// etcd takes no member until all have been connected for 5 s, and learners of the stand-in
	// are promoted sooner than k3s's.
	for errors.Is(err, rpctypes.ErrUnhealthy) && tick(ctx, 500*time.Millisecond) {
		_, err = client.MemberAddAsLearner(ctx, []string{d.peerURL()})
	}
	if err != nil {
		return nil, fmt.Errorf("ETCD join failed: %w", err)
	}
	return append(cluster, d.name+"="+d.peerURL()), nil
}

// awaitVoter returns when this member serves reads of its own, which a learner does not.
func (d *datastore) awaitVoter(ctx context.Context) error {
	for waited := 0; ; waited++ {
		_, err := d.get(ctx, "/bootstrap/none")
		if err == nil {
			return nil
		}
		if waited%20 == 0 {
			logf("info", "Failed to test etcd connection: %v", err)
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		time.Sleep(250 * time.Millisecond)
	}
}

func (d *datastore) get(ctx context.Context, key string) (*clientv3.GetResponse, error) {
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	return d.client.Get(ctx, key, clientv3.WithPrefix())
}

// keepBundle puts the bundle into a new cluster, or proves that the token opens the one there.
func (d *datastore) keepBundle(ctx context.Context, token string, shared bundle) error {
	found, err := d.get(ctx, "/bootstrap/")
	if err != nil {
		return err
	}
	if len(found.Kvs) == 0 {
		sealed, err := shared.seal(token)
		if err != nil {
			return err
		}
		_, err = d.client.Put(ctx, bootstrapKey(token), sealed)
		return err
	}
	if string(found.Kvs[0].Key) != bootstrapKey(token) {
		return errWrongToken
	}
	_, err = openBundle(token, string(found.Kvs[0].Value))
	return err
}

func plainClient(endpoint string) (*clientv3.Client, error) {
	return clientv3.New(clientv3.Config{
		Endpoints: []string{endpoint}, DialTimeout: 5 * time.Second, Logger: zap.NewNop(),
	})
}
