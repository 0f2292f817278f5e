package main

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"strings"
)

// credential is a join token taken apart: K10<hash of the CA>::<user>:<password>, or a password.
type credential struct{ caHash, user, password string }

func parseToken(token, user string) (credential, error) {
	if token == "" {
		return credential{}, errors.New("--token is required")
	}
	rest, full := strings.CutPrefix(token, "K10")
	if !full {
		return credential{user: user, password: token}, nil
	}
	hash, secret, found := strings.Cut(rest, "::")
	if !found || len(hash) != sha256.Size*2 {
		return credential{}, errors.New("invalid token format")
	}
	if name, password, named := strings.Cut(secret, ":"); named {
		return credential{caHash: hash, user: name, password: password}, nil
	}
	return credential{caHash: hash, user: user, password: secret}, nil
}

func same(a, b string) bool {
	return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1
}

func hashOf(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:])
}

func randomHex(bytes int) string {
	raw := make([]byte, bytes)
	if _, err := rand.Read(raw); err != nil {
		panic(err)
	}
	return hex.EncodeToString(raw)
}

// serverToken is the configured password, the one kept from an earlier start, or a new one.
func serverToken(config Config, p paths) (string, error) {
	token, err := config.secret("token")
	if err != nil {
		return "", err
	}
	if token == "" {
		kept, readError := os.ReadFile(p.server("token"))
		if readError != nil && !errors.Is(readError, os.ErrNotExist) {
			return "", readError
		}
		token = strings.TrimSpace(string(kept))
	}
	if token == "" {
		return randomHex(16), nil
	}
	parsed, err := parseToken(token, "server")
	return parsed.password, err
}

// writeTokens leaves the full tokens where k3s has them.
func writeTokens(p paths, password, agentPassword string) error {
	certificate, err := os.ReadFile(p.tls("server-ca.crt"))
	if err != nil {
		return err
	}
	full := func(user, secret string) []byte {
		return fmt.Appendf(nil, "K10%s::%s:%s\n", hashOf(certificate), user, secret)
	}
	agentToken := full("server", password)
	if agentPassword != "" {
		agentToken = full("node", agentPassword)
	}
	return errors.Join(
		writePrivate(p.server("token"), full("server", password)),
		writePrivate(p.server("node-token"), agentToken),
		writePrivate(p.server("agent-token"), agentToken))
}
