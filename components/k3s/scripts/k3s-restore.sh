#!/usr/bin/env bash
# Brings a cluster back from a snapshot, step by step. Each step can be repeated: one that was cut off
# goes on from there.
# Usage: k3s-restore.sh state                 what this host is and how far a restore came here
#        k3s-restore.sh fetch --name NAME --from local|off-host
#                              verifies a snapshot; with one from off the host the recovery key on stdin
#        k3s-restore.sh stop --id ID          stops k3s and keeps it from starting at boot
#        k3s-restore.sh reset --id ID --name NAME --from local|off-host|none
#                              makes this server the only member, of the snapshot's data or its own;
#                              a token of another time on stdin
#        k3s-restore.sh start --id ID [--version VERSION]
#        k3s-restore.sh join --id ID --server ADDRESS      puts the old data aside, joins that server
#        k3s-restore.sh forget-passwords --nodes 'A B'     so that hosts rebuilt since may register
#        k3s-restore.sh health --nodes 'A B' --servers 'A B'
#        k3s-restore.sh finish --id ID
source "$(dirname "$0")/lib.sh"
source "$(dirname "$0")/etcd.sh"
source "$(dirname "$0")/service.sh"
source "$(dirname "$0")/snapshots.sh"
source "$(dirname "$0")/offhost.sh"
source "$(dirname "$0")/restored.sh"

readonly data_dir=/var/lib/rancher/k3s
readonly config_dir=/etc/rancher/k3s
readonly join_file=$config_dir/config.yaml.d/10-join.yaml
readonly work_dir=$state_dir/restore

kubectl() { /usr/local/bin/k3s kubectl "$@"; }

# Which unit this host has: server, agent or none.
role_here() {
  if [[ -e /etc/systemd/system/k3s.service ]]; then say server; elif [[ -e /etc/systemd/system/k3s-agent.service ]]; then say agent; else say none; fi
}

done_for() { [[ $(cat "$work_dir/$1" 2>/dev/null) == "${option[id]}" ]]; }
note_done() {
  mkdir -p "$work_dir"
  say "${option[id]}" >"$work_dir/$1"
  sync "$work_dir/$1"
}

tell_state() {
  local role active=no data=no
  role=$(role_here)
  if [[ $role != none ]] && systemctl is-active --quiet "$(unit_of "$role")"; then active=yes; fi
  [[ ! -d $data_dir/server/db/etcd/member ]] || data=yes
  say "role $role"
  say "active $active"
  say "data $data"
  say "restoring $(cat "$work_dir/stopped" 2>/dev/null || say -)"
}

# Where a snapshot of that name is on this disk.
path_of() {
  local name=${option[name]} folder
  if [[ ${option[from]} == off-host ]]; then
    folder=$work_dir/incoming/$name
    say "$folder/$(sed -n 's/^snapshot=//p' "$folder/manifest")"
  elif [[ -f $snapshot_dir/$name ]]; then
    say "$snapshot_dir/$name"
  else
    say "$state_dir/kept/snapshots/$name"
  fi
}

# The password in a token, which has two forms.
password_in() { sed -n '1s/.*://; 1p' "$1"; }

fetch_off_host() {
  local folder=$work_dir/incoming/${option[name]} key sealed
  [[ -f $folder/verified ]] && return 0
  offhost_open
  key=$(mktemp -p /run)
  cat >"$key"
  if [[ ! -s $key ]]; then
    rm -f "$key"
    fail "the recovery key is missing: 'npm run secrets -- <stack> show recoveryKey', or --recovery-key with your copy of it"
  fi
  sealed=$offhost_work/sealed
  offhost_get "${option[name]}" "$sealed"
  rm -rf "$folder"
  mkdir -p "$folder"
  if ! unseal "$sealed" "$key" | tar -C "$folder" --no-same-owner -xf - 2>/dev/null; then
    rm -rf "$key" "$folder"
    fail "${option[name]} does not open with this recovery key, or is damaged: the key is that of the stack which made the copy"
  fi
  rm -f "$key"
}

