#!/usr/bin/env bash
# Tells what this host is in its cluster, in tab-separated lines of which the last is `end`.
# Changes nothing.
# Usage: observe.sh [--role server|agent --version VERSION]     (what k3s is to be)
source "$(dirname "$0")/lib.sh"
# shellcheck source=components/k3s/scripts/etcd.sh
source "$(dirname "$0")/etcd.sh"

readonly k3s=/usr/local/bin/k3s
readonly data_dir=/var/lib/rancher/k3s
readonly config_dir=/etc/rancher/k3s

line() {
  local IFS=$'\t'
  printf '%s\n' "$*"
}

yes_if() { if "$@"; then say yes; else say no; fi; }

# This server's own API, which answers only while etcd has a majority. A hanging one must not hold
# up the look at the others.
kubectl() { timeout 20 "$k3s" kubectl --request-timeout=15s "$@" 2>/dev/null; }

service() {
  local unit version="" active=inactive since=""
  [[ -x $k3s ]] && version=$("$k3s" --version 2>/dev/null | awk 'NR == 1 && match($0, /v[0-9][^ ]*/) {print substr($0, RSTART, RLENGTH)}' || true)
  for unit in k3s k3s-agent; do
    [[ -e /etc/systemd/system/$unit.service ]] || continue
    if systemctl is-active --quiet "$unit"; then
      active=active
      since=$(TZ=UTC systemctl show --property ActiveEnterTimestamp --value "$unit")
      since=$(date --utc --date="$since" +%Y-%m-%dT%H:%M:%SZ 2>/dev/null || true)
    fi
    line k3s "$version" "$unit" "$active" "$since"
    return
  done
  line k3s "$version" "" "$active" ""
}

# A server that waits for others is not active yet, but its etcd may tell the members.
begun() { [[ $(systemctl is-active k3s) == @(active|activating) ]]; }

nodes() {
  local role='{.metadata.labels.node-role\.kubernetes\.io/'
  kubectl get nodes --output "jsonpath={range .items[*]}node{\"\\t\"}{.metadata.name}{\"\\t\"}{.status.conditions[?(@.type==\"Ready\")].status}{\"\\t\"}{.status.conditions[?(@.type==\"EtcdIsVoter\")].status}{\"\\t\"}{.spec.unschedulable}{\"\\t\"}{.status.nodeInfo.kubeletVersion}{\"\\t\"}{.status.addresses[?(@.type==\"InternalIP\")].address}{\"\\t\"}${role}control-plane}{\"\\t\"}${role}etcd}{\"\\t\"}{.metadata.annotations.bramble\\.dev/maintenance}{\"\\n\"}{end}"
}

# Volumes whose data lies on one host's disk.
volumes() {
  kubectl get persistentvolumes --output 'jsonpath={range .items[*]}volume{"\t"}{.spec.nodeAffinity.required.nodeSelectorTerms[0].matchExpressions[0].values[0]}{"\t"}{.spec.claimRef.namespace}/{.spec.claimRef.name}{"\t"}{.spec.hostPath.path}{.spec.local.path}{"\t"}{.metadata.annotations.bramble\.dev/verified-backup}{"\n"}{end}' |
    awk -F '\t' '$2 != "" && $4 != ""'
}

# While no API answers, the folders that local-path makes: pvc-UID_NAMESPACE_CLAIM.
volume_folders() {
  local path name
  for path in "$data_dir"/storage/pvc-*_*_*; do
    [[ -d $path ]] || continue
    name=$(basename "$path")
    name=${name#*_}
    line volume "$(uname -n)" "${name%%_*}/${name#*_}" "$path" ""
  done
}

# What is staged for k3s, less its secrets.
digests() {
  local folder=/etc/bramble/k3s path
  [[ -d $folder ]] || return 0
  while read -r path; do
    line file "${path#"$folder/"}" "$(sha256sum "$path" | cut -d ' ' -f 1)"
  done < <(find "$folder" -type f ! -name '*token*' | sort)
}

# Whether k3s runs with what is staged for it; not told while another run holds this host.
applied() {
  local role=$1 version=$2 code=0
  timeout 20 ./k3s.sh check --role "$role" --version "$version" </dev/null >/dev/null 2>&1 || code=$?
  [[ $code -eq 124 ]] || line applied "$(yes_if test "$code" -eq 0)"
}

main() {
  local -A option=()
  read_options option "$@"
  line cluster "$(cat "$state_dir/cluster-id" 2>/dev/null || true)"
  line generation "$(cat "$state_dir/generation" 2>/dev/null || true)"
  service
  line etcd "$(yes_if test -d "$data_dir/server/db/etcd/member")"
  line reboot "$(head -n 1 /run/bramble/reboot-required 2>/dev/null || true)"
  digests
  [[ -z ${option[version]:-} || ! -x $k3s ]] || applied "${option[role]}" "${option[version]}"
  if [[ -e $config_dir/k3s.yaml ]] && begun; then
    etcd_members 2>/dev/null | awk -v OFS='\t' 'NF == 5 {print "member", $1, $2, $3, $4, $5}' || true
    if nodes; then
      line api yes
      volumes || true
    else
      volume_folders
    fi
  else
    volume_folders
  fi
  line end
}

cd "$(dirname "$0")"
main "$@"
