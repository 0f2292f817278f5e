#!/usr/bin/env bash
# Brings k3s on this host to what /etc/bramble/k3s describes, and waits until it serves.
# Usage: k3s.sh check|converge --role server|agent --version VERSION --peers 'A B'
#          [--generation N] [--drain-timeout SECONDS] [--registries 'FILE ...']
#                              (first line of standard input: cluster id)
#        k3s.sh permit-initialise [--virtual-ip ADDRESS]
#        k3s.sh standing      prints `member` where this host carries the cluster's state, else `fresh`
#        k3s.sh touch-begin --drain-timeout SECONDS
#                             before a reboot: refuses when quorum would be lost, saves a snapshot, drains
#        k3s.sh touch-end     after it: waits until what is enabled here serves, and uncordons
source "$(dirname "$0")/lib.sh"
source "$(dirname "$0")/etcd.sh"
source "$(dirname "$0")/service.sh"
source "$(dirname "$0")/installed.sh"
source "$(dirname "$0")/touch.sh"
source "$(dirname "$0")/tokens.sh"

readonly wanted_dir=$desired_dir/k3s
readonly config_dir=/etc/rancher/k3s
readonly data_dir=/var/lib/rancher/k3s
readonly applied_file=$state_dir/k3s-applied
readonly permit_file=$state_dir/may-initialise

has_etcd_data() { [[ -d $data_dir/server/db/etcd/member ]]; }

# A server that answers tells that a cluster exists, whatever its health.
answers() { [[ $(curl --silent --insecure --max-time 5 "https://$1:6443/ping" || true) == pong ]] ||
  curl --silent --insecure --max-time 5 --fail --output /dev/null "https://$1:6443/cacerts"; }

first_answering() {
  local peer
  for peer in $1; do
    if answers "$peer"; then
      say "$peer"
      return
    fi
  done
}

# Where a server without data finds its cluster. Only the permission given once in a cluster's life
# lets it begin one: a wiped first server must join the survivors, not start a second cluster.
join_config() {
  local role=$1 peers=$2 peer
  if [[ $role == server ]] && has_etcd_data; then
    refresh_join "$peers" >&2
    cat "$config_dir/config.yaml.d/10-join.yaml" 2>/dev/null || true
    return
  fi
  peer=$(first_answering "$peers")
  if [[ -n $peer ]]; then
    printf 'server: "https://%s:6443"\n' "$peer"
  elif [[ $role == server && -f $permit_file ]]; then
    say 'cluster-init: true'
  elif [[ -f $config_dir/config.yaml.d/10-join.yaml && $role == agent ]]; then
    cat "$config_dir/config.yaml.d/10-join.yaml"
  else
    fail "no server of the cluster answers on port 6443 (asked: ${peers:-none}), and a second cluster is never begun: start the other servers, or restore a snapshot (docs/runbooks/restore.md)"
  fi
}

# A node that joined through a server that has left since would not find its cluster after a restart.
refresh_join() {
  local peers=$1 file=$config_dir/config.yaml.d/10-join.yaml joined peer
  joined=$(sed -n 's#^server: "https://\(.*\):6443"$#\1#p' "$file" 2>/dev/null || true)
  [[ -n $joined && " $peers " != *" $joined "* ]] || return 0
  peer=$(first_answering "$peers")
  [[ -n $peer ]] || return 0
  printf 'server: "https://%s:6443"\n' "$peer" | install_text "$file" 0600
}

# One digest of all that a running k3s depends on.
wanted_digest() {
  {
    say "$1"
    unit_text "$1"
    cat "$state_dir/k3s/k3s-$2.sha256" 2>/dev/null || say none
    { find "$wanted_dir" -type f 2>/dev/null || true; } | sort | while read -r file; do
      say "$file"
      cat "$file"
    done
  } | sha256sum | cut -d ' ' -f 1
}

installed_version() {
  [[ -x /usr/local/bin/k3s && -e $applied_file ]] || return 0
  /usr/local/bin/k3s --version 2>/dev/null | awk 'NR == 1 && match($0, /v[0-9][^ ]*/) {print substr($0, RSTART, RLENGTH)}'
}

# Files of registries that are no longer said: left behind, they would go on to count.
forget_registries() {
  local file
  [[ -v option[registries] ]] || return 0
  for file in "$wanted_dir"/registries.yaml "$wanted_dir"/registry-ca-*.pem \
    "$config_dir"/registries.yaml "$config_dir"/registry-ca-*.pem; do
    [[ -f $file && " ${option[registries]} " != *" $(basename "$file") "* ]] || continue
    if change "remove $file"; then rm -f "$file"; fi
  done
}

