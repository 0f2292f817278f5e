#!/usr/bin/env bash
# Removes k3s from this host: its processes, mounts, links, firewall rules and files, and nothing of
# Podman's or of any other service. Volumes of local-path and etcd snapshots are kept.
# Usage: k3s-teardown.sh check
#        k3s-teardown.sh mark                 notes that this host is to be torn down some day
#        k3s-teardown.sh teardown [--virtual-ip ADDRESS]      (cluster id on standard input)
#        k3s-teardown.sh teardown --another-cluster yes
source "$(dirname "$0")/lib.sh"
source "$(dirname "$0")/stopping.sh"

readonly data_dir=/var/lib/rancher/k3s
readonly kept_dir=$state_dir/kept

stop_services() {
  local unit main
  for unit in k3s.service k3s-agent.service; do
    [[ -e /etc/systemd/system/$unit ]] || continue
    systemctl disable --quiet "$unit" 2>/dev/null || true
    # The data goes anyway: an orderly stop would only cost time. Only k3s itself, not all of its
    # unit: pods that lose their shims before they are ended run on as nobody's.
    main=$(systemctl show --property MainPID --value "$unit" 2>/dev/null || true)
    if [[ ${main:-0} -gt 0 ]]; then kill -KILL "$main" 2>/dev/null || true; fi
    systemctl stop "$unit" 2>/dev/null || true
    # A killed service counts as failed; the system's state must not stay degraded after it is gone.
    systemctl reset-failed "$unit" 2>/dev/null || true
    rm -f "/etc/systemd/system/$unit"
  done
  systemctl daemon-reload
}

unmount_all() {
  local target
  # Deepest first.
  awk '$2 ~ "^/run/k3s/|^/var/lib/rancher/k3s/|^/var/lib/kubelet/" {print $2}' /proc/self/mounts | sort -r |
    while read -r target; do umount -l "$target" 2>/dev/null || true; done
}

# Network namespaces that k3s's CNI made for pods; Podman's lie in another folder or carry its name.
remove_links() {
  local link namespace
  while read -r namespace; do
    ip netns delete "$namespace" 2>/dev/null || true
  done < <(ip -o link show master cni0 2>/dev/null | grep -o 'link-netns [^ ]*' | cut -d ' ' -f 2)
  for link in cni0 flannel.1 flannel-v6.1 flannel-wg flannel-wg-v6 kube-ipvs0; do
    ip link delete "$link" 2>/dev/null || true
  done
}

# Deletes just our chains and the rules that mention them, in one step a table. CNI chains belong to
# k3s only where they name its network, cbr0: older Podman has CNI chains of its own.
remove_rules() {
  local save=$1 restore=$2
  command -v "$save" >/dev/null 2>&1 || return 0
  "$save" 2>/dev/null | awk '
    function ours(chain) { return chain ~ /^(KUBE-|FLANNEL-)/ || chain in cni }
    /^\*/ { table = $0; rules = ""; chains = ""; delete list; count = 0; delete cni; next }
    /^:/ { list[++count] = substr($1, 2); next }
    /^-A/ {
      saved[++lines] = $0
      if ($2 ~ /^CNI-/ && $0 ~ /cbr0/) cni[$2] = 1
      next
    }
    /^COMMIT/ {
      for (i = 1; i <= lines; i++) {
        split(saved[i], word, " ")
        mentions = saved[i] ~ /-j (KUBE-|FLANNEL-)/ || saved[i] ~ /flanneld|KUBE-ROUTER/ || saved[i] ~ /kubernetes/
        if (match(saved[i], /-j CNI-[^ ]+/) && substr(saved[i], RSTART + 3, RLENGTH - 3) in cni) mentions = 1
        if (!ours(word[2]) && mentions) { sub(/^-A/, "-D", saved[i]); rules = rules saved[i] "\n" }
      }
      for (i = 1; i <= count; i++) if (ours(list[i])) chains = chains "-F " list[i] "\n"
      for (i = 1; i <= count; i++) if (ours(list[i])) chains = chains "-X " list[i] "\n"
      if (rules chains != "") printf "%s\n%s%sCOMMIT\n", table, rules, chains
      lines = 0
    }' | "$restore" --noflush || say "note: some firewall rules of k3s are left until the next boot"
}

