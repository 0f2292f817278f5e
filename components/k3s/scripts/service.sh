# shellcheck shell=bash
# Sourced: the systemd unit of k3s, and how one tells that it serves. Needs etcd.sh.

readonly start_patience=600
# About two minutes of a service that ends as soon as it starts, such as with a wrong token.
readonly most_restarts=15

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
  find /etc/rancher/k3s /etc/bramble/k3s -name '*token*' -type f -exec cat {} + 2>/dev/null |
    awk 'length($0) > 7 {gsub(/[][\\.*^$\/]/, "\\\\&"); print "s/" $0 "/[secret]/g"}' >"$script"
  journalctl --unit "$1" --lines 60 --no-pager --output cat 2>/dev/null |
    grep -E 'level=(error|fatal)|[Ff]ailed|refused|not found' | sed -f "$script" | tail -n 8
  rm -f "$script"
}

restarts_of() { systemctl show --property NRestarts --value "$1"; }

await_service() {
  local unit=$1 waited=0 before
  # An earlier run may have given up on a service that kept ending; this one counts anew.
  before=$(restarts_of "$unit")
  until serves "$unit"; do
    if [[ $waited -ge $start_patience ]] || systemctl is-failed --quiet "$unit" ||
      [[ $(($(restarts_of "$unit") - before)) -ge $most_restarts ]]; then
      last_words "$unit" >&2
      fail "$unit does not serve after $waited s: see above and 'sudo journalctl -u $unit' on the host; the next pulumi up goes on from here"
    fi
    [[ $((waited % 30)) -eq 29 ]] && say "waiting for $unit ($((waited + 1)) s)"
    sleep 1
    waited=$((waited + 1))
  done
}
