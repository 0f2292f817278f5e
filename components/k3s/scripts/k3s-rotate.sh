#!/usr/bin/env bash
# Rotates certificates, certificate authorities and the key of Secrets, which k3s makes itself.
# What was rotated is written into the cluster, so that a rebuilt server or a new operator's machine
# does not begin again; whether a node has followed is seen on the node.
# ITEM: certificates, certificate-authority, secrets-key
# Usage: k3s-rotate.sh baseline --counters 'ITEM=N ITEM=N'
#                          before a server's first start: a new cluster has nothing to rotate
#        k3s-rotate.sh begin|begin-check --item ITEM --counter N
#                          once, on one server; prints the mark that tells who has followed
#        k3s-rotate.sh follow|follow-check --item ITEM --role server|agent [--drain-timeout SECONDS]
#                          on each node in its turn; the mark on standard input
#        k3s-rotate.sh verify --item ITEM      on a server, when all have followed
source "$(dirname "$0")/lib.sh"
source "$(dirname "$0")/etcd.sh"
source "$(dirname "$0")/service.sh"
source "$(dirname "$0")/touch.sh"
source "$(dirname "$0")/authority.sh"

readonly data_dir=/var/lib/rancher/k3s
readonly work_dir=$state_dir/rotation
readonly baseline_file=$state_dir/k3s/rotation-baseline
readonly record=bramble-rotation
readonly most_settling=180

k3s() { /usr/local/bin/k3s "$@"; }

recorded() {
  kubectl get configmap --namespace kube-system "$record" --ignore-not-found --output "jsonpath={.data.$1}"
}

# Usage: write_record ITEM COUNTER MARK
write_record() {
  if [[ -z $(kubectl get configmap --namespace kube-system "$record" --ignore-not-found --output name) ]]; then
    kubectl create configmap --namespace kube-system "$record" >/dev/null
  fi
  kubectl patch configmap --namespace kube-system "$record" --type merge \
    --patch "{\"data\":{\"$1\":\"$2 $3\"}}" >/dev/null
}

baseline() {
  [[ ! -d $data_dir/server/db/etcd/member && -f $state_dir/may-initialise ]] || return 0
  mkdir -p "$state_dir/k3s"
  printf '%s\n' "$1" | install_text "$baseline_file" 0644
}

# The counter this cluster was born with.
born_with() {
  [[ -f $baseline_file ]] || return 0
  tr ' ' '\n' <"$baseline_file" | sed -n "s/^$1=//p"
}

secrets_status() { k3s secrets-encrypt status 2>/dev/null; }
active_key() { secrets_status | awk '$1 == "*" {print $NF}'; }

rotation_settled() {
  secrets_status | grep -Eq '^Current Rotation Stage: (start|reencrypt_finished)$'
}

rotate_secrets_key() {
  local before=$work_dir/secrets-key waited=0
  # Cut off between the rotation and its record: the key in use is another one already.
  if [[ -f $before && $(active_key) != "$(cat "$before")" ]] && rotation_settled; then
    rm -f "$before"
    return 0
  fi
  secrets_status | grep -q 'All hashes match' ||
    fail "the servers do not agree on the key of Secrets: restart each of them once, one at a time, until 'sudo k3s secrets-encrypt status' says that all hashes match"
  rotation_settled || fail "an older rotation of the key of Secrets is not finished: see 'sudo k3s secrets-encrypt status'"
  active_key | install_text "$before" 0600
  k3s secrets-encrypt rotate-keys >/dev/null 2>"$work_dir/errors" ||
    fail "the key of Secrets was not rotated: $(tail -n 1 "$work_dir/errors")"
  until rotation_settled; do
    [[ $waited -lt $most_settling ]] || fail "Secrets are not encrypted anew after $waited s: see 'sudo k3s secrets-encrypt status'; the next pulumi up goes on"
    sleep 2
    waited=$((waited + 2))
  done
  rm -f "$before" "$work_dir/errors"
}

begin() {
  local item=$1 counter=$2 done_counter="" mark="" born
  read -r done_counter mark < <(recorded "$item"; say "")
  born=$(born_with "$item")
  if [[ ${done_counter:-0} -ge $counter ]]; then
    say "$mark"
    return
  fi
  if [[ ${born:-0} -ge $counter ]]; then
    write_record "$item" "$counter" none
    say none
    return
  fi
  if [[ $mode == check ]]; then
    change "rotate $item to generation $counter" || true
    return
  fi
  mkdir -p "$work_dir"
  await_may_stop strict
  save_snapshot
  case $item in
    certificates) mark=$(date +%s) ;;
    certificate-authority)
      rotate_authority >&2
      mark=$(authority_of "$authority_new/tls/server-ca.crt")
      ;;
    secrets-key)
      rotate_secrets_key >&2
      mark=$(date +%s)
      ;;
    *) fail "unknown item '$item': use certificates, certificate-authority or secrets-key" ;;
  esac
  write_record "$item" "$counter" "$mark"
  [[ $item != certificate-authority ]] || forget_authority_work
  say "$mark"
}

