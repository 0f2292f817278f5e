#!/usr/bin/env bash
# Tells what only this host knows of its cluster, for an operator whose state is gone. Everything it
# prints is secret to whoever reads it; it changes nothing.
# Usage: host-adopt.sh --role server|agent [--secrets 'NAMESPACE/NAME NAMESPACE/NAME']
source "$(dirname "$0")/lib.sh"

value_of() {
  local value=none
  [[ -r $1 ]] && read -r value <"$1"
  say "$value"
}

yes_or_no() { if "$@" >/dev/null 2>&1; then say yes; else say no; fi; }

main() {
  local -A option=()
  read_options option "$@"
  local unit=k3s-agent.service secret
  [[ ${option[role]} == agent ]] || unit=k3s.service
  printf 'cluster-id %s\n' "$(value_of "$state_dir/cluster-id")"
  printf 'agent-token %s\n' "$(value_of /etc/rancher/k3s/agent-token)"
  printf 'running %s\n' "$(yes_or_no systemctl is-active "$unit")"
  printf 'since %s\n' "$(systemctl show "$unit" --property ExecMainStartTimestampMonotonic --value)"
  [[ ${option[role]} == server ]] || return 0
  printf 'server-token %s\n' "$(value_of /etc/rancher/k3s/server-token)"
  printf 'member %s\n' "$(yes_or_no test -d /var/lib/rancher/k3s/server/db/etcd/member)"
  for secret in ${option[secrets]:-}; do
    /usr/local/bin/k3s kubectl get secret --namespace "${secret%/*}" "${secret#*/}" --ignore-not-found \
      --output "go-template={{range \$key, \$value := .data}}secret $secret {{\$key}} {{\$value}}{{\"\\n\"}}{{end}}" 2>/dev/null || true
  done
  /usr/local/bin/k3s kubectl get secrets --all-namespaces --selector owner=helm,status=deployed \
    --output 'jsonpath={range .items[*]}release {.metadata.namespace} {.metadata.labels.name}{"\n"}{end}' 2>/dev/null || true
}

main "$@"
