package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"
)

// remote speaks k3s's own paths with a server, trusting the authority that the server shows and,
// with a full token, only the one whose hash the token names.
type remote struct {
	address    string
	credential credential
	client     *http.Client
}

var (
	errUnauthorized = errors.New("401 Unauthorized")
	errForbidden    = errors.New("403 Forbidden")
)

func newRemote(ctx context.Context, address, token, user string) (*remote, error) {
	parsed, err := parseToken(token, user)
	if err != nil {
		return nil, err
	}
	address = strings.TrimSuffix(address, "/")
	insecure := &remote{address: address, client: &http.Client{
		Timeout:   10 * time.Second,
		Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}},
	}}
	authority, err := insecure.get(ctx, "/cacerts", nil)
	if err != nil {
		return nil, fmt.Errorf("failed to get CA certs: %w", err)
	}
	if parsed.caHash != "" && parsed.caHash != hashOf(authority) {
		return nil, errors.New("failed to validate token: token CA hash does not match the " +
			"Cluster CA certificate hash: " + parsed.caHash + " != " + hashOf(authority))
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(authority) {
		return nil, fmt.Errorf("%s/cacerts shows no certificate", address)
	}
	return &remote{address: address, credential: parsed, client: &http.Client{
		Timeout:   10 * time.Second,
		Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}},
	}}, nil
}

func (r *remote) get(ctx context.Context, path string, headers map[string]string) ([]byte, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, r.address+path, nil)
	if err != nil {
		return nil, err
	}
	if r.credential.password != "" {
		request.SetBasicAuth(r.credential.user, r.credential.password)
	}
	for name, value := range headers {
		request.Header.Set(name, value)
	}
	response, err := r.client.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	switch {
	case response.StatusCode == http.StatusUnauthorized:
		return nil, fmt.Errorf("token is not valid: %s%s: %w", r.address, path, errUnauthorized)
	case response.StatusCode == http.StatusForbidden:
		return nil, fmt.Errorf("%s (%w)", strings.TrimSpace(string(body)), errForbidden)
	case response.StatusCode != http.StatusOK:
		return nil, fmt.Errorf("%s%s: %s: %s", r.address, path, response.Status,
			strings.TrimSpace(string(body)))
	}
	return body, err
}

func (r *remote) decode(ctx context.Context, path string, into any) error {
	body, err := r.get(ctx, path, nil)
	if err != nil {
		return err
	}
	return json.Unmarshal(body, into)
}

// membership is this server's etcd member and, when it joins, the members to start with.
type membership struct {
	store   *datastore
	members []string
}

// prepareCluster decides as k3s does: go on from disk, join, or start a new cluster.
func prepareCluster(ctx context.Context, settings settings) (membership, error) {
	p := settings.paths
	server := settings.config.text("server", "")
	restarting := initialized(p)
	switch {
	case restarting:
		logf("info", "Managed etcd cluster bootstrap already complete and initialized")
	case server != "":
		if err := fetchBundle(ctx, settings, server); err != nil {
			return membership{}, err
		}
	case settings.config.flag("cluster-init"):
		if err := makeBundle(p); err != nil {
			return membership{}, err
		}
	default:
		return membership{}, errors.New("neither cluster-init nor server is set: k3s would keep " +
			"its state in SQLite, and the stand-in has only embedded etcd")
	}
	store, err := newDatastore(p, settings.nodeName, settings.address)
	if err != nil || restarting || server == "" {
		return membership{store: store}, err
	}
	// etcd's own certificates are needed to add a member.
	if err := issueCertificates(settings); err != nil {
		return membership{}, err
	}
	endpoints, err := memberEndpoints(ctx, settings, server)
	if err != nil {
		return membership{}, err
	}
	members, err := store.join(ctx, settings.nodeName, endpoints)
	return membership{store: store, members: members}, err
}

// makeBundle keeps authorities that are there: an interrupted first start left them.
func makeBundle(p paths) error {
	found, err := readBundle(p)
	if err != nil || found != nil {
		return err
	}
	made, err := newBundle()
	if err != nil {
		return err
	}
	return made.write(p)
}

func fetchBundle(ctx context.Context, settings settings, server string) error {
	seed, err := newRemote(ctx, server, settings.joinToken(), "server")
	if err != nil {
		return err
	}
	shared := bundle{}
	if err := seed.decode(ctx, "/v1-k3s/server-bootstrap", &shared); err != nil {
		return err
	}
	var theirs clusterConfig
	if err := seed.decode(ctx, "/v1-k3s/config", &theirs); err != nil {
		return err
	}
	var differing []string
	for key, ours := range settings.critical() {
		if theirs.Critical[key] != ours {
			differing = append(differing, key)
		}
	}
	if len(differing) > 0 {
		slices.Sort(differing)
		return fmt.Errorf("critical configuration value mismatch between servers: %v", differing)
	}
	return shared.write(settings.paths)
}

// joinToken is the token as given, with the hash of the authority when it has one.
func (s settings) joinToken() string {
	given, err := s.config.secret("token")
	if err != nil || given == "" {
		return s.token
	}
	return given
}

func memberEndpoints(ctx context.Context, settings settings, server string) ([]string, error) {
	seed, err := newRemote(ctx, server, settings.joinToken(), "server")
	if err != nil {
		return nil, err
	}
	var endpoints []string
	if err := seed.decode(ctx, "/db/info", &endpoints); err != nil {
		return nil, err
	}
	if len(endpoints) == 0 {
		return nil, errors.New("the server names no etcd member to join")
	}
	return endpoints, nil
}