# When k3s was started, in seconds since 1970; 0 when it is down.
started() {
  local text
  text=$(systemctl show "$1" --property ActiveEnterTimestamp --value)
  systemctl is-active --quiet "$1" || text=""
  date -d "${text:-1970-01-01 UTC}" +%s
}

written() { stat --format %Y "$1" 2>/dev/null || say 0; }

# Whether this node has followed a rotation already, such as one that joined after it.
followed() {
  local item=$1 role=$2 mark=$3 unit certificate=$data_dir/agent/client-kubelet.crt file
  unit=$(unit_of "$role")
  [[ $mark == none ]] && return 0
  case $item in
    certificates)
      [[ $role == agent ]] || certificate=$data_dir/server/tls/client-admin.crt
      [[ $(written "$certificate") -ge $mark && $(started "$unit") -ge $mark ]]
      ;;
    certificate-authority)
      file=$data_dir/agent/server-ca.crt
      [[ $role == agent ]] || file=$data_dir/server/tls/server-ca.crt
      [[ $(authority_of "$file") == "$mark" && $(started "$unit") -ge $(written "$file") ]]
      ;;
    secrets-key) [[ $role == agent || $(started "$unit") -ge $mark ]] ;;
    *) fail "unknown item '$item': use certificates, certificate-authority or secrets-key" ;;
  esac
}

follow() {
  local item=$1 role=$2 mark=$3 unit since
  unit=$(unit_of "$role")
  [[ $mark == none || $mark =~ ^[0-9A-Fa-f:]+$ ]] || fail "no mark of the rotation of $item was given: run pulumi up again"
  if followed "$item" "$role" "$mark"; then
    if [[ $mode == converge && $role == server ]]; then
      await_service "$unit"
      end_maintenance "$(uname -n)"
    fi
    return 0
  fi
  change "follow the rotation of $item" || return 0
  [[ $role == agent ]] || touch_begin "${option[drain-timeout]:-0}"
  since=$(now)
  if [[ $item == certificates ]]; then
    systemctl stop "$unit"
    # k3s keeps the old ones beside the new, in tls-<time>.
    k3s certificate rotate >/dev/null 2>&1 || say "note: k3s certificate rotate failed; k3s is started as it was"
  fi
  systemctl restart --no-block "$unit"
  await_service "$unit"
  [[ $role == agent ]] || touch_end "$since"
  followed "$item" "$role" "$mark" ||
    fail "k3s was restarted and still has the old $item: see 'sudo journalctl -u $unit'; the next pulumi up goes on from here"
}

verify() {
  local waited=0
  if [[ $1 == secrets-key ]]; then
    until secrets_status | grep -q 'All hashes match'; do
      [[ $waited -lt $most_settling ]] || fail "the servers do not agree on the key of Secrets: see 'sudo k3s secrets-encrypt status'"
      sleep 3
      waited=$((waited + 3))
    done
  fi
  until [[ -z $(kubectl get nodes --no-headers 2>/dev/null | awk '$2 !~ /^Ready/ {print $1}') ]]; do
    [[ $waited -lt $most_settling ]] || fail "not every node is Ready after the rotation of $1: see 'sudo k3s kubectl get nodes'"
    sleep 3
    waited=$((waited + 3))
  done
  say "every node has followed the rotation of $1"
}

main() {
  local verb=$1 act mark
  shift
  local -A option=()
  read_options option "$@"
  act=${verb%-check}
  [[ $act == "$verb" ]] || mode=check
  case $act in
    baseline)
      lock
      baseline "${option[counters]}"
      finish
      ;;
    begin)
      lock
      begin "${option[item]}" "${option[counter]}"
      [[ $mode == converge ]] || finish
      ;;
    follow)
      mark=$(first_line)
      lock
      follow "${option[item]}" "${option[role]}" "$mark"
      finish
      ;;
    verify) verify "${option[item]}" ;;
    *) fail "unknown verb '$verb': use baseline, begin, follow or verify" ;;
  esac
}

main "$@"