fetch() {
  local path token=same
  if [[ ${option[from]} == off-host ]]; then fetch_off_host; fi
  path=$(path_of)
  [[ -f $path ]] || fail "no snapshot ${option[name]} here: see npm run restore -- <stack> --list"
  if [[ ${option[from]} == off-host ]]; then
    local folder=$work_dir/incoming/${option[name]}
    [[ $(sed -n 's/^sha256=//p' "$folder/manifest") == "$(digest <"$path")" ]] ||
      fail "the snapshot in ${option[name]} is damaged: take another one"
    : >"$folder/verified"
    [[ -s /etc/bramble/k3s/server-token && $(password_in "$folder/server-token") == "$(password_in /etc/bramble/k3s/server-token)" ]] || token=other
    say "k3s $(sed -n 's/^k3s=//p' "$folder/manifest")"
  fi
  is_good "$path" || fail "snapshot ${option[name]} is damaged: its digest does not match; take another one"
  say "bytes $(stat -c %s "$path")"
  say "taken $(date -u -r "$path" +%Y-%m-%dT%H:%M:%SZ)"
  say "token $token"
}

stop() {
  local role
  role=$(role_here)
  # Stopped once more it would lose what was stored in the restored cluster since.
  if done_for reset || done_for joined; then
    say "goes on: this host has its restored data already"
    return 0
  fi
  note_done stopped
  [[ $role != none ]] || { say "nothing runs here"; return 0; }
  # After a power cut a server must not come up with the old data.
  systemctl disable --quiet "$(unit_of "$role")" 2>/dev/null || true
  systemctl stop "$(unit_of "$role")"
  say "stopped $(unit_of "$role")"
}

# What k3s said of its reset, less every token it may have been given.
reset_words() {
  local script
  script=$(mktemp)
  find "$config_dir" /etc/bramble/k3s "$work_dir" -name '*token*' -type f -exec cat {} + 2>/dev/null |
    tr ':' '\n' | awk 'length($0) > 7 {gsub(/[][\\.*^$\/]/, "\\\\&"); print "s/" $0 "/[secret]/g"}' >"$script"
  grep -E 'level=(error|fatal)|rror:|refused|token' "$work_dir/reset.log" | sed -f "$script" | tail -n 4
  rm -f "$script"
}

