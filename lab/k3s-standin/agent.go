package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"
)

const balancerAddress = "127.0.0.1:6444"

// agent is a node: on a server it speaks to its own API server, elsewhere through the balancer.
type agent struct {
	config   Config
	paths    paths
	name     string
	address  string
	server   string
	token    string
	password string
	api      string
}

func newAgent(config Config, server, token string) (*agent, error) {
	name, err := config.nodeName()
	if err != nil {
		return nil, err
	}
	address, err := config.nodeAddress()
	if err != nil {
		return nil, err
	}
	password, err := nodePassword()
	return &agent{
		config: config, paths: pathsOf(config), name: name, address: address, server: server,
		token: token, password: password, api: server,
	}, err
}

// nodePassword is made once per host and kept outside the data directory, as k3s does.
func nodePassword() (string, error) {
	content, err := os.ReadFile(nodePasswordFile)
	if err == nil && len(content) > 0 {
		return strings.TrimSpace(string(content)), nil
	}
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return "", err
	}
	made := randomHex(16)
	return made, writePrivate(nodePasswordFile, []byte(made+"\n"))
}

func runAgentCommand(config Config) error {
	logf("info", "Starting bramble lab stand-in agent %s (not k3s)", gitVersion())
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	token, err := config.secret("token")
	if err != nil {
		return err
	}
	made, err := newAgent(config, config.text("server", ""), token)
	if err != nil {
		return err
	}
	first, err := url.Parse(made.server)
	if err != nil || first.Host == "" {
		return fmt.Errorf("server: %q is not a URL", made.server)
	}
	servers := newBalancer(made.paths.agent("etc", "k3s-agent-load-balancer.json"), first.Host)
	if err := servers.listen(ctx, balancerAddress); err != nil {
		return err
	}
	made.api = "https://" + balancerAddress
	made.server = made.api
	if err := made.register(ctx); err != nil {
		return err
	}
	notifyReady(os.Getenv("NOTIFY_SOCKET"))
	go made.followServers(ctx, servers)
	return made.play(ctx)
}

// register gets the node's certificate and makes its node object, with k3s's patience: only a
// wrong token ends it.
func (a *agent) register(ctx context.Context) error {
	for {
		err := a.tryRegister(ctx)
		if err == nil || errors.Is(err, errUnauthorized) {
			return err
		}
		if strings.Contains(err.Error(), "token CA hash does not match") {
			return err
		}
		logf("info", "Waiting to retrieve agent configuration; server is not ready: %v", err)
		if !tick(ctx, 2*time.Second) {
			return ctx.Err()
		}
	}
}

func (a *agent) tryRegister(ctx context.Context) error {
	seed, err := newRemote(ctx, a.server, a.token, "node")
	if err != nil {
		return err
	}
	body, err := seed.get(ctx, "/v1-k3s/client-kubelet",
		map[string]string{nodeNameHeader: a.name, nodePasswordHeader: a.password})
	if err != nil {
		return err
	}
	var granted nodeCertificate
	if err := json.Unmarshal(body, &granted); err != nil {
		return err
	}
	base := a.paths.agent("client-kubelet")
	err = errors.Join(
		writePrivate(base+".key", granted.Key), writePrivate(base+".crt", granted.Certificate),
		writePrivate(a.paths.agent("server-ca.crt"), granted.ServerCA))
	if err != nil {
		return err
	}
	content, err := kubeconfig(a.api, a.paths.agent("server-ca.crt"), base)
	if err != nil {
		return err
	}
	if err := writePrivate(a.kubeconfig(), content); err != nil {
		return err
	}
	return a.registerNode(ctx)
}

func (a *agent) kubeconfig() string { return a.paths.agent("kubelet.kubeconfig") }

// followServers keeps the balancer's list equal to the cluster's.
func (a *agent) followServers(ctx context.Context, servers *balancer) {
	for tick(ctx, 5*time.Second) {
		seed, err := newRemote(ctx, a.server, a.token, "node")
		if err != nil {
			continue
		}
		var addresses []string
		if err := seed.decode(ctx, "/v1-k3s/apiservers", &addresses); err != nil {
			continue
		}
		if err := servers.set(addresses); err != nil {
			logf("warning", "keeping the list of servers: %v", err)
		}
	}
}
