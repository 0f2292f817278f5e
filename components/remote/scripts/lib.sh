# shellcheck shell=bash
# Sourced by every script that runs on a host.
set -euo pipefail
umask 077
export LC_ALL=C
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export DEBIAN_FRONTEND=noninteractive

# What Bramble wants (written by the program) and what it knows (written by the scripts).
# shellcheck disable=SC2034
readonly desired_dir=/etc/bramble
# shellcheck disable=SC2034
readonly state_dir=/var/lib/bramble

# A run that would change something in check mode ends with this code.
readonly exit_would_change=10

mode=converge
changes=0

say() { printf '%s\n' "$*"; }

fail() {
  printf 'bramble: %s: %s\n' "$(uname -n)" "$*" >&2
  exit 1
}

# Takes the verb: `check` looks and tells, `converge` acts.
set_mode() {
  case $1 in
    check | converge) mode=$1 ;;
    *) fail "unknown verb '$1': use check or converge" ;;
  esac
}

# Names a change; true when it is to be made now.
change() {
  changes=$((changes + 1))
  if [[ $mode == check ]]; then
    say "would change: $*"
    return 1
  fi
  say "$*"
}

# Ends a script: in check mode the exit code tells whether anything would change.
finish() {
  if [[ $mode == check && $changes -gt 0 ]]; then exit "$exit_would_change"; fi
  if [[ $changes -eq 0 ]]; then say "unchanged"; fi
}

# One run at a time on a host, also against a second operator.
lock() {
  mkdir -p /run/bramble
  exec 9>/run/bramble/lock
  flock --wait 600 9 || fail "another run has held /run/bramble/lock for ten minutes: wait for it or end it"
}

# Reads `--name value` pairs into the associative array named first.
read_options() {
  local -n options=$1
  shift
  while [[ $# -gt 0 ]]; do
    [[ $1 == --* && $# -ge 2 ]] || fail "unexpected argument: $1"
    # The caller reads the array through its own name.
    # shellcheck disable=SC2034
    options[${1#--}]=$2
    shift 2
  done
}

# The first line of standard input, which may lack its newline: the provider trims what it hands on.
first_line() {
  local line=""
  read -r line || true
  say "${line:-none}"
}

in_container() { systemd-detect-virt --container --quiet; }

same_file() { [[ -f $2 ]] && cmp -s "$1" "$2"; }

# Installs a prepared file with owner root and a mode, whole or not at all.
# Usage: install_file SOURCE TARGET MODE
install_file() {
  local source=$1 target=$2 file_mode=$3 temporary
  if same_file "$source" "$target" && [[ $(stat -c '%a %U' "$target") == "${file_mode#0} root" ]]; then
    return 0
  fi
  change "write $target" || return 0
  mkdir -p "$(dirname "$target")"
  temporary=$(mktemp "$target.XXXXXX")
  cat "$source" >"$temporary"
  chmod "$file_mode" "$temporary"
  sync "$temporary"
  mv -f "$temporary" "$target"
}

# As install_file, with the content on standard input.
install_text() {
  local buffer
  buffer=$(mktemp)
  cat >"$buffer"
  install_file "$buffer" "$1" "$2"
  rm -f "$buffer"
}

machine_arch() {
  case $(uname -m) in
    x86_64) say amd64 ;;
    aarch64) say arm64 ;;
    *) say "$(uname -m)" ;;
  esac
}

# Mount point and kind of the disk under a path: sd, ssd, hdd or virtual.
disk_kind() {
  local device parent
  device=$(df --output=source "$1" | tail -n 1)
  device=$(basename "$(readlink -f "$device" 2>/dev/null || printf '%s' "$device")")
  parent=$(basename "$(readlink -f "/sys/class/block/$device/.." 2>/dev/null || true)")
  [[ -d /sys/block/$parent ]] && device=$parent
  case $device in
    mmcblk*) say sd ;;
    nvme*) say ssd ;;
    sd*) if [[ $(cat "/sys/block/$device/queue/rotational" 2>/dev/null) == 1 ]]; then say hdd; else say ssd; fi ;;
    *) say virtual ;;
  esac
}

free_megabytes() {
  local path=$1
  while [[ ! -e $path ]]; do path=$(dirname "$path"); done
  df --output=avail -m "$path" | tail -n 1 | tr -d ' '
}
