package main

import (
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"sigs.k8s.io/yaml"
)

const defaultConfigFile = "/etc/rancher/k3s/config.yaml"

// Config is k3s's configuration after file, drop-ins, environment and command line.
type Config struct {
	values map[string][]string
}

func (c Config) text(key, otherwise string) string {
	if values := c.values[key]; len(values) > 0 && values[len(values)-1] != "" {
		return values[len(values)-1]
	}
	return otherwise
}

func (c Config) flag(key string) bool {
	return c.text(key, "false") == "true"
}

// list splits at commas as k3s does, except for arguments passed on to Kubernetes.
func (c Config) list(key string) []string {
	if strings.HasSuffix(key, "-arg") {
		return c.values[key]
	}
	var items []string
	for _, value := range c.values[key] {
		items = append(items, strings.FieldsFunc(value, func(r rune) bool { return r == ',' })...)
	}
	return items
}

// secret is a value given directly or by the file named under key-file.
func (c Config) secret(key string) (string, error) {
	if value := c.text(key, ""); value != "" {
		return value, nil
	}
	file := c.text(key+"-file", "")
	if file == "" {
		return "", nil
	}
	content, err := os.ReadFile(file)
	return strings.TrimSpace(string(content)), err
}

func (c Config) nodeName() (string, error) {
	if name := c.text("node-name", ""); name != "" {
		return name, nil
	}
	name, err := os.Hostname()
	return strings.ToLower(strings.SplitN(name, ".", 2)[0]), err
}

// nodeAddress is the configured address or the first global IPv4 address of an interface.
func (c Config) nodeAddress() (string, error) {
	if configured := c.list("node-ip"); len(configured) > 0 {
		if net.ParseIP(configured[0]) == nil {
			return "", fmt.Errorf("node-ip: %s is not an IP address", configured[0])
		}
		return configured[0], nil
	}
	addresses, err := net.InterfaceAddrs()
	if err != nil {
		return "", err
	}
	for _, address := range addresses {
		network, ok := address.(*net.IPNet)
		if ok && network.IP.To4() != nil && network.IP.IsGlobalUnicast() {
			return network.IP.String(), nil
		}
	}
	return "", errors.New("unable to select an IP from default routes: set node-ip")
}

func loadConfig(command string, arguments []string) (Config, error) {
	config := Config{values: map[string][]string{}}
	given, err := parseArguments(arguments)
	if err != nil {
		return config, err
	}
	file := Config{values: given}.text("config", os.Getenv("K3S_CONFIG_FILE"))
	if file == "" {
		file = defaultConfigFile
	}
	dropIns, err := filepath.Glob(file + ".d/*.y*ml")
	if err != nil {
		return config, err
	}
	for _, path := range append([]string{file}, dropIns...) {
		if err := config.mergeFile(path); err != nil {
			return config, fmt.Errorf("%s: %w", path, err)
		}
	}
	environment := map[string]string{
		"K3S_TOKEN": "token", "K3S_TOKEN_FILE": "token-file", "K3S_URL": "server",
		"K3S_NODE_NAME": "node-name", "K3S_KUBECONFIG_MODE": "write-kubeconfig-mode",
		"K3S_AGENT_TOKEN": "agent-token", "K3S_DATA_DIR": "data-dir",
	}
	for name, key := range environment {
		if value := os.Getenv(name); value != "" {
			config.values[key] = []string{value}
		}
	}
	for key, values := range given {
		config.values[key] = values
	}
	return config, config.validate(command)
}

func (c Config) validate(command string) error {
	var unused []string
	for key, values := range c.values {
		if reason, found := refused[key]; found && len(values) > 0 && values[0] != "false" {
			return fmt.Errorf("%s: %s", key, reason)
		}
		if _, found := ignored[key]; found {
			unused = append(unused, key)
		}
	}
	if len(unused) > 0 {
		slices.Sort(unused)
		logf("info", "accepted, not acted on: %s", strings.Join(unused, ", "))
	}
	if command == "agent" && c.text("server", "") == "" {
		return errors.New("--server is required")
	}
	return nil
}

// mergeFile lays one file over what is there; `key+` appends instead of replacing.
func (c Config) mergeFile(path string) error {
	content, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	raw := map[string]any{}
	if err := yaml.Unmarshal(content, &raw); err != nil {
		return err
	}
	for name, value := range raw {
		key, appends := strings.CutSuffix(name, "+")
		if _, known := kindOf(key); !known {
			return fmt.Errorf("flag provided but not defined: -%s", key)
		}
		var items []string
		if sequence, ok := value.([]any); ok {
			for _, item := range sequence {
				items = append(items, fmt.Sprint(item))
			}
		} else if value != nil {
			items = []string{fmt.Sprint(value)}
		}
		if appends {
			items = append(slices.Clone(c.values[key]), items...)
		}
		c.values[key] = items
	}
	return nil
}

func parseArguments(arguments []string) (map[string][]string, error) {
	values := map[string][]string{}
	for i := 0; i < len(arguments); i++ {
		name, isFlag := strings.CutPrefix(arguments[i], "-")
		if !isFlag {
			return nil, fmt.Errorf("unexpected argument %q", arguments[i])
		}
		key, value, hasValue := strings.Cut(strings.TrimPrefix(name, "-"), "=")
		aliases := map[string]string{"t": "token", "s": "server", "c": "config", "d": "data-dir"}
		if full, found := aliases[key]; found {
			key = full
		}
		shape, known := kindOf(key)
		switch {
		case !known:
			return nil, fmt.Errorf("flag provided but not defined: -%s", key)
		case !hasValue && shape == toggle:
			value = "true"
		case !hasValue && i+1 < len(arguments):
			i++
			value = arguments[i]
		case !hasValue:
			return nil, fmt.Errorf("flag needs an argument: -%s", key)
		}
		values[key] = append(values[key], value)
	}
	return values, nil
}
