#!/usr/bin/env bash
# Makes this host accept SSH certificates of the stack's own authorities, beside keys.
# Usage: ssh-ca.sh check|converge      (public keys of the authorities on standard input, one a line)
#        ssh-ca.sh remove
source "$(dirname "$0")/lib.sh"

readonly keys_file=/etc/ssh/bramble-user-ca.pub
readonly drop_in=/etc/ssh/sshd_config.d/50-bramble-user-ca.conf

sshd_path() { command -v sshd || say /usr/sbin/sshd; }

reload_sshd() {
  mkdir -p /run/sshd
  systemctl reload ssh.service 2>/dev/null || systemctl try-restart ssh.service
  # While it reads its configuration again it refuses connections.
  sleep 1
}

valid() {
  mkdir -p /run/sshd
  "$(sshd_path)" -t
}

converge() {
  local keys line
  keys=$(mktemp)
  while read -r line || [[ -n $line ]]; do
    [[ -z $line ]] || printf '%s\n' "$line"
  done >"$keys"
  ssh-keygen -l -f "$keys" >/dev/null 2>&1 || fail "no public key of an SSH authority was given: run pulumi up again"
  grep -Eq '^[[:space:]]*Include[[:space:]]+/etc/ssh/sshd_config\.d/' /etc/ssh/sshd_config ||
    fail "/etc/ssh/sshd_config does not include /etc/ssh/sshd_config.d/*.conf: add that line at its top, or set ssh.userCa.enabled to false"
  install_file "$keys" "$keys_file" 0644
  local before=$changes
  printf 'TrustedUserCAKeys %s\n' "$keys_file" | install_text "$drop_in" 0644
  rm -f "$keys"
  # sshd reads the keys anew at each login; only where they are is part of its configuration.
  [[ $mode == converge && $changes -gt $before ]] || return 0
  if ! valid; then
    rm -f "$drop_in"
    fail "sshd does not take its configuration with the authority, which was taken out again: see 'sudo sshd -t'"
  fi
  reload_sshd
}

remove() {
  [[ -e $drop_in || -e $keys_file ]] || return 0
  change "trust no SSH authority" || return 0
  rm -f "$drop_in" "$keys_file"
  valid && reload_sshd
}

case ${1:-} in
  remove)
    lock
    remove
    finish
    ;;
  *)
    set_mode "${1:-}"
    lock
    converge
    finish
    ;;
esac
