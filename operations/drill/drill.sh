#!/usr/bin/env bash
# What a drill does on hosts, and what it looks at.
# Usage: drill.sh look                      tab-separated lines, the last of which is `end`
#        drill.sh drain|uncordon --node NAME
#        drill.sh cut --kind stop|kill|poweroff --minutes N
#        drill.sh resume                    starts k3s again and forgets that it would by itself
#        drill.sh wipe                      removes k3s and Bramble's state; the system stays
#        drill.sh leftovers                 counts what of k3s is still here
source "$(dirname "$0")/lib.sh"
# shellcheck source=components/k3s/scripts/etcd.sh
source "$(dirname "$0")/etcd.sh"
# shellcheck source=components/k3s/scripts/touch.sh
source "$(dirname "$0")/touch.sh"

readonly resume_unit=bramble-drill-resume
readonly drain_patience=180

ask() { /usr/local/bin/k3s kubectl --request-timeout=15s "$@" 2>/dev/null || true; }

unit_here() {
  local unit
  for unit in k3s k3s-agent; do
    if [[ -e /etc/systemd/system/$unit.service ]]; then
      say "$unit"
      return
    fi
  done
  fail "k3s is not installed here: nothing to cut"
}

# Prints a line for each object of a list, from fields of it.
# Usage: list KIND RESOURCE FIELD...
list() {
  local kind=$1 resource=$2 field template
  shift 2
  template="$kind"
  for field in "$@"; do template="$template{\"\\t\"}$field"; done
  ask get "$resource" --all-namespaces --output "jsonpath={range .items[*]}$template{\"\\n\"}{end}"
}

look() {
  local leader name='{.metadata.namespace}/{.metadata.name}'
  leader=$(curl --silent --max-time 3 http://127.0.0.1:2381/metrics 2>/dev/null |
    awk '$1 == "etcd_server_is_leader" {found = $2} END {print found + 0 == 1 ? "yes" : "no"}' || true)
  printf 'leader\t%s\n' "$leader"
  printf 'identity\t%s\n' "$(ask get namespace kube-system --output 'jsonpath={.metadata.uid}')"
  printf 'holder\t%s\n' "$(ask get lease plndr-cp-lock --namespace kube-system \
    --output 'jsonpath={.spec.holderIdentity}')"
  list workload deployments Deployment "$name" '{.status.readyReplicas}'
  list workload statefulsets StatefulSet "$name" '{.status.readyReplicas}'
  list workload daemonsets DaemonSet "$name" '{.status.numberReady}'
  list service services "$name" '{.status.loadBalancer.ingress[0].ip}' '{.spec.ports[?(@.protocol=="TCP")].port}'
  list ingress ingresses "$name" '{.status.loadBalancer.ingress[0].ip}' '{.spec.rules[0].host}'
  say end
}

# Whoever started the drill may be cut off as well: the host then comes back by itself.
cut() {
  local kind=$1 minutes=$2 unit
  unit=$(unit_here)
  if [[ $kind == poweroff ]]; then
    systemd-run --quiet --no-block --collect --unit=bramble-drill-poweroff \
      /bin/sh -c 'sleep 1; systemctl poweroff --force --force'
    say "powering off"
    return
  fi
  systemctl stop "$resume_unit.timer" 2>/dev/null || true
  systemd-run --quiet --collect --unit="$resume_unit" --on-active="${minutes}min" \
    systemctl start "$unit.service"
  if [[ $kind == kill ]]; then
    # Before it is stopped, or k3s would end in order.
    systemctl kill --signal=KILL "$unit.service"
  fi
  systemctl stop "$unit.service"
  systemctl reset-failed "$unit.service" 2>/dev/null || true
  say "$unit is cut off; without a word from here it starts again in $minutes min"
}

resume() {
  local unit
  systemctl stop "$resume_unit.timer" 2>/dev/null || true
  unit=$(unit_here)
  systemctl start --no-block "$unit.service"
  say "started $unit"
}

wipe() {
  "$(dirname "$0")/k3s-teardown.sh" teardown --another-cluster yes
  find "$state_dir" -mindepth 1 -maxdepth 1 ! -name kept -exec rm -rf {} + 2>/dev/null || true
  rm -rf "$desired_dir" /usr/local/lib/bramble
}

count() {
  printf '%s\t%s\n' "$1" "$(wc -l)"
}

leftovers() {
  local process path
  for process in /proc/[0-9]*; do
    tr '\0' ' ' <"$process/cmdline" 2>/dev/null |
      grep -E '^(/usr/local/bin/)?k3s |/var/lib/rancher/k3s/data/|containerd-shim.* -address /run/k3s/' || true
  done | count processes
  { grep -E ' (/run/k3s|/var/lib/rancher/k3s|/var/lib/kubelet)' /proc/self/mounts || true; } | count mounts
  { ip -o link | grep -E ': (cni0|flannel|kube-ipvs0)' || true; } | count links
  for path in iptables-save ip6tables-save; do
    "$path" 2>/dev/null | grep -E '^:(KUBE-|FLANNEL-)|cbr0' || true
  done | count chains
  { systemctl list-unit-files --no-legend 'k3s*' || true; } | count units
  for path in /etc/rancher /run/k3s /run/flannel /var/lib/kubelet /usr/local/bin/k3s /etc/bramble/k3s \
    /var/lib/rancher/k3s/server /var/lib/rancher/k3s/agent /var/lib/bramble/cluster-id; do
    if [[ -e $path ]]; then say "$path"; fi
  done | count paths
  say end
}

main() {
  local verb=$1
  shift
  local -A option=()
  read_options option "$@"
  case $verb in
    look) look ;;
    drain) begin_maintenance "${option[node]}" "$drain_patience" ;;
    uncordon) end_maintenance "${option[node]}" ;;
    cut) cut "${option[kind]}" "${option[minutes]}" ;;
    resume) resume ;;
    wipe) wipe ;;
    leftovers) leftovers ;;
    *) fail "unknown verb '$verb': use look, drain, uncordon, cut, resume, wipe or leftovers" ;;
  esac
}

main "$@"
