#!/usr/bin/env bash
# Snapshots of this server's etcd, and their encrypted copies off the host.
# Usage: k3s-snapshot.sh check|converge --schedule CALENDAR --delay SECONDS    timer of the copies
#        k3s-snapshot.sh remove         the timer, the destination's settings and credentials
#        k3s-snapshot.sh none           changes nothing: an agent has settings and no timer
#        k3s-snapshot.sh save [--if-serving yes]   saves one now, prints its name
#        k3s-snapshot.sh export [--fresh yes]   copies the newest, or a fresh one, off the host
#        k3s-snapshot.sh list [--off-host yes]  WHERE NAME BYTES TIME VERDICT, one a line
source "$(dirname "$0")/lib.sh"
source "$(dirname "$0")/snapshots.sh"
source "$(dirname "$0")/offhost.sh"

readonly unit=bramble-snapshot
readonly status_file=$state_dir/snapshot-status
readonly metrics_dir=$state_dir/metrics
# Ours are told apart from those k3s saves on its own schedule.
readonly own_name=bramble-copy

unit_text() {
  cat <<UNIT
[Unit]
Description=Encrypted copy of the newest etcd snapshot, off this host
After=network-online.target
Wants=network-online.target

[Service]
Type=oneshot
ExecStartPre=/bin/sleep $1
ExecStart=/usr/local/lib/bramble/k3s-snapshot.sh export
TimeoutStartSec=7200
Nice=10
IOSchedulingClass=idle
UNIT
}

timer_text() {
  cat <<UNIT
[Unit]
Description=Schedule of $unit.service

[Timer]
OnCalendar=$1
Persistent=true

[Install]
WantedBy=timers.target
UNIT
}

apply_schedule() {
  local before=$changes
  systemd-analyze calendar "${option[schedule]}" >/dev/null 2>&1 ||
    fail "k3s.snapshots.offHost.schedule '${option[schedule]}' is no calendar expression of systemd: such as '*-*-* 03:00:00', see 'man systemd.time'"
  unit_text "${option[delay]}" | install_text "/etc/systemd/system/$unit.service" 0644
  timer_text "${option[schedule]}" | install_text "/etc/systemd/system/$unit.timer" 0644
  if [[ $mode == converge && $changes -gt $before ]]; then
    systemctl daemon-reload
    systemctl restart "$unit.timer"
  fi
  if ! systemctl is-enabled --quiet "$unit.timer" 2>/dev/null || ! systemctl is-active --quiet "$unit.timer"; then
    change "start $unit.timer" && systemctl enable --now --quiet "$unit.timer"
  fi
  if [[ ! -d $metrics_dir ]]; then
    # Read by node-exporter, which is not root.
    change "create $metrics_dir" && install -d -m 0755 "$metrics_dir"
  fi
}

remove_schedule() {
  systemctl disable --now --quiet "$unit.timer" 2>/dev/null || true
  systemctl stop "$unit.service" 2>/dev/null || true
  rm -f "/etc/systemd/system/$unit.service" "/etc/systemd/system/$unit.timer" "$metrics_dir/$unit.prom" "$status_file"
  rm -rf "$offhost_dir" "$state_dir/offhost"
  systemctl daemon-reload
  say "no more copies are made from $(uname -n); those that were made stay where they are"
}

# Usage: note_status RESULT [NAME COPY BYTES]
note_status() {
  printf '{"result":"%s","at":"%s","snapshot":"%s","copy":"%s","bytes":%s,"destination":"%s"}\n' \
    "$1" "$(date -u +%Y-%m-%dT%H:%M:%SZ)" "${2:-}" "${3:-}" "${4:-0}" "${off[kind]:-}" >"$status_file.part"
  mv -f "$status_file.part" "$status_file"
}

# Usage: write_metric TIME BYTES
write_metric() {
  install -d -m 0755 "$metrics_dir"
  {
    say "# HELP bramble_snapshot_last_success_timestamp_seconds When the newest etcd snapshot with a verified copy off the host was taken."
    say "# TYPE bramble_snapshot_last_success_timestamp_seconds gauge"
    say "bramble_snapshot_last_success_timestamp_seconds{destination=\"${off[kind]}\"} $1"
    say "# HELP bramble_snapshot_bytes Size of that copy."
    say "# TYPE bramble_snapshot_bytes gauge"
    say "bramble_snapshot_bytes{destination=\"${off[kind]}\"} $2"
  } >"$metrics_dir/.$unit.part"
  chmod 0644 "$metrics_dir/.$unit.part"
  mv -f "$metrics_dir/.$unit.part" "$metrics_dir/$unit.prom"
}

