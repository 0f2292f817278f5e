package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"
)

// settings are what a server is started with.
type settings struct {
	config         Config
	paths          paths
	nodeName       string
	address        string
	token          string
	podRange       string
	serviceRange   string
	encryptSecrets bool
}

func newSettings(config Config) (settings, error) {
	made := settings{
		config: config, paths: pathsOf(config),
		podRange:       config.text("cluster-cidr", "10.42.0.0/16"),
		serviceRange:   config.text("service-cidr", "10.43.0.0/16"),
		encryptSecrets: config.flag("secrets-encryption"),
	}
	var err, second, third error
	made.nodeName, err = config.nodeName()
	made.address, second = config.nodeAddress()
	made.token, third = serverToken(config, made.paths)
	return made, errors.Join(err, second, third)
}

// critical are the values that k3s compares between servers.
func (s settings) critical() map[string]string {
	values := map[string]string{
		"ClusterIPRanges": s.podRange, "ServiceIPRanges": s.serviceRange,
		"EncryptSecrets": strconv.FormatBool(s.encryptSecrets),
		"DisableSkips":   strings.Join(s.config.list("disable"), ","),
	}
	for _, key := range []string{
		"flannel-backend", "embedded-registry", "disable-network-policy", "disable-kube-proxy",
		"cluster-dns", "cluster-domain",
	} {
		values[key] = s.config.text(key, "")
	}
	return values
}

func exitOn(component string, err error) {
	logf("fatal", "%s exited: %v", component, err)
	os.Exit(1)
}

func runServer(config Config) error {
	settings, err := newSettings(config)
	if err != nil {
		return err
	}
	if config.flag("cluster-reset") {
		return resetCluster(settings)
	}
	logf("info", "Starting bramble lab stand-in %s (not k3s)", gitVersion())
	p := settings.paths
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	if err := errors.Join(forgetReset(p), retireRemoved(p)); err != nil {
		return err
	}
	cluster, err := prepareCluster(ctx, settings)
	if err != nil {
		return fmt.Errorf("starting kubernetes: preparing server: %w", err)
	}
	if err := issueCertificates(settings); err != nil {
		return err
	}
	agentToken, err := config.secret("agent-token")
	if err != nil {
		return err
	}
	if err := writeTokens(p, settings.token, agentToken); err != nil {
		return err
	}
	listener, err := net.Listen("tcp", ":6443")
	if err != nil {
		return err
	}
	super, err := newSupervisor(settings, agentToken, cluster.store)
	if err != nil {
		return err
	}
	port := newHandover(listener)
	super.serveEarly(port)
	if err := cluster.store.start(cluster.members, config.flag("etcd-expose-metrics")); err != nil {
		return err
	}
	stopped, err := serveCluster(ctx, settings, super, port)
	if err != nil {
		cluster.store.leave()
		return err
	}
	<-ctx.Done()
	// The API server first takes itself out of the kubernetes service, for which it needs etcd.
	select {
	case <-stopped:
	case <-time.After(2 * time.Second):
	}
	cluster.store.leave()
	return nil
}

// serveCluster starts Kubernetes once this server votes, then everything that needs its API.
func serveCluster(
	ctx context.Context, settings settings, super *supervisor, port *handover,
) (<-chan error, error) {
	store := super.datastore
	go store.manageLearners(ctx)
	if err := store.awaitVoter(ctx); err != nil {
		return nil, err
	}
	shared, err := readBundle(settings.paths)
	if err != nil {
		return nil, err
	}
	if err := store.keepBundle(ctx, settings.token, shared); err != nil {
		return nil, err
	}
	socket, err := takeNotifySocket()
	if err != nil {
		return nil, err
	}
	stopped, err := startAPIServer(ctx, settings, port, super.wrap)
	if err != nil {
		return nil, err
	}
	if err := writeAdminKubeconfig(settings); err != nil {
		return nil, err
	}
	client, err := clientFrom(settings.paths.server("cred", "admin.kubeconfig"))
	if err != nil {
		return nil, err
	}
	if err := awaitAPI(ctx, client, stopped); err != nil {
		return nil, err
	}
	super.client.Store(client)
	super.ready.Store(true)
	logf("info", "Kube API server is now running")
	// These exit with the process: stopping them by context would end it before etcd is closed.
	if err := startControllerManager(context.Background(), settings); err != nil {
		return nil, err
	}
	if err := startScheduler(context.Background(), settings); err != nil {
		return nil, err
	}
	logf("info", "k3s is up and running")
	notifyReady(socket)
	go store.followDeletions(ctx, client)
	go applyManifests(ctx, settings)
	go provisionLocalPaths(ctx, client)
	go runOwnNode(ctx, settings, client, store)
	return stopped, nil
}

func runOwnNode(
	ctx context.Context, settings settings, client kubernetes.Interface, store *datastore,
) {
	agent, err := newAgent(settings.config, ownAPI, settings.token)
	if err == nil {
		err = agent.register(ctx)
	}
	if err != nil {
		exitOn("agent", err)
	}
	for {
		err := store.markNode(ctx, client, settings.nodeName)
		if err == nil {
			break
		}
		logf("warning", "labelling node %s: %v", settings.nodeName, err)
		if !tick(ctx, time.Second) {
			return
		}
	}
	if err := agent.play(ctx); err != nil {
		exitOn("kwok", err)
	}
}

func newSupervisor(settings settings, agentToken string, store *datastore) (*supervisor, error) {
	base := settings.paths.tls("serving-kube-apiserver")
	certificate, err := tls.LoadX509KeyPair(base+".crt", base+".key")
	if err != nil {
		return nil, err
	}
	signer, err := loadAuthority(settings.paths.tls("client-ca"))
	return &supervisor{
		paths: settings.paths, token: settings.token, agentToken: agentToken,
		config: clusterConfig{Critical: settings.critical()}, datastore: store,
		clientSigner: signer, certificate: certificate,
	}, err
}

func clientFrom(kubeconfig string) (*kubernetes.Clientset, error) {
	config, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
	if err != nil {
		return nil, err
	}
	config.QPS, config.Burst = 50, 100
	return kubernetes.NewForConfig(config)
}

func awaitAPI(ctx context.Context, client kubernetes.Interface, stopped <-chan error) error {
	for {
		select {
		case err := <-stopped:
			return fmt.Errorf("kube-apiserver exited: %w", err)
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(250 * time.Millisecond):
		}
		limited, cancel := context.WithTimeout(ctx, 2*time.Second)
		_, err := client.Discovery().RESTClient().Get().AbsPath("/readyz").DoRaw(limited)
		cancel()
		if err == nil {
			return nil
		}
	}
}

func writeAdminKubeconfig(settings settings) error {
	content, err := os.ReadFile(settings.paths.server("cred", "admin.kubeconfig"))
	if err != nil {
		return err
	}
	mode, err := strconv.ParseUint(settings.config.text("write-kubeconfig-mode", "0600"), 8, 32)
	if err != nil {
		return fmt.Errorf("write-kubeconfig-mode: %w", err)
	}
	file := settings.config.text("write-kubeconfig", defaultKubeconfig)
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return err
	}
	return writeFile(file, content, os.FileMode(mode))
}
