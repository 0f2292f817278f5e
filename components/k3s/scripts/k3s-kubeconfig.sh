#!/usr/bin/env bash
# Prints this server's admin kubeconfig. The caller treats it as a secret.
# Usage: k3s-kubeconfig.sh
source "$(dirname "$0")/lib.sh"

[[ -r /etc/rancher/k3s/k3s.yaml ]] || fail "no /etc/rancher/k3s/k3s.yaml: k3s has not started here yet"
cat /etc/rancher/k3s/k3s.yaml