# What a restore needs beside the snapshot: above all the token of its time, which opens the
# certificates and the encryption key that k3s keeps inside it.
# Usage: stage SNAPSHOT FOLDER
stage() {
  local name=$1 folder=$2
  ln "$snapshot_dir/$name" "$folder/$name" 2>/dev/null || cp "$snapshot_dir/$name" "$folder/$name"
  is_good "$folder/$name" ||
    fail "snapshot $name is damaged and was not copied: its digest does not match; look at this server's disk, then run 'npm run backup -- <stack> snapshot'"
  cp /var/lib/rancher/k3s/server/token "$folder/server-token"
  cp /etc/rancher/k3s/agent-token "$folder/agent-token" 2>/dev/null || : >"$folder/agent-token"
  cp "$state_dir/cluster-id" "$folder/cluster-id"
  cp /etc/rancher/k3s/config.yaml "$folder/config.yaml"
  {
    say "format=1"
    say "cluster=${off[cluster]}"
    say "host=$(uname -n)"
    say "snapshot=$name"
    say "taken=$(date -u -r "$folder/$name" +%Y-%m-%dT%H:%M:%SZ)"
    say "sha256=$(digest <"$folder/$name")"
    say "k3s=$(/usr/local/bin/k3s --version | awk 'NR == 1 && match($0, /v[0-9][^ ]*/) {print substr($0, RSTART, RLENGTH)}')"
  } >"$folder/manifest"
}

# A snapshot that has a copy already is not worth another one.
newest_uncopied() {
  local newest
  newest=$(local_snapshots | awk 'NR == 1')
  [[ -n $newest && ${option[fresh]:-no} == no ]] || return 0
  grep -qF "\"snapshot\":\"$newest\"" "$status_file" 2>/dev/null || say "$newest"
}

export_snapshot() {
  local name folder copy size taken beginning
  mkdir -p /run/bramble
  exec 8>/run/bramble/snapshot.lock
  flock --nonblock 8 || fail "a copy is being made already: wait for it"
  offhost_unfinished="note_status failed"
  offhost_open
  name=$(newest_uncopied)
  if [[ -z $name ]]; then
    name=$(save_now "$own_name")
    keep_newest "$own_name" 2
  fi
  folder=$offhost_work/pack
  mkdir "$folder"
  [[ $(free_megabytes "$folder") -gt $((3 * $(stat -c %s "$snapshot_dir/$name") / 1048576 + 50)) ]] ||
    fail "disk full: $(free_megabytes "$folder") MB free under $state_dir; free some and run again"
  stage "$name" "$folder"
  taken=$(date -u -r "$folder/$name" +%s)
  beginning=${off[cluster]}.etcd.$(uname -n)
  copy=$beginning.$(date -u -d "@$taken" +%Y%m%dT%H%M%SZ).age
  tar -C "$folder" -cf - manifest server-token agent-token cluster-id config.yaml "$name" | seal "$offhost_work/sealed"
  rm -rf "$folder"
  size=$(stat -c %s "$offhost_work/sealed")
  offhost_store "$offhost_work/sealed" "$copy"
  offhost_prune "$beginning." "${off[retention]}"
  offhost_unfinished=""
  note_status ok "$name" "$copy" "$size"
  write_metric "$taken" "$size"
  say "copied $name to $(offhost_place) as $copy ($size bytes, read back)"
}

# Usage: list_file FILE
list_file() {
  local verdict=DAMAGED
  if is_good "$1"; then verdict=good; fi
  say "local $(basename "$1") $(stat -c %s "$1") $(date -u -r "$1" +%Y-%m-%dT%H:%M:%SZ) $verdict"
}

list() {
  local name size verdict rows
  while read -r name; do list_file "$snapshot_dir/$name"; done < <(local_snapshots)
  # Those that a teardown of this host has kept.
  for name in "$state_dir/kept/snapshots"/*; do
    [[ ! -f $name || $(basename "$name") == token || -f $snapshot_dir/$(basename "$name") ]] || list_file "$name"
  done
  [[ ${option[off-host]:-no} == yes ]] || return 0
  offhost_open
  rows=$(offhost_list "${off[cluster]}.etcd.")
  while read -r size name; do
    [[ -n $name ]] || continue
    verdict=${name%.age}
    verdict=${verdict##*.}
    say "off-host $name $size ${verdict:0:4}-${verdict:4:2}-${verdict:6:2}T${verdict:9:2}:${verdict:11:2}:${verdict:13:2}Z sealed"
  done <<<"$rows"
}

main() {
  local verb=$1
  shift
  local -A option=()
  read_options option "$@"
  case $verb in
    check | converge)
      set_mode "$verb"
      lock
      apply_schedule
      finish
      ;;
    remove)
      lock
      remove_schedule
      ;;
    none) say "unchanged" ;;
    save)
      # Without quorum k3s would try for minutes.
      [[ ${option[if-serving]:-no} == no ]] || timeout 15 /usr/local/bin/k3s kubectl get --raw /readyz >/dev/null 2>&1 ||
        fail "the API does not answer"
      save_now bramble-manual
      ;;
    export) export_snapshot ;;
    list) list ;;
    *) fail "unknown verb '$verb': use check, converge, remove, none, save, export or list" ;;
  esac
}

main "$@"
