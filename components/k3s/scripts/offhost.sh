# shellcheck shell=bash
# shellcheck disable=SC2154 # lib.sh and who sources this assign the rest
# Sourced: one destination off the hosts (S3, NFS or SFTP) under one set of names: put, get, list,
# delete. Needs lib.sh. Whatever goes there has been encrypted before.
source "$(dirname "$0")/s3.sh"

readonly offhost_dir=$desired_dir/snapshots
offhost_work=""
declare -A off=()

# Reads the settings and opens the destination. Usage: offhost_open
offhost_open() {
  local line
  [[ -f $offhost_dir/destination ]] ||
    fail "this host knows no destination for copies: set k3s.snapshots.offHost and run pulumi up"
  while read -r line; do off[${line%%=*}]=${line#*=}; done <"$offhost_dir/destination"
  mkdir -p "$state_dir/offhost"
  offhost_work=$(mktemp -d -p "$state_dir/offhost")
  trap offhost_close EXIT
  case ${off[kind]} in
    nfs)
      mkdir "$offhost_work/mounted"
      timeout 60 mount -t nfs -o nfsvers=4,soft,timeo=100 "${off[server]}:${off[path]}" "$offhost_work/mounted" ||
        fail "${off[server]}:${off[path]} cannot be mounted: see that it is exported to this host by NFS 4, and k3s.snapshots.offHost.nfs"
      ;;
    ssh)
      local name=${off[host]}
      [[ ${off[port]} == 22 ]] || name="[${off[host]}]:${off[port]}"
      say "$name ${off[hostKey]}" >"$offhost_work/known_hosts"
      ;;
  esac
}

# What to do should the script end before its work is done.
offhost_unfinished=""

offhost_close() {
  [[ -z $offhost_unfinished ]] || $offhost_unfinished
  [[ -n $offhost_work ]] || return 0
  if [[ -d $offhost_work/mounted ]]; then umount "$offhost_work/mounted" || umount -l "$offhost_work/mounted" || true; fi
  rm -rf --one-file-system "$offhost_work"
  offhost_work=""
}

# Where copies are, as people write it.
offhost_place() {
  case ${off[kind]} in
    s3) say "${off[endpoint]}/${off[bucket]}/${off[prefix]:-}" ;;
    nfs) say "${off[server]}:${off[path]}" ;;
    ssh) say "${off[user]}@${off[host]}:${off[path]}" ;;
  esac
}

# Runs sftp commands, one a line: an account that may do nothing else is enough.
sftp_batch() {
  local said
  said=$(printf '%s\n' "$@" | sftp -q -b - -P "${off[port]}" -i "$offhost_dir/ssh-key" -F /dev/null \
    -o BatchMode=yes -o IdentitiesOnly=yes -o StrictHostKeyChecking=yes -o ConnectTimeout=20 \
    -o HostKeyAlgorithms="${off[hostKey]%% *}" -o GlobalKnownHostsFile=/dev/null \
    -o UserKnownHostsFile="$offhost_work/known_hosts" "${off[user]}@${off[host]}" 2>"$offhost_work/sftp-error") ||
    fail "$(offhost_place): $(tail -n 1 "$offhost_work/sftp-error"): see host, hostKey, user and path under k3s.snapshots.offHost.ssh and the secret snapshotSshKey"
  printf '%s\n' "$said" | sed '/^sftp> /d'
}

# Usage: offhost_put FILE NAME
offhost_put() {
  case ${off[kind]} in
    s3) s3_put "$1" "$2" ;;
    nfs)
      cp "$1" "$offhost_work/mounted/$2.part"
      sync "$offhost_work/mounted/$2.part"
      mv -f "$offhost_work/mounted/$2.part" "$offhost_work/mounted/$2"
      ;;
    ssh) sftp_batch "put \"$1\" \"${off[path]}/$2.part\"" "rename \"${off[path]}/$2.part\" \"${off[path]}/$2\"" >/dev/null ;;
  esac
}

# Usage: offhost_get NAME FILE
offhost_get() {
  case ${off[kind]} in
    s3) s3_get "$1" "$2" ;;
    nfs) cp "$offhost_work/mounted/$1" "$2" 2>/dev/null || fail "$(offhost_place) holds no $1" ;;
    ssh) sftp_batch "get \"${off[path]}/$1\" \"$2\"" >/dev/null ;;
  esac
}

offhost_delete() {
  case ${off[kind]} in
    s3) s3_delete "$1" ;;
    nfs) rm -f "$offhost_work/mounted/$1" ;;
    ssh) sftp_batch "rm \"${off[path]}/$1\"" >/dev/null ;;
  esac
}

# Copies whose name begins with a text, oldest first: BYTES NAME. Only names that we give are told.
# Usage: offhost_list BEGINNING
offhost_list() {
  case ${off[kind]} in
    s3) s3_list "$1" ;;
    nfs) find "$offhost_work/mounted/" -maxdepth 1 -type f -printf '%s %f\n' ;;
    ssh) sftp_batch "ls -ln \"${off[path]}\"" | awk '{name = $NF; sub(/.*\//, "", name); print $5, name}' ;;
  esac | awk -v start="$1" 'index($2, start) == 1 && $2 ~ /\.[0-9]+T[0-9]+Z\.age$/ {
    stamp = $2; sub(/\.age$/, "", stamp); sub(/.*\./, "", stamp); print stamp, $0
  }' | sort | cut -d ' ' -f 2-
}

# Stores a file and reads it back: what came back differs from what was sent on a bad disk or store.
# Usage: offhost_store FILE NAME
offhost_store() {
  local sent came=$offhost_work/came
  sent=$(digest <"$1")
  offhost_put "$1" "$2"
  offhost_get "$2" "$came"
  [[ $(digest <"$came") == "$sent" ]] ||
    fail "$2 came back changed from $(offhost_place): do not trust this destination before its disk was checked"
  rm -f "$came"
}

# Keeps the newest copies of one beginning. Usage: offhost_prune BEGINNING COUNT
offhost_prune() {
  local rows name
  rows=$(offhost_list "$1" | head -n "-$2")
  while read -r _ name; do [[ -z $name ]] || offhost_delete "$name"; done <<<"$rows"
}

# Encrypts standard input for the recovery key: this host cannot open it again.
seal() {
  command -v age >/dev/null || fail "age is not installed: run pulumi up, or 'sudo apt-get install age'"
  age --encrypt --recipients-file "$offhost_dir/recipient" --output "$1"
}

# Opens a copy with the recovery key. Usage: unseal FILE KEY_FILE
unseal() {
  command -v age >/dev/null || fail "age is not installed: run pulumi up, or 'sudo apt-get install age'"
  age --decrypt --identity "$2" "$1" 2>/dev/null
}
