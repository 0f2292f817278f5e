#!/usr/bin/env bash
# Works on nodes of the cluster through this server.
# Usage: k3s-node.sh none                          changes nothing
#        k3s-node.sh await-ready --nodes 'A B C' [--virtual-ip ADDRESS]
#        k3s-node.sh remove --node NAME    drains, then deletes the node and its etcd member
#        k3s-node.sh make-room --node NAME  forgets a node whose host comes back with a fresh disk, as
#                                           standard input says (`fresh` or `member`)
#        k3s-node.sh forget --node NAME    as remove, for a host that is dead: nothing is drained
source "$(dirname "$0")/lib.sh"

kubectl() { /usr/local/bin/k3s kubectl "$@"; }

readonly ready_patience=600

await_ready() {
  local node waited=0 missing
  while true; do
    missing=""
    for node in $1; do
      [[ $(kubectl get node "$node" --ignore-not-found \
        --output 'jsonpath={.status.conditions[?(@.type=="Ready")].status}' 2>/dev/null) == True ]] ||
        missing="$missing $node"
    done
    [[ -z $missing ]] && break
    [[ $waited -lt $ready_patience ]] ||
      fail "not Ready after $waited s:$missing; look with 'sudo k3s kubectl describe node' and 'sudo journalctl -u k3s-agent'"
    [[ $((waited % 30)) -eq 28 ]] && say "waiting for$missing ($waited s)"
    sleep 2
    waited=$((waited + 2))
  done
  say "ready: $1"
}

# Everything after this talks to the cluster through the virtual address, and kube-vip's image may
# still be on its way.
await_virtual_ip() {
  local waited=0
  [[ -n $1 ]] || return 0
  until curl --silent --insecure --max-time 5 --output /dev/null "https://$1:6443/ping"; do
    [[ $waited -lt $ready_patience ]] ||
      fail "the API does not answer at k3s.virtualIp $1 after $waited s: look with 'sudo k3s kubectl --namespace kube-system get pods --selector app.kubernetes.io/name=kube-vip' and set k3s.virtualIpInterface if the interface is wrong"
    [[ $((waited % 30)) -eq 25 ]] && say "waiting for the virtual address $1 ($waited s)"
    sleep 5
    waited=$((waited + 5))
  done
  say "the API answers at $1"
}

# A kubelet renews its lease every ten seconds; one that does so lives.
refuse_if_alive() {
  local before after
  renewed() { kubectl get lease --namespace kube-node-lease "$1" --ignore-not-found --output 'jsonpath={.spec.renewTime}'; }
  before=$(renewed "$1")
  [[ -n $before ]] || return 0
  sleep 15
  after=$(renewed "$1")
  [[ $before == "$after" ]] ||
    fail "$1 is alive and was not forgotten: a host that is gone or wiped renews no lease; remove its row instead, or switch it off first"
}

# The servers that stay have to be a majority among themselves.
keeps_quorum() {
  local node=$1 total ready
  kubectl get node "$node" --show-labels --no-headers --ignore-not-found | grep -q 'node-role.kubernetes.io/etcd=true' || return 0
  total=$(kubectl get nodes --selector node-role.kubernetes.io/etcd=true --no-headers | wc -l)
  ready=$(kubectl get nodes --selector node-role.kubernetes.io/etcd=true --no-headers |
    awk -v gone="$node" '$1 != gone && $2 ~ /^Ready/ {count++} END {print count + 0}')
  [[ $ready -ge $(((total - 1) / 2 + 1)) ]] ||
    fail "removing $node leaves $ready healthy servers of $((total - 1)): quorum would be lost; mend the others first"
}

remove_node() {
  local node=$1 drain=$2
  # A node that never joined leaves nothing behind but perhaps its password.
  if [[ -n $(kubectl get node "$node" --ignore-not-found --output name) ]]; then
    keeps_quorum "$node"
    if [[ $drain == yes ]]; then
      say "draining $node"
      kubectl drain "$node" --ignore-daemonsets --delete-emptydir-data --force --timeout=180s >/dev/null ||
        fail "draining $node did not finish in 180 s: see 'kubectl get poddisruptionbudgets -A'; run again"
    fi
    kubectl delete node "$node" --timeout=60s >/dev/null
    say "removed $node from the cluster"
  fi
  # Without this a host of the same name is refused ("Node password rejected").
  kubectl delete secret --namespace kube-system "$node.node-password.k3s" --ignore-not-found >/dev/null
}

forget_node() {
  refuse_if_alive "$1"
  remove_node "$1" no
}

make_room() {
  if [[ $(first_line) == fresh ]]; then forget_node "$1"; else say "unchanged"; fi
}

main() {
  local verb=$1
  shift
  local -A option=()
  read_options option "$@"
  lock
  case $verb in
    await-ready)
      await_ready "${option[nodes]}"
      await_virtual_ip "${option[virtual-ip]:-}"
      ;;
    remove) remove_node "${option[node]}" yes ;;
    forget) forget_node "${option[node]}" ;;
    make-room) make_room "${option[node]}" ;;
    none) say "unchanged" ;;
    *) fail "unknown verb '$verb': use await-ready, remove or forget" ;;
  esac
}

main "$@"
