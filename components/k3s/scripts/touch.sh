# shellcheck shell=bash
# Sourced: the one way in which a serving node is disturbed. Needs etcd.sh.
#
# touch_begin asks whether the cluster can spare this server, saves a snapshot, and moves its pods
# elsewhere; touch_end waits until the node is back and lets pods return. A node that was cordoned
# by a person stays so.

readonly maintenance=bramble.dev/maintenance
readonly back_patience=300
# Seconds: etcd's members are out of touch for some after one has restarted, or on a disk that stalls.
readonly touch_patience=20
readonly restore_path="see docs/runbooks/restore.md"

kubectl() { /usr/local/bin/k3s kubectl "$@"; }

node_field() { kubectl get node "$1" --ignore-not-found --output "jsonpath=$2" 2>/dev/null; }

# Etcd members as `etcd_members` prints them; where etcd has no gateway, what the nodes say.
known_members() {
  etcd_members && return 0
  local name ready health
  while read -r name ready; do
    health=unhealthy
    [[ $ready == True ]] && health=healthy
    say "- $name - voter $health"
  done < <(kubectl get nodes --selector node-role.kubernetes.io/etcd=true \
    --output 'jsonpath={range .items[*]}{.metadata.name} {.status.conditions[?(@.type=="Ready")].status}{"\n"}{end}' 2>/dev/null)
}

# Refuses when etcd would lose its majority without this server. One server alone, or one of two,
# cannot be spared at all: there the API is away while it restarts, and both must be well before.
# Usage: may_stop [strict]     strict: every other member has to be healthy, as before an upgrade
may_stop() {
  local own node kind health voters=0 others=0 ill="" learners=""
  own=$(uname -n)
  while read -r _ node _ kind health; do
    if [[ $kind == learner ]]; then
      learners="$learners $node"
      continue
    fi
    voters=$((voters + 1))
    [[ $node == "$own" ]] && continue
    if [[ $health == healthy ]]; then others=$((others + 1)); else ill="$ill $node"; fi
  done < <(known_members)
  [[ $voters -gt 0 ]] ||
    fail "etcd on this server does not tell its members, so nobody knows whether it can be spared: look at 'sudo journalctl -u k3s'; when it cannot be mended, 'sudo systemctl stop k3s' and run again"
  [[ $voters -eq 1 ]] && return 0
  if [[ $voters -eq 2 ]]; then
    [[ $others -eq 1 ]] && return 0
  elif [[ $others -ge $((voters / 2 + 1)) ]]; then
    [[ ${1:-} != strict || -z $ill$learners ]] && return 0
    fail "not every server is healthy (${ill}${learners} ), and an upgrade is not begun so: mend it first, or set its row's state to gone"
  fi
  [[ $((others + 1)) -ge $((voters / 2 + 1)) ]] ||
    fail "quorum is lost: of $voters servers only $((others + 1)) answer, not:$ill; switch them on again, or $restore_path"
  fail "stopping this server would lose quorum: of $voters servers only $((others + 1)) are healthy, not:$ill; mend them first, or set the row's state to gone"
}

# As may_stop, but only what stays so is refused.
await_may_stop() {
  local waited=0
  while [[ $waited -lt $touch_patience ]]; do
    (may_stop "$@") 2>/dev/null && return 0
    sleep 2
    waited=$((waited + 2))
  done
  may_stop "$@"
}

# Kubernetes supports upgrades by one minor release at a time and no way back.
# Usage: refuse_version_jump INSTALLED WANTED      INSTALLED is empty on a fresh host
refuse_version_jump() {
  local installed=$1 wanted=$2 from to newest
  [[ -n $installed && $installed != "$wanted" ]] || return 0
  from=$(cut -d . -f 2 <<<"$installed")
  to=$(cut -d . -f 2 <<<"$wanted")
  # To sort, a release candidate comes before its release.
  newest=$(printf '%s\n%s\n' "$installed" "$wanted" | sed 's/-/~/' | sort -V | tail -n 1 | sed 's/~/-/')
  [[ $newest == "$wanted" ]] ||
    fail "k3s $installed runs here and k3s.version $wanted is older: Kubernetes cannot go back; restore a snapshot from before the upgrade instead ($restore_path)"
  [[ $to -le $((from + 1)) ]] ||
    fail "k3s $installed runs here and k3s.version $wanted skips a minor release: go to the newest v1.$((from + 1)) first"
}