install_wanted() {
  local role=$1 version=$2 join=$3 file name
  # Joining is decided once; a server with data ignores it, so it is no reason to restart.
  if [[ -n $join ]]; then
    printf '%s\n' "$join" | install_text "$config_dir/config.yaml.d/10-join.yaml" 0600
  fi
  for file in "$wanted_dir"/*; do
    [[ -f $file ]] || continue
    install_file "$file" "$config_dir/$(basename "$file")" 0600
  done
  # The audit log tells who did what; the API server itself would not make its folder so narrow.
  if [[ $role == server ]]; then install -d -m 0700 "$data_dir/server/logs"; fi
  if [[ $role == server && -d $wanted_dir/manifests ]]; then
    for file in "$wanted_dir/manifests"/*; do
      [[ -f $file ]] || continue
      install_file "$file" "$data_dir/server/manifests/$(basename "$file")" 0600
    done
  fi
  if ! cmp -s "$state_dir/k3s/k3s-$version" /usr/local/bin/k3s; then
    change "install k3s $version" || true
    cp "$state_dir/k3s/k3s-$version" /usr/local/bin/k3s.bramble
    chmod 755 /usr/local/bin/k3s.bramble
    sync /usr/local/bin/k3s.bramble
    mv -f /usr/local/bin/k3s.bramble /usr/local/bin/k3s
  fi
  for name in kubectl crictl ctr; do
    [[ -e /usr/local/bin/$name ]] || ln -s k3s "/usr/local/bin/$name"
  done
  unit_text "$role" | install_text "/etc/systemd/system/$(unit_of "$role")" 0644
}

converge() {
  local role=$1 version=$2 cluster_id=$3 unit digest join since
  unit=$(unit_of "$role")
  [[ -f $state_dir/k3s/k3s-$version ]] || fail "k3s $version is not staged: raise this host's generation and run again"
  forget_registries
  digest=$(wanted_digest "$role" "$version")
  since=$(now)
  if [[ $(cat "$applied_file" 2>/dev/null) == "$digest" ]] && as_installed "$role" "$version"; then
    systemctl is-enabled --quiet "$unit" || { change "enable $unit" && systemctl enable --quiet "$unit"; }
    systemctl is-active --quiet "$unit" || { change "start $unit" && systemctl start --no-block "$unit"; }
    await_service "$unit"
    refresh_join "${option[peers]:-}"
    note_generation
    [[ $role == agent ]] || end_maintenance "$(uname -n)"
    return
  fi
  join=$(join_config "$role" "${option[peers]:-}")
  refuse_version_jump "$(installed_version)" "$version"
  local was_active=no
  if [[ $role == server ]] && systemctl is-active --quiet "$unit"; then
    was_active=yes
    if [[ $(installed_version) == "$version" ]]; then
      touch_begin "${option[drain-timeout]:-0}"
    else
      touch_begin "${option[drain-timeout]:-0}" strict
    fi
    since=$(now)
  fi
  [[ $role == agent ]] || follow_tokens "${option[peers]:-}"
  # Says whose k3s this is before there is any, so that an interrupted run knows its own work.
  printf '%s\n' "$cluster_id" | install_text "$state_dir/cluster-id" 0644
  install_wanted "$role" "$version" "$join"
  systemctl daemon-reload
  systemctl enable --quiet "$unit"
  change "start $unit (${join%%:*})" || true
  systemctl restart --no-block "$unit"
  await_service "$unit"
  if [[ $was_active == yes ]]; then touch_end "$since"; elif [[ $role == server ]]; then end_maintenance "$(uname -n)"; fi
  token_snapshot
  rm -f "$permit_file"
  note_generation
  say "$digest" | install_text "$applied_file" 0600
}

# Which generation of the host's row this disk belongs to.
note_generation() { say "${option[generation]:-1}" | install_text "$state_dir/generation" 0644; }

check() {
  local role=$1 version=$2 unit before=$changes
  unit=$(unit_of "$role")
  check_installed "$role" "$version"
  # Names the files where it can: what is staged may have changed since it was installed.
  [[ $changes -gt $before || $(cat "$applied_file" 2>/dev/null) == "$(wanted_digest "$role" "$version")" ]] ||
    change "bring k3s $version to its configuration" || true
  systemctl is-enabled --quiet "$unit" 2>/dev/null || change "enable $unit" || true
  systemctl is-active --quiet "$unit" || change "start $unit" || true
}

permit_initialise() {
  local virtual_ip=${1:-}
  if has_etcd_data; then return 0; fi
  if [[ -n $virtual_ip ]] && ping -c 2 -W 1 -q "$virtual_ip" >/dev/null 2>&1; then
    fail "k3s.virtualIp $virtual_ip already answers: another machine or cluster has it; choose a free address"
  fi
  say yes | install_text "$permit_file" 0600
}

# A fresh disk under an old name: the cluster still remembers a node that is no more.
standing() {
  if has_etcd_data || [[ -e /etc/rancher/node/password ]]; then say member; else say fresh; fi
}

await_enabled() {
  local unit since
  since=$(now)
  for unit in k3s.service k3s-agent.service; do
    if systemctl is-enabled --quiet "$unit" 2>/dev/null; then await_service "$unit"; fi
  done
  touch_end "$since"
}

main() {
  local verb=$1
  shift
  local -A option=()
  read_options option "$@"
  case $verb in
    touch-begin) touch_begin "${option[drain-timeout]:-0}" ;;
    touch-end) await_enabled ;;
    standing) standing ;;
    permit-initialise)
      lock
      permit_initialise "${option[virtual-ip]:-}"
      finish
      ;;
    *)
      set_mode "$verb"
      local cluster_id
      cluster_id=$(first_line)
      lock
      "$mode" "${option[role]}" "${option[version]}" "$cluster_id"
      finish
      ;;
  esac
}

main "$@"