# Sets of addresses that rules of network policies named. k3s brings the tool, hosts may lack it.
remove_sets() {
  local tool name
  tool=$(command -v ipset || find "$data_dir/data" -path '*/bin/aux/ipset' 2>/dev/null | head -n 1) || true
  [[ -n $tool ]] || return 0
  while read -r name; do
    "$tool" destroy "$name" 2>/dev/null || true
  done < <("$tool" list -name 2>/dev/null | grep -E '^(inet6:)?(KUBE-|kube-router)' || true)
}

# Data of workloads and the way back to the cluster's state stay, for whoever needs them later.
keep_data() {
  if [[ -d $data_dir/server/db/snapshots ]] && [[ -n $(ls -A "$data_dir/server/db/snapshots") ]]; then
    mkdir -p "$kept_dir/snapshots"
    cp -a "$data_dir/server/db/snapshots/." "$kept_dir/snapshots/"
    # A snapshot opens only with the token of its time.
    cp -a "$data_dir/server/token" "$kept_dir/snapshots/token" 2>/dev/null || true
    say "kept etcd snapshots in $kept_dir/snapshots"
  fi
}

remove_files() {
  local name
  keep_data
  find "$data_dir" -mindepth 1 -maxdepth 1 ! -name storage -exec rm -rf {} + 2>/dev/null || true
  if [[ -d $data_dir/storage ]]; then
    rmdir "$data_dir/storage" 2>/dev/null || say "kept local-path volumes in $data_dir/storage"
  fi
  rmdir "$data_dir" /var/lib/rancher 2>/dev/null || true
  rm -rf /etc/rancher/k3s /etc/rancher/node /run/k3s /run/flannel /var/lib/kubelet \
    /var/lib/cni/networks/cbr0 /var/lib/cni/flannel "$desired_dir/k3s" "$state_dir/k3s"
  # Other CNI users keep their results beside ours.
  find /var/lib/cni/results -maxdepth 1 -name 'cbr0-*' -delete 2>/dev/null || true
  rmdir /etc/rancher /var/lib/cni/networks /var/lib/cni/results /var/lib/cni 2>/dev/null || true
  for name in kubectl crictl ctr; do
    [[ $(readlink "/usr/local/bin/$name") == k3s ]] && rm -f "/usr/local/bin/$name"
  done
  rm -f /usr/local/bin/k3s "$state_dir/k3s-applied" "$state_dir/may-initialise" "$state_dir/cluster-id"
  # What was uploaded of a release, half a gigabyte with its images; no upload has a removal of its own.
  rm -f /var/tmp/k3s /var/tmp/k3s-arm64 /var/tmp/sha256sum-{amd64,arm64}.txt \
    /var/tmp/k3s-airgap-images-{amd64,arm64}.tar.zst
}

# A host that is no node any more tells nobody how it is.
stop_figures() {
  local unit=bramble-host-metrics
  systemctl disable --now --quiet "$unit.timer" 2>/dev/null || true
  rm -f "/etc/systemd/system/$unit.service" "/etc/systemd/system/$unit.timer" "$state_dir/metrics/bramble-host.prom"
  systemctl daemon-reload 2>/dev/null || true
}

# The folder alone is no k3s: Bramble writes into it before k3s's first start, and before it says
# whose the host is.
present() { [[ -e /usr/local/bin/k3s || -e /etc/rancher/k3s/config.yaml || -e $data_dir/server || -e $data_dir/agent ]]; }

teardown() {
  if [[ ${option[another-cluster]:-} != yes ]]; then
    local found wanted
    wanted=$(first_line)
    found=$(cat "$state_dir/cluster-id" 2>/dev/null || true)
    if present && [[ $found != "$wanted" ]]; then
      say "note: the k3s here is not this cluster's and stays"
      return 0
    fi
  fi
  stop_services
  kill_containers
  unmount_all
  remove_links
  remove_rules iptables-save iptables-restore
  remove_rules ip6tables-save ip6tables-restore
  remove_sets
  release_virtual_ip "${option[virtual-ip]:-}"
  remove_files
  stop_figures
  rm -f "$state_dir/teardown-marked"
  say "k3s is gone from $(uname -n)"
}

main() {
  local verb=${1:-}
  shift || true
  local -A option=()
  read_options option "$@"
  case $verb in
    check) if present; then say "would remove k3s"; exit "$exit_would_change"; fi ;;
    mark)
      lock
      say yes | install_text "$state_dir/teardown-marked" 0600
      ;;
    teardown)
      lock
      teardown
      ;;
    *) fail "unknown verb '$verb': use check, mark or teardown" ;;
  esac
}

main "$@"
