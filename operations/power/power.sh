#!/usr/bin/env bash
# Switches this host's part of the cluster off and on. Data stays, and k3s starts at boot.
# Usage: power.sh snapshot              saves one, on a server
#        power.sh stop [--virtual-ip ADDRESS]   ends k3s and its pods in order
#        power.sh halt                  switches the host off, in two seconds
#        power.sh start                 starts k3s where it is installed
#        power.sh state                 prints `TIME none|active|inactive`, the time in seconds
#        power.sh await --nodes 'A B'   waits until kubelets answer and the nodes are Ready
#        power.sh home                  lets pods return to nodes that Bramble has cordoned
source "$(dirname "$0")/lib.sh"
# shellcheck source=components/k3s/scripts/etcd.sh
source "$(dirname "$0")/etcd.sh"
# shellcheck source=components/k3s/scripts/touch.sh
source "$(dirname "$0")/touch.sh"
# shellcheck source=components/k3s/scripts/stopping.sh
source "$(dirname "$0")/stopping.sh"

readonly pod_patience=30
readonly node_patience=600

unit_here() {
  local unit
  for unit in k3s.service k3s-agent.service; do
    if [[ -e /etc/systemd/system/$unit ]]; then say "$unit"; fi
  done
}

stop() {
  local unit
  unit=$(unit_here)
  if [[ -n $unit ]]; then
    systemctl enable --quiet "$unit"
    systemctl stop "$unit"
    systemctl reset-failed "$unit" 2>/dev/null || true
  fi
  end_containers "$pod_patience"
  release_virtual_ip "$1"
  sync
  say "${unit:-k3s} is off"
}

# This session ends before the host does, so that its success is heard of.
halt() {
  sync
  systemd-run --quiet --no-block --collect --unit=bramble-power-off \
    /bin/sh -c 'sleep 2; systemctl poweroff'
  say "switching off"
}

start() {
  local unit
  unit=$(unit_here)
  [[ -n $unit ]] || fail "k3s is not installed here: bring the host to the cluster with pulumi up"
  if systemctl is-active --quiet "$unit"; then
    say unchanged
    return 0
  fi
  systemctl enable --quiet "$unit"
  systemctl reset-failed "$unit" 2>/dev/null || true
  systemctl start --no-block "$unit"
  say "starting $unit"
}

state() {
  local unit active=none
  unit=$(unit_here)
  if [[ -n $unit ]]; then
    active=inactive
    if systemctl is-active --quiet "$unit"; then active=active; fi
  fi
  say "$(date +%s) $active"
}

renewals() {
  kubectl get leases --namespace kube-node-lease \
    --output 'jsonpath={range .items[*]}{.metadata.name} {.spec.renewTime}{"\n"}{end}'
}

# Right after a start the API shows nodes as they were before: only a kubelet that renews its lease
# is back. Clocks may still differ, so it counts that the time changes, not what it is.
await_nodes() {
  local nodes=$1 waited=0 before after node missing
  before=$(renewals) || fail "the API does not answer here: look with 'sudo journalctl -u k3s'"
  while true; do
    missing=""
    after=$(renewals 2>/dev/null || true)
    for node in $nodes; do
      if ! grep -q "^$node " <<<"$after" || grep -qxF "$(grep "^$node " <<<"$after")" <<<"$before" ||
        [[ $(node_field "$node" '{.status.conditions[?(@.type=="Ready")].status}') != True ]]; then
        missing="$missing $node"
      fi
    done
    [[ -n $missing ]] || break
    [[ $waited -lt $node_patience ]] ||
      fail "not Ready after $waited s:$missing; look with 'sudo k3s kubectl describe node' and 'sudo journalctl -u k3s-agent'"
    sleep 2
    waited=$((waited + 2))
  done
  say "Ready: $nodes"
}

home() {
  local node
  for node in $(kubectl get nodes --output 'jsonpath={range .items[*]}{.metadata.name}{"\n"}{end}'); do
    end_maintenance "$node"
  done
}

main() {
  local verb=${1:-}
  shift || true
  local -A option=()
  read_options option "$@"
  case $verb in
    state) state ;;
    snapshot) save_snapshot ;;
    await) await_nodes "${option[nodes]}" ;;
    home) home ;;
    stop)
      lock
      stop "${option[virtual-ip]:-}"
      ;;
    start)
      lock
      start
      ;;
    halt) halt ;;
    *) fail "unknown verb '$verb': use snapshot, stop, halt, start, state, await or home" ;;
  esac
}

main "$@"
