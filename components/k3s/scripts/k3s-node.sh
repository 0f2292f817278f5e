#!/usr/bin/env bash
# Works on nodes of the cluster through this server.
# Usage: k3s-node.sh none                          changes nothing
#        k3s-node.sh await-ready --nodes 'A B C' [--virtual-ip ADDRESS]
#        k3s-node.sh away --node NAME --revision REVISION --drain-timeout SECONDS
#                                          drains an agent, unless it runs with that revision already
#        k3s-node.sh home --node NAME --revision REVISION
#                                          waits until the agent is Ready and lets pods return; on its
#                                          first join only until it is registered
#        k3s-node.sh remove --node NAME    drains, then deletes the node and its etcd member
#        k3s-node.sh make-room --node NAME [--discard 'NAMESPACE/CLAIM ...']
#                                          forgets a node whose host comes back with a fresh disk, as
#                                          standard input says (`fresh` or `member`)
#        k3s-node.sh forget --node NAME [--discard 'NAMESPACE/CLAIM ...']
#                                          as remove, for a host that is dead: nothing is drained
source "$(dirname "$0")/lib.sh"
source "$(dirname "$0")/etcd.sh"
source "$(dirname "$0")/touch.sh"
source "$(dirname "$0")/volumes.sh"

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

# The servers that stay have to be a majority among themselves, and to agree to the change they have
# to be one of today's members as well.
keeps_quorum() {
  local node=$1 name kind health total=0 others=0 healthy=0 voter=no
  while read -r _ name _ kind health; do
    [[ $kind == voter ]] || continue
    total=$((total + 1))
    [[ $health == healthy ]] && healthy=$((healthy + 1))
    if [[ $name == "$node" ]]; then
      voter=yes
    elif [[ $health == healthy ]]; then
      others=$((others + 1))
    fi
  done < <(known_members)
  [[ $voter == yes ]] || return 0
  [[ $healthy -ge $((total / 2 + 1)) ]] ||
    fail "quorum is lost: of $total servers only $healthy answer, so $node cannot be removed; switch them on again, or $restore_path"
  [[ $others -ge $(((total - 1) / 2 + 1)) ]] ||
    fail "removing $node leaves $others healthy servers of $((total - 1)): quorum would be lost; mend the others first"
}

# k3s removes the etcd member of a deleted node by itself, in a moment; a member left behind would
# keep a vote that nobody casts.
await_member_gone() {
  local node=$1 waited=0
  while etcd_members | awk -v node="$node" '$2 == node {found = 1} END {exit !found}'; do
    [[ $waited -lt 90 ]] ||
      fail "$node is still a member of etcd $waited s after its node was deleted: look at 'sudo journalctl -u k3s' of the servers, then run again"
    sleep 1
    waited=$((waited + 1))
  done
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
    await_member_gone "$node"
    say "removed $node from the cluster"
  fi
  # Without this a host of the same name is refused ("Node password rejected").
  kubectl delete secret --namespace kube-system "$node.node-password.k3s" --ignore-not-found >/dev/null
}

forget_node() {
  refuse_if_alive "$1"
  refuse_unsaved_volumes "$1" "${option[discard]:-}"
  remove_node "$1" no
}

make_room() {
  if [[ $(first_line) == fresh ]]; then forget_node "$1"; else say "unchanged"; fi
}

readonly revision_note=bramble.dev/revision

# The revision a node runs with; a node that is at it already is not disturbed.
at_revision() { [[ $(node_field "$1" '{.metadata.annotations.bramble\.dev/revision}') == "$2" ]]; }

away() {
  local node=$1
  if [[ -z $(node_field "$node" '{.metadata.name}') ]] || at_revision "$node" "$2"; then
    say "unchanged"
  else
    begin_maintenance "$node" "$3"
  fi
}

home() {
  local node=$1 revision=$2 since=""
  if [[ -z $(node_field "$node" '{.metadata.annotations.bramble\.dev/revision}{.metadata.annotations.bramble\.dev/maintenance}') ]]; then
    await_registered "$node"
  else
    at_revision "$node" "$revision" || since=$(now)
    await_node "$node" "$since"
  fi
  end_maintenance "$node"
  kubectl annotate node "$node" --overwrite "$revision_note=$revision" >/dev/null
}

# A node that joins holds up nobody: all are awaited together at the end.
await_registered() {
  local waited=0
  until [[ -n $(node_field "$1" '{.metadata.name}') ]]; do
    [[ $waited -lt $back_patience ]] ||
      fail "$1 has not joined $waited s after its k3s was started: look at 'sudo journalctl -u k3s-agent' on it; the next pulumi up goes on from here"
    sleep 1
    waited=$((waited + 1))
  done
}

main() {
  local verb=$1
  shift
  local -A option=()
  read_options option "$@"
  [[ $verb == none || -x /usr/local/bin/k3s ]] ||
    fail "no k3s is installed on this server, so nothing can be asked of the cluster: when every server is blank, $restore_path"
  lock
  case $verb in
    await-ready)
      await_ready "${option[nodes]}"
      await_virtual_ip "${option[virtual-ip]:-}"
      ;;
    away) away "${option[node]}" "${option[revision]}" "${option[drain-timeout]}" ;;
    home) home "${option[node]}" "${option[revision]}" ;;
    remove) remove_node "${option[node]}" yes ;;
    forget) forget_node "${option[node]}" ;;
    make-room) make_room "${option[node]}" ;;
    none) say "unchanged" ;;
    *) fail "unknown verb '$verb': use await-ready, away, home, remove, make-room or forget" ;;
  esac
}

main "$@"
