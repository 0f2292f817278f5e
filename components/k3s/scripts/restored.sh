# shellcheck shell=bash
# shellcheck disable=SC2154 # who sources this assigns the rest
# Sourced: whether a cluster is whole after a restore. Needs lib.sh, etcd.sh and kubectl.

readonly health_patience=300

forget_passwords() {
  local node
  for node in ${option[nodes]}; do
    kubectl delete secret --namespace kube-system "$node.node-password.k3s" --ignore-not-found >/dev/null
  done
  say "hosts may register anew"
}

# Nodes that have renewed their lease since; the API tells for a while what was in the snapshot.
living() {
  kubectl get leases --namespace kube-node-lease --output 'jsonpath={range .items[*]}{.metadata.name} {.spec.renewTime}{"\n"}{end}' 2>/dev/null |
    awk -v since="$1" '$2 > since {print $1}'
}

ready() {
  kubectl get nodes --output 'jsonpath={range .items[*]}{.metadata.name} {.status.conditions[?(@.type=="Ready")].status}{"\n"}{end}' 2>/dev/null |
    awk '$2 == "True" {print $1}'
}

health() {
  local since node waited=0 missing members wanted
  since=$(date -u +%Y-%m-%dT%H:%M:%S)
  while true; do
    missing=$(for node in ${option[nodes]}; do
      { grep -qx "$node" <<<"$(living "$since")" && grep -qx "$node" <<<"$(ready)"; } || printf ' %s' "$node"
    done)
    [[ -n $missing ]] || break
    [[ $waited -lt $health_patience ]] ||
      fail "not Ready $waited s after the restore:$missing; look with 'sudo k3s kubectl describe node' and run again"
    sleep 3
    waited=$((waited + 3))
  done
  wanted=$(wc -w <<<"${option[servers]}")
  members=$(etcd_members 2>/dev/null | awk '$4 == "voter" && $5 == "healthy"' | wc -l) || members=0
  if [[ $members -gt 0 && $members -ne $wanted ]]; then
    fail "etcd has $members healthy voters instead of $wanted: look with 'sudo journalctl -u k3s' and run again"
  fi
  say "nodes $(wc -w <<<"${option[nodes]}")"
  say "voters $wanted"
  kubectl get pods --all-namespaces --no-headers 2>/dev/null |
    awk '$4 != "Completed" {all++; if ($4 == "Running") running++} END {printf "pods-running %d\npods %d\n", running, all}'
}
