#!/usr/bin/env bash
# Exports one directory of this host by NFS to the hosts of the cluster. Data in it is never touched.
# Usage: nfs-export.sh check|converge --path PATH --clients 'ADDRESS ADDRESS'
source "$(dirname "$0")/lib.sh"

readonly exports_file=/etc/exports.d/bramble.exports

exports_text() {
  local path=$1 client clients=""
  for client in $2; do clients="$clients $client(rw,sync,no_subtree_check,no_root_squash)"; done
  printf '%s%s\n' "$path" "$clients"
}

main() {
  set_mode "$1"
  local -A option=()
  read_options option "${@:2}"
  lock
  local path=${option[path]} before
  if [[ ! -d $path ]]; then
    if change "create $path"; then (umask 022 && mkdir -p "$path"); fi
  elif [[ $(disk_kind "$path") == sd ]]; then
    say "note: $path lies on an SD card; mount an SSD there for media"
  fi
  before=$changes
  exports_text "$path" "${option[clients]}" | install_text "$exports_file" 0644
  if [[ $changes -gt $before && $mode == converge ]]; then
    exportfs -ra || fail "exportfs refused $exports_file: look at 'sudo exportfs -v' on the host"
  fi
  if ! systemctl is-active --quiet nfs-server.service; then
    if change "start nfs-server"; then
      systemctl enable --now --quiet nfs-server.service ||
        fail "nfs-server does not start: see 'sudo journalctl -u nfs-server'"
    fi
  fi
  finish
}

main "$@"