# The way back, should the change go wrong. The newest few are kept beside the scheduled ones.
save_snapshot() {
  local output
  output=$(timeout 120 /usr/local/bin/k3s etcd-snapshot save --name bramble-before-change 2>&1) ||
    fail "no snapshot could be saved before the change, so nothing was changed: $(grep -E 'level=(error|fatal)|[Ee]rror' <<<"$output" | tail -n 1)"
  timeout 60 /usr/local/bin/k3s etcd-snapshot prune --name bramble-before-change --snapshot-retention 4 >/dev/null 2>&1 || true
}

# True when pods that leave a node could run on another.
has_other_place() {
  kubectl get nodes --output 'jsonpath={range .items[*]}{.metadata.name} {.spec.unschedulable} {.status.conditions[?(@.type=="Ready")].status}{"\n"}{end}' 2>/dev/null |
    awk -v own="$1" '$1 != own && $NF == "True" && $2 != "true" {found = 1} END {exit !found}'
}

# Cordons a node and drains it, PodDisruptionBudgets respected.
# Usage: begin_maintenance NODE SECONDS       0 seconds: pods stay, k3s restarts under them
begin_maintenance() {
  local node=$1 patience=$2 output
  [[ $patience -gt 0 && -n $(node_field "$node" '{.metadata.name}') ]] || return 0
  if ! has_other_place "$node"; then
    say "no other node can take the pods of $node: they stay where they are"
    return 0
  fi
  if [[ $(node_field "$node" '{.spec.unschedulable}') != true ]]; then
    kubectl annotate node "$node" --overwrite "$maintenance=$(date -u +%Y-%m-%dT%H:%M:%SZ)" >/dev/null
    kubectl cordon "$node" >/dev/null
  fi
  say "draining $node"
  if ! output=$(kubectl drain "$node" --ignore-daemonsets --delete-emptydir-data --timeout="${patience}s" 2>&1); then
    end_maintenance "$node"
    fail "draining $node did not finish in $patience s, so nothing was changed: $(grep -E 'error|Cannot evict|cannot' <<<"$output" | tail -n 1 | cut -c 1-300); see 'kubectl get poddisruptionbudgets -A', or set k3s.drainTimeout"
  fi
}

# Lets pods return, on a node that begin_maintenance cordoned.
end_maintenance() {
  local node=$1
  [[ -n $(node_field "$node" '{.metadata.annotations.bramble\.dev/maintenance}') ]] || return 0
  kubectl uncordon "$node" >/dev/null
  kubectl annotate node "$node" "$maintenance-" >/dev/null
  say "uncordoned $node"
}

now() { date -u +%Y-%m-%dT%H:%M:%S.%6NZ; }

# Waits until a node is Ready by word of a kubelet that lives: for a while the API shows the state
# from before a restart.
# Usage: await_node NODE SINCE
await_node() {
  local node=$1 since=$2 waited=0 renewed
  while true; do
    renewed=$(kubectl get lease --namespace kube-node-lease "$node" --ignore-not-found --output 'jsonpath={.spec.renewTime}' 2>/dev/null || true)
    [[ $renewed > $since && $(node_field "$node" '{.status.conditions[?(@.type=="Ready")].status}') == True ]] && return 0
    [[ $waited -lt $back_patience ]] ||
      fail "$node is not Ready $waited s after its change and stays cordoned: look with 'kubectl describe node $node'; the next pulumi up goes on from here"
    sleep 1
    waited=$((waited + 1))
  done
}

# Usage: touch_begin DRAIN_SECONDS [strict]
touch_begin() {
  systemctl is-active --quiet k3s.service || return 0
  await_may_stop "${2:-}"
  save_snapshot
  begin_maintenance "$(uname -n)" "$1"
}

# For a server that serves again. Usage: touch_end SINCE
touch_end() {
  systemctl is-active --quiet k3s.service || return 0
  await_node "$(uname -n)" "$1"
  end_maintenance "$(uname -n)"
}
