package main

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/pbkdf2"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// bundle holds what all servers of a cluster share, by path below server/.
type bundle map[string][]byte

const encryptionFile = "cred/encryption-config.json"

var authorities = []string{
	"server-ca", "client-ca", "request-header-ca", "etcd/server-ca", "etcd/peer-ca",
}

func newBundle() (bundle, error) {
	made := bundle{}
	for _, name := range authorities {
		certificate, key, err := newAuthority(filepath.Base(name))
		if err != nil {
			return nil, err
		}
		made["tls/"+name+".crt"], made["tls/"+name+".key"] = certificate, key
	}
	_, serviceKey, err := newKey()
	if err != nil {
		return nil, err
	}
	made["tls/service.key"] = serviceKey
	secret := make([]byte, 32)
	if _, err := rand.Read(secret); err != nil {
		return nil, err
	}
	key := map[string]any{"name": "aescbckey", "secret": base64.StdEncoding.EncodeToString(secret)}
	made[encryptionFile], err = json.Marshal(map[string]any{
		"kind": "EncryptionConfiguration", "apiVersion": "apiserver.config.k8s.io/v1",
		"resources": []any{map[string]any{
			"resources": []string{"secrets"},
			"providers": []any{
				map[string]any{"aescbc": map[string]any{"keys": []any{key}}},
				map[string]any{"identity": map[string]any{}},
			},
		}},
	})
	return made, err
}

// readBundle returns nil when this host holds no certificate authorities yet.
func readBundle(p paths) (bundle, error) {
	if !exists(p.tls("server-ca.crt")) {
		return nil, nil
	}
	found := bundle{}
	names := []string{"tls/service.key", encryptionFile}
	for _, name := range authorities {
		names = append(names, "tls/"+name+".crt", "tls/"+name+".key")
	}
	for _, name := range names {
		content, err := os.ReadFile(p.server(name))
		if err != nil {
			return nil, err
		}
		found[name] = content
	}
	return found, nil
}

// write puts server-ca.crt last: it is what readBundle looks for.
func (b bundle) write(p paths) error {
	const last = "tls/server-ca.crt"
	for name, content := range b {
		if name == last {
			continue
		}
		if !filepath.IsLocal(name) {
			return fmt.Errorf("bootstrap data names %q", name)
		}
		if err := writePrivate(p.server(name), content); err != nil {
			return err
		}
	}
	return writePrivate(p.server(last), b[last])
}

// bootstrapKey is where a cluster keeps its bundle in etcd, by the token that opens it.
func bootstrapKey(token string) string {
	sum := sha256.Sum256([]byte(token))
	return "/bootstrap/" + hex.EncodeToString(sum[:])[:12]
}

func sealer(token string, salt []byte) (cipher.AEAD, error) {
	key, err := pbkdf2.Key(sha256.New, token, salt, 4096, 32)
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}

func (b bundle) seal(token string) (string, error) {
	content, err := json.Marshal(b)
	if err != nil {
		return "", err
	}
	salt := make([]byte, 16)
	if _, err := rand.Read(salt); err != nil {
		return "", err
	}
	aead, err := sealer(token, salt)
	if err != nil {
		return "", err
	}
	// The salt is fresh for every key, so each key seals one message only.
	sealed := aead.Seal(nil, make([]byte, aead.NonceSize()), content, nil)
	return base64.StdEncoding.EncodeToString(append(salt, sealed...)), nil
}

func openBundle(token, sealed string) (bundle, error) {
	raw, err := base64.StdEncoding.DecodeString(sealed)
	if err != nil || len(raw) < 16 {
		return nil, errors.New("bootstrap data is damaged")
	}
	aead, err := sealer(token, raw[:16])
	if err != nil {
		return nil, err
	}
	content, err := aead.Open(nil, make([]byte, aead.NonceSize()), raw[16:], nil)
	if err != nil {
		return nil, errWrongToken
	}
	opened := bundle{}
	return opened, json.Unmarshal(content, &opened)
}

var errWrongToken = errors.New("bootstrap data already found and encrypted with different token")
