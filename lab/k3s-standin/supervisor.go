package main

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"net/http"
	"os"
	"strings"
	"sync/atomic"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
)

const (
	nodeNameHeader     = "K3s-Node-Name"
	nodePasswordHeader = "K3s-Node-Password"
	passwordRejected   = "Node password rejected, duplicate hostname or contents of " +
		"'/etc/rancher/node/password' may not match server node-passwd entry, try enabling a " +
		"unique node name with the --with-node-id flag"
)

// clusterConfig are the settings that all servers of a cluster share, and what agents need.
type clusterConfig struct {
	Critical map[string]string `json:"critical"`
}

// supervisor answers k3s's own paths beside the API server, on the same port.
type supervisor struct {
	paths         paths
	token         string
	agentToken    string
	config        clusterConfig
	datastore     *datastore
	client        atomic.Pointer[kubernetes.Clientset]
	clientSigner  *authority
	ready         atomic.Bool
	certificate   tls.Certificate
	earlyListener *http.Server
}

func (s *supervisor) wrap(next http.Handler) http.Handler {
	own := http.NewServeMux()
	own.HandleFunc("GET /ping", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain")
		_, _ = w.Write([]byte("pong"))
	})
	own.HandleFunc("GET /cacerts", func(w http.ResponseWriter, _ *http.Request) {
		s.serveFile(w, s.paths.tls("server-ca.crt"))
	})
	own.HandleFunc("GET /v1-k3s/config", s.authenticated(true, s.serveConfig))
	own.HandleFunc("GET /v1-k3s/apiservers", s.authenticated(true, s.serveServers))
	own.HandleFunc("GET /v1-k3s/client-kubelet", s.authenticated(true, s.serveNodeCertificate))
	own.HandleFunc("GET /v1-k3s/server-bootstrap", s.authenticated(false, s.serveBootstrap))
	own.HandleFunc("GET /db/info", s.authenticated(false, s.serveMembers))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		path := r.URL.Path
		if path == "/ping" || path == "/cacerts" || path == "/db/info" ||
			strings.HasPrefix(path, "/v1-k3s/") {
			own.ServeHTTP(w, r)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// serveEarly answers until the API server takes the port.
func (s *supervisor) serveEarly(port *handover) {
	unready := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		http.Error(w, "starting", http.StatusServiceUnavailable)
	})
	s.earlyListener = &http.Server{
		Handler: s.wrap(unready), ReadHeaderTimeout: 10 * time.Second,
		TLSConfig: &tls.Config{Certificates: []tls.Certificate{s.certificate}},
	}
	go func() {
		err := s.earlyListener.ServeTLS(firstListener{port}, "", "")
		if !errors.Is(err, http.ErrServerClosed) && err != nil {
			// Connections opened before the handover would never reach the API server.
			_ = s.earlyListener.Close()
		}
	}()
}

func (s *supervisor) authenticated(nodes bool, next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		_, password, _ := r.BasicAuth()
		server := same(password, s.token)
		node := nodes && s.agentToken != "" && same(password, s.agentToken)
		if !server && !node {
			http.Error(w, "401 Unauthorized", http.StatusUnauthorized)
			return
		}
		next(w, r)
	}
}

func (s *supervisor) serveFile(w http.ResponseWriter, path string) {
	content, err := os.ReadFile(path)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/plain")
	_, _ = w.Write(content)
}

func answer(w http.ResponseWriter, value any, err error) {
	if err != nil {
		http.Error(w, err.Error(), http.StatusServiceUnavailable)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(value)
}

func (s *supervisor) serveConfig(w http.ResponseWriter, _ *http.Request) {
	answer(w, s.config, nil)
}

func (s *supervisor) serveBootstrap(w http.ResponseWriter, _ *http.Request) {
	shared, err := readBundle(s.paths)
	answer(w, shared, err)
}

func (s *supervisor) serveMembers(w http.ResponseWriter, r *http.Request) {
	if !s.ready.Load() {
		http.Error(w, "starting", http.StatusServiceUnavailable)
		return
	}
	members, err := s.datastore.members(r.Context())
	var endpoints []string
	for _, member := range members {
		if !member.IsLearner {
			endpoints = append(endpoints, member.ClientURLs...)
		}
	}
	answer(w, endpoints, err)
}

func (s *supervisor) serveServers(w http.ResponseWriter, r *http.Request) {
	client := s.client.Load()
	if client == nil {
		http.Error(w, "starting", http.StatusServiceUnavailable)
		return
	}
	slices, err := client.DiscoveryV1().EndpointSlices("default").List(r.Context(),
		metav1.ListOptions{LabelSelector: "kubernetes.io/service-name=kubernetes"})
	var addresses []string
	if err == nil {
		for _, slice := range slices.Items {
			for _, endpoint := range slice.Endpoints {
				addresses = append(addresses, endpoint.Addresses...)
			}
		}
	}
	answer(w, addresses, err)
}

// nodeCertificate is what a node gets to speak as its kubelet.
type nodeCertificate struct {
	Certificate []byte `json:"certificate"`
	Key         []byte `json:"key"`
	ServerCA    []byte `json:"serverCA"`
}

func (s *supervisor) serveNodeCertificate(w http.ResponseWriter, r *http.Request) {
	name, password := r.Header.Get(nodeNameHeader), r.Header.Get(nodePasswordHeader)
	client := s.client.Load()
	if client == nil || name == "" || password == "" {
		http.Error(w, "starting", http.StatusServiceUnavailable)
		return
	}
	if err := ensureNodePassword(r.Context(), client, name, password); err != nil {
		status := http.StatusServiceUnavailable
		if errors.Is(err, errPasswordRejected) {
			status = http.StatusForbidden
		}
		http.Error(w, err.Error(), status)
		return
	}
	certificate, key, err := s.clientSigner.issue(
		leaf{name: "system:node:" + name, groups: []string{"system:nodes"}})
	if err != nil {
		answer(w, nil, err)
		return
	}
	authority, err := os.ReadFile(s.paths.tls("server-ca.crt"))
	answer(w, nodeCertificate{certificate, key, authority}, err)
}

var errPasswordRejected = errors.New(passwordRejected)

// ensureNodePassword binds a node's name to the first password it came with.
func ensureNodePassword(
	ctx context.Context, client kubernetes.Interface, name, password string,
) error {
	secrets := client.CoreV1().Secrets("kube-system")
	secretName := strings.ToLower(name) + ".node-password.k3s"
	found, err := secrets.Get(ctx, secretName, metav1.GetOptions{})
	if apierrors.IsNotFound(err) {
		immutable := true
		_, err = secrets.Create(ctx, &corev1.Secret{
			ObjectMeta: metav1.ObjectMeta{Name: secretName},
			Immutable:  &immutable,
			Data:       map[string][]byte{"hash": []byte(hashOf([]byte(password)))},
		}, metav1.CreateOptions{})
		return err
	}
	if err != nil {
		return err
	}
	if !same(string(found.Data["hash"]), hashOf([]byte(password))) {
		return errPasswordRejected
	}
	return nil
}
