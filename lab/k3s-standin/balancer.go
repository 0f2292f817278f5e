package main

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"os"
	"slices"
	"sync"
	"time"
)

// balancer is an agent's way to the API servers: connections go to the first that answers, and
// move to the others when it does not.
type balancer struct {
	file    string
	mutex   sync.Mutex
	servers []string
}

// newBalancer starts from the servers known at the last run, so that an agent comes back though
// the server of its configuration is gone.
func newBalancer(file, configured string) *balancer {
	known := []string{configured}
	if content, err := os.ReadFile(file); err == nil {
		var kept []string
		if json.Unmarshal(content, &kept) == nil {
			for _, server := range kept {
				if !slices.Contains(known, server) {
					known = append(known, server)
				}
			}
		}
	}
	return &balancer{file: file, servers: known}
}

func (b *balancer) set(addresses []string) error {
	if len(addresses) == 0 {
		return nil
	}
	b.mutex.Lock()
	defer b.mutex.Unlock()
	var next []string
	for _, address := range addresses {
		next = append(next, net.JoinHostPort(address, "6443"))
	}
	slices.Sort(next)
	// The server in use stays first while it is one of them.
	if i := slices.Index(next, b.servers[0]); i > 0 {
		next[0], next[i] = next[i], next[0]
	}
	if slices.Equal(next, b.servers) {
		return nil
	}
	b.servers = next
	content, err := json.Marshal(next)
	return errors.Join(err, writePrivate(b.file, content))
}

func (b *balancer) dial() (net.Conn, error) {
	b.mutex.Lock()
	servers := slices.Clone(b.servers)
	b.mutex.Unlock()
	var failures []error
	for _, server := range servers {
		connection, err := net.DialTimeout("tcp", server, 2*time.Second)
		if err != nil {
			failures = append(failures, err)
			continue
		}
		b.prefer(server)
		return connection, nil
	}
	return nil, errors.Join(failures...)
}

func (b *balancer) prefer(server string) {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	if i := slices.Index(b.servers, server); i > 0 {
		b.servers = append([]string{server}, slices.Delete(b.servers, i, i+1)...)
	}
}

func (b *balancer) listen(ctx context.Context, address string) error {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return err
	}
	context.AfterFunc(ctx, func() { _ = listener.Close() })
	go func() {
		for {
			connection, err := listener.Accept()
			if err != nil {
				return
			}
			go b.carry(connection)
		}
	}()
	return nil
}

func (b *balancer) carry(near net.Conn) {
	defer near.Close()
	far, err := b.dial()
	if err != nil {
		return
	}
	defer far.Close()
	// A host that lost power sends nothing more: keepalive ends the connection in seconds.
	if tcp, ok := far.(*net.TCPConn); ok {
		_ = tcp.SetKeepAliveConfig(net.KeepAliveConfig{
			Enable: true, Idle: 3 * time.Second, Interval: 2 * time.Second, Count: 3,
		})
	}
	done := make(chan struct{}, 2)
	for _, pair := range [][2]net.Conn{{near, far}, {far, near}} {
		go func() {
			_, _ = io.Copy(pair[0], pair[1])
			done <- struct{}{}
		}()
	}
	<-done
}
