#!/usr/bin/env bash
# Looks whether this host is as the program wants it, and changes nothing. What to look at is read
# from standard input, one line each, its fields ended by the unit separator (0x1f):
#   run ID INPUT SCRIPT ARGUMENT...  a script in check mode. INPUT: `own`, the cluster id that this host
#                                    says it has, or `=` and a text in base64
#   secret ID PATH MODE              a file whose content only the engine knows
#   scripts ID NAME...               the installed scripts, against those that came along
# All other lines go to drift-cluster.sh, where there are any.
# Prints `@ ID TEXT` for what differs, `= ID CODE` at the end of each look (10: not as wanted), and
# `% NAME DOCUMENT` (gzip, base64) for what the caller compares.
# Usage: drift.sh
set -euo pipefail
export LC_ALL=C PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
readonly separator=$'\x1f'
readonly installed=/usr/local/lib/bramble

state_of() {
  if [[ ! -e $1 ]]; then echo missing; else stat -c 'mode %a, %U' "$1"; fi
}

# What a script says, with the state of the file it would write.
with_state() {
  local line
  while IFS= read -r line; do
    if [[ $line =~ ^would\ change:\ write\ ([^ ]+)$ ]]; then
      local state
      state=$(state_of "${BASH_REMATCH[1]}")
      [[ $state == missing ]] || state="other text or mode, now ${state#mode }"
      line="$line ($state)"
    fi
    printf '@ %s %s\n' "$1" "$line"
  done
}

look_run() {
  local id=$1 input=$2 script=$3 code=0
  shift 3
  if [[ $input == own ]]; then cp own-cluster-id script-input; else base64 -d <<<"${input#=}" >script-input; fi
  timeout --kill-after=10 120 "./$script" "$@" <script-input 2>&1 | with_state "$id" || code=$?
  printf '= %s %s\n' "$id" "$code"
}

look_secret() {
  local id=$1 path=$2 mode=$3 state code=0
  state=$(state_of "$path")
  if [[ $state != "mode $mode, root" || ! -s $path ]]; then
    [[ $state == missing || -s $path ]] || state=empty
    printf '@ %s would change: write %s (%s)\n' "$id" "$path" "$state"
    code=10
  fi
  printf '= %s %s\n' "$id" "$code"
}

look_scripts() {
  local id=$1 name state code=0
  shift
  for name in "$@"; do
    state=$(state_of "$installed/$name")
    if [[ $state == missing ]] || ! cmp -s "$name" "$installed/$name"; then
      [[ $state == missing ]] || state="other text"
    elif [[ $state == "mode 755, root" ]]; then
      continue
    fi
    printf '@ %s would change: write %s (%s)\n' "$id" "$installed/$name" "$state"
    code=10
  done
  printf '= %s %s\n' "$id" "$code"
}

main() {
  local words
  # The file is the scripts' own lock; it exists only in memory, and only while something runs.
  if [[ -e /run/bramble/lock ]] && ! flock --nonblock /run/bramble/lock true; then
    echo "bramble: $(uname -n): another run is at work here: look again when it is done" >&2
    exit 1
  fi
  cat /var/lib/bramble/cluster-id >own-cluster-id 2>/dev/null || : >own-cluster-id
  printf '%% cluster-id %s\n' "$(gzip -c own-cluster-id | base64 -w 0)"
  : >cluster-output
  cat >all-input
  grep -Ev "^(run|secret|scripts)$separator" all-input >cluster-input || true
  if [[ -s cluster-input ]]; then
    ./drift-cluster.sh /usr/local/bin/k3s kubectl <cluster-input >cluster-output &
  fi
  # The scripts' input is a file of their own, so that none of them reads what is next.
  while IFS=$separator read -r -a words; do
    case ${words[0]} in
      run) look_run "${words[@]:1}" ;;
      secret) look_secret "${words[@]:1}" ;;
      scripts) look_scripts "${words[@]:1}" ;;
    esac
  done <all-input
  # The API server is asked while the host is looked at.
  wait
  cat cluster-output
  echo '% end '
}

cd "$(dirname "$0")"
main