# A blank host has what was staged for its first start.
prepare_blank() {
  local file
  mkdir -p "$config_dir" "$data_dir/server/db"
  for file in /etc/bramble/k3s/*; do
    [[ ! -f $file || -e $config_dir/$(basename "$file") ]] || install_file "$file" "$config_dir/$(basename "$file")" 0600
  done
  [[ -f $config_dir/config.yaml ]] ||
    fail "nothing is staged here: run pulumi up once; it stops at this server's k3s, then restore again"
}

program_here() {
  if [[ -x /usr/local/bin/k3s ]]; then
    say /usr/local/bin/k3s
  else
    find "$state_dir/k3s" -maxdepth 1 -name 'k3s-v*' ! -name '*.sha256' ! -name '*.part' | sort -V | tail -n 1
  fi
}

# From now on the cluster has the token that its snapshot opens with.
use_token() {
  local file
  for file in "$config_dir/server-token" /etc/bramble/k3s/server-token; do
    password_in "$1" | install_text "$file" 0600
  done
}

# The file as etcd wrote it: k3s looks for an archive that is named by its whole path in another
# folder and does not find it.
opened() {
  if [[ $1 == *.zip ]]; then
    open_zip "$1" >"$work_dir/opened" || fail "${option[name]} cannot be unpacked: take another snapshot"
    say "$work_dir/opened"
  else
    say "$1"
  fi
}

reset() {
  local program path token=$work_dir/token words=()
  if done_for reset; then say "reset already"; return 0; fi
  [[ $(role_here) == none ]] || ! systemctl is-active --quiet k3s.service || fail "k3s still runs here: stop it first"
  prepare_blank
  program=$(program_here)
  [[ -n $program ]] || fail "no k3s is staged here: run pulumi up once; it stops at this server's k3s, then restore again"
  mkdir -p "$work_dir"
  rm -f "$token"
  if [[ ${option[from]} == off-host ]]; then
    cp "$work_dir/incoming/${option[name]}/server-token" "$token"
  else
    cat >"$token"
    [[ -s $token ]] || rm -f "$token"
  fi
  if [[ ${option[from]} == none ]]; then
    keep_own_data
  else
    path=$(path_of)
    [[ -f $path ]] || fail "no snapshot ${option[name]} here: see npm run restore -- <stack> --list"
    words+=("--cluster-reset-restore-path=$(opened "$path")")
  fi
  [[ ! -f $token ]] || words+=("--token-file=$token")
  # k3s refuses to reset while it is told to join, and once more after it has.
  rm -f "$join_file" "$data_dir/server/db/reset-flag"
  timeout 900 "$program" server --cluster-reset "${words[@]}" >"$work_dir/reset.log" 2>&1 </dev/null || true
  # Some releases end a reset that went well with an error's code.
  if ! grep -q 'membership has been reset' "$work_dir/reset.log"; then
    reset_words >&2
    fail "k3s could not reset to ${option[name]}: $(reset_words | tail -n 1 | cut -c 1-300); a snapshot opens only with the token of its time (--token-file), and its old data lies in $data_dir/server/db; run again, or with another snapshot"
  fi
  if [[ -f $token ]] && [[ $(password_in "$token") != "$(password_in "$config_dir/server-token")" ]]; then
    use_token "$token"
    say "note: the cluster now has the token of the snapshot's time"
  fi
  rm -f "$token" "$work_dir/opened"
  note_done reset
  say "reset to ${option[name]}"
}

# A snapshot is restored beside the old data; without one the data itself is changed.
keep_own_data() {
  local kept
  ! done_for kept || return 0
  kept=$state_dir/kept/db-$(date -u +%Y%m%dT%H%M%SZ)
  [[ $(free_megabytes "$state_dir") -gt $(($(du --summarize --block-size=1M "$data_dir/server/db/etcd" | cut -f 1) + 200)) ]] ||
    fail "disk full: no room under $state_dir to keep the data as it is; free some and run again"
  mkdir -p "$kept"
  cp -a "$data_dir/server/db/etcd" "$kept/"
  note_done kept
  say "kept the data as it was in $kept: delete it when all is well"
}

start_unit() {
  local unit=$1
  rm -f "$data_dir/server/db/reset-flag"
  systemctl enable --quiet "$unit"
  systemctl start --no-block "$unit"
  await_service "$unit"
  say "$unit serves"
}

start() {
  local role cluster_id
  role=$(role_here)
  if [[ $role != none ]]; then
    start_unit "$(unit_of "$role")"
  elif [[ -n ${option[version]:-} ]]; then
    # A blank host has no id of its own yet; the copy brought one.
    cluster_id=$({ cat "$state_dir/cluster-id" "$work_dir"/incoming/*/cluster-id 2>/dev/null || true; } | awk 'NR == 1')
    "$(dirname "$0")/k3s.sh" converge --role server --version "${option[version]}" --peers "" <<<"$cluster_id"
  else
    say "blank: pulumi up makes this host a node again"
  fi
}

join_again() {
  local kept role
  role=$(role_here)
  if [[ $role == none ]]; then
    say "blank: pulumi up makes this host a node again"
    return 0
  fi
  if ! done_for joined; then
    if [[ -d $data_dir/server/db/etcd ]]; then
      kept=$state_dir/kept/db-$(date -u +%Y%m%dT%H%M%SZ)
      mkdir -p "$state_dir/kept"
      mv "$data_dir/server/db" "$kept"
      mkdir -p "$data_dir/server/db"
      # Still to be listed, and to be restored from.
      [[ ! -d $kept/snapshots ]] || mv "$kept/snapshots" "$data_dir/server/db/snapshots"
      say "kept the old data in $kept: delete it when all is well"
    fi
    printf 'server: "https://%s:6443"\n' "${option[server]}" | install_text "$join_file" 0600
    note_done joined
  fi
  start_unit k3s.service
}

main() {
  local verb=$1
  shift
  local -A option=()
  read_options option "$@"
  case $verb in
    state) tell_state ;;
    fetch) fetch ;;
    stop | reset) lock && "$verb" ;;
    # k3s.sh takes the lock itself.
    start) start ;;
    join) lock && join_again ;;
    forget-passwords) forget_passwords ;;
    health) health ;;
    finish)
      rm -rf --one-file-system "$work_dir"
      say "finished"
      ;;
    *) fail "unknown verb '$verb': use state, fetch, stop, reset, start, join, forget-passwords, health or finish" ;;
  esac
}

main "$@"
