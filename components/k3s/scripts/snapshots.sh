# shellcheck shell=bash
# shellcheck disable=SC2154 # lib.sh and who sources this assign the rest
# Sourced: snapshots of etcd on this host's disk, and whether they are good. Needs lib.sh.

readonly snapshot_dir=/var/lib/rancher/k3s/server/db/snapshots

# A little-endian number of some bytes in a file. Usage: number_at FILE OFFSET BYTES
number_at() {
  local byte value=0 shift=0
  for byte in $(od -An -v -tu1 -j "$2" -N "$3" "$1"); do
    value=$((value + (byte << shift)))
    shift=$((shift + 8))
  done
  say "$value"
}

# Some bytes of a file. Usage: bytes_at FILE OFFSET BYTES
bytes_at() { dd if="$1" iflag=skip_bytes,count_bytes,fullblock skip="$2" count="$3" bs=1M status=none; }

# The one file in k3s's zip archive, its checksum verified: gzip knows the same compression, and its
# frame is made from the archive's directory. No host needs unzip for it.
open_zip() {
  local file=$1 size directory start packed
  size=$(stat -c %s "$file")
  [[ $size -gt 98 && $(bytes_at "$file" $((size - 22)) 4 | od -An -tx1 | tr -d ' ') == 504b0506 ]] || return 1
  directory=$(number_at "$file" $((size - 6)) 4)
  [[ $directory -lt $size && $(number_at "$file" $((directory + 10)) 2) == 8 ]] || return 1
  packed=$(number_at "$file" $((directory + 20)) 4)
  start=$((30 + $(number_at "$file" 26 2) + $(number_at "$file" 28 2)))
  {
    printf '\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03'
    bytes_at "$file" "$start" "$packed"
    bytes_at "$file" $((directory + 16)) 4
    bytes_at "$file" $((directory + 24)) 4
  } | gzip --decompress --stdout 2>/dev/null
}

# True when a snapshot is whole: etcd ends each with the digest of all that comes before.
# Usage: is_good FILE
is_good() {
  local file=$1 size opened="" result=1
  if [[ $file == *.zip ]]; then
    mkdir -p "$state_dir/offhost"
    opened=$(mktemp -p "$state_dir/offhost")
    if ! open_zip "$file" >"$opened"; then
      rm -f "$opened"
      return 1
    fi
    file=$opened
  fi
  size=$(stat -c %s "$file")
  if [[ $size -gt 32 && $((size % 512)) -eq 32 &&
    $(head -c -32 "$file" | sha256sum | cut -d ' ' -f 1) == $(tail -c 32 "$file" | od -An -v -tx1 | tr -d ' \n') ]]; then
    result=0
  fi
  [[ -z $opened ]] || rm -f "$opened"
  return "$result"
}

# Names of the snapshots here, newest first.
local_snapshots() {
  [[ -d $snapshot_dir ]] || return 0
  find "$snapshot_dir" -maxdepth 1 -type f ! -name '*.part' ! -name '.*' -printf '%T@ %f\n' | sort -rn | cut -d ' ' -f 2
}

# Saves one now and prints its name. Usage: save_now BEGINNING
save_now() {
  local said name
  said=$(timeout 300 /usr/local/bin/k3s etcd-snapshot save --name "$1" 2>&1) ||
    fail "k3s could not save a snapshot: $(grep -E 'level=(error|fatal)|[Ee]rror' <<<"$said" | tail -n 1 | cut -c 1-300)"
  name=$(local_snapshots | awk -v start="$1-" 'index($0, start) == 1 && !found++')
  [[ -n $name ]] || fail "k3s saved no snapshot under $snapshot_dir: see etcd-snapshot-dir in its configuration"
  say "$name"
}

# The newest few of ours stay beside the scheduled ones. Usage: keep_newest BEGINNING COUNT
keep_newest() {
  local name
  while read -r name; do rm -f "${snapshot_dir:?}/$name"; done < <(
    local_snapshots | awk -v start="$1-" 'index($0, start) == 1' | tail -n "+$(($2 + 1))"
  )
}
