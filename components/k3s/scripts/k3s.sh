#!/usr/bin/env bash
# Brings k3s on this host to what /etc/bramble/k3s describes, and waits until it serves.
# Usage: k3s.sh check|converge --role server|agent --version VERSION --peers 'A B'
#                              (cluster id on standard input)
#        k3s.sh permit-initialise [--virtual-ip ADDRESS]
#        k3s.sh standing      prints `member` where this host carries the cluster's state, else `fresh`
#        k3s.sh may-stop      refuses when stopping this server would lose quorum
#        k3s.sh await         waits until what is enabled here serves again
source "$(dirname "$0")/lib.sh"

readonly wanted_dir=$desired_dir/k3s
readonly config_dir=/etc/rancher/k3s
readonly data_dir=/var/lib/rancher/k3s
readonly applied_file=$state_dir/k3s-applied
readonly permit_file=$state_dir/may-initialise
readonly etcd_metrics=http://127.0.0.1:2381/metrics
readonly start_patience=600
# About two minutes of a service that ends as soon as it starts, such as with a wrong token.
readonly most_restarts=15

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

unit_of() { if [[ $1 == server ]]; then say k3s.service; else say k3s-agent.service; fi; }

# As k3s's own installer writes it.
unit_text() {
  cat <<UNIT
[Unit]
Description=Lightweight Kubernetes
Documentation=https://k3s.io
Wants=network-online.target
After=network-online.target

[Install]
WantedBy=multi-user.target

[Service]
Type=notify
KillMode=process
Delegate=yes
User=root
EnvironmentFile=-/etc/default/%N
LimitNOFILE=1048576
LimitNPROC=infinity
LimitCORE=infinity
TasksMax=infinity
TimeoutStartSec=0
Restart=always
RestartSec=5s
ExecStartPre=-/sbin/modprobe br_netfilter
ExecStartPre=-/sbin/modprobe overlay
ExecStart=/usr/local/bin/k3s $1
UNIT
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

etcd_metric() {
  curl --silent --max-time 3 "$etcd_metrics" | awk -v name="$1" '$1 == name {print $2; exit}'
}

is_voter() { [[ $(etcd_metric etcd_server_is_learner) == 0 && $(etcd_metric etcd_server_has_leader) == 1 ]]; }

serves() {
  local unit=$1
  systemctl is-active --quiet "$unit" || return 1
  [[ $unit == k3s-agent.service ]] && return 0
  is_voter && /usr/local/bin/k3s kubectl get --raw /readyz >/dev/null 2>&1
}

# What k3s said before it gave up, less every token it may have been given.
last_words() {
  local script
  script=$(mktemp)
  find "$config_dir" "$wanted_dir" -name '*token*' -type f -exec cat {} + 2>/dev/null |
    awk 'length($0) > 7 {gsub(/[][\\.*^$\/]/, "\\\\&"); print "s/" $0 "/[secret]/g"}' >"$script"
  journalctl --unit "$1" --lines 60 --no-pager --output cat 2>/dev/null |
    grep -E 'level=(error|fatal)|[Ff]ailed|refused|not found' | sed -f "$script" | tail -n 8
  rm -f "$script"
}

await_service() {
  local unit=$1 waited=0
  until serves "$unit"; do
    if [[ $waited -ge $start_patience ]] || systemctl is-failed --quiet "$unit" ||
      [[ $(systemctl show --property NRestarts --value "$unit") -ge $most_restarts ]]; then
      last_words "$unit" >&2
      fail "$unit does not serve after $waited s: see above and 'sudo journalctl -u $unit' on the host; the next pulumi up goes on from here"
    fi
    [[ $((waited % 30)) -eq 29 ]] && say "waiting for $unit ($((waited + 1)) s)"
    sleep 1
    waited=$((waited + 1))
  done
}

# Without this server a majority of the others has to be Ready. Two servers cannot keep a majority
# while one restarts; there, both must be well beforehand.
may_stop() {
  systemctl is-active --quiet k3s.service || return 0
  local name status total=0 ready=0 others=0
  while read -r name status; do
    total=$((total + 1))
    [[ $status == True ]] || continue
    ready=$((ready + 1))
    [[ $name == "$(uname -n)" ]] || others=$((others + 1))
  done < <(/usr/local/bin/k3s kubectl get nodes --selector node-role.kubernetes.io/etcd=true \
    --output 'jsonpath={range .items[*]}{.metadata.name} {.status.conditions[?(@.type=="Ready")].status}{"\n"}{end}' 2>/dev/null)
  [[ $total -le 1 || $others -ge $((total / 2 + 1)) ]] && return 0
  [[ $total -eq 2 && $ready -eq 2 ]] && return 0
  fail "only $ready of $total servers are Ready: stopping this one would lose quorum; mend the others first"
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
  local role=$1 version=$2 cluster_id=$3 peers=$4 unit digest join
  unit=$(unit_of "$role")
  [[ -f $state_dir/k3s/k3s-$version ]] || fail "k3s $version is not staged: raise this host's generation and run again"
  digest=$(wanted_digest "$role" "$version")
  if [[ $(cat "$applied_file" 2>/dev/null) == "$digest" ]]; then
    systemctl is-active --quiet "$unit" || { change "start $unit" && systemctl start --no-block "$unit"; }
    await_service "$unit"
    refresh_join "$peers"
    return
  fi
  join=$(join_config "$role" "$peers")
  may_stop
  # Says whose k3s this is before there is any, so that an interrupted run knows its own work.
  printf '%s\n' "$cluster_id" | install_text "$state_dir/cluster-id" 0644
  install_wanted "$role" "$version" "$join"
  systemctl daemon-reload
  systemctl enable --quiet "$unit"
  change "start $unit (${join%%:*})" || true
  systemctl restart --no-block "$unit"
  await_service "$unit"
  rm -f "$permit_file"
  say "$digest" | install_text "$applied_file" 0600
}

check() {
  local role=$1 version=$2
  [[ $(cat "$applied_file" 2>/dev/null) == "$(wanted_digest "$role" "$version")" ]] ||
    change "bring k3s $version to its configuration" || true
  systemctl is-active --quiet "$(unit_of "$role")" || change "start $(unit_of "$role")" || true
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
  local unit
  for unit in k3s.service k3s-agent.service; do
    if systemctl is-enabled --quiet "$unit" 2>/dev/null; then await_service "$unit"; fi
  done
}

main() {
  local verb=$1
  shift
  local -A option=()
  read_options option "$@"
  case $verb in
    may-stop) may_stop ;;
    await) await_enabled ;;
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
      "$mode" "${option[role]}" "${option[version]}" "$cluster_id" "${option[peers]:-}"
      finish
      ;;
  esac
}

main "$@"
