# shellcheck shell=bash
# Sourced. Needs service.sh and touch.sh, and a touch_begin before. Before a server is restarted with other tokens than it runs with,
# the cluster has to learn them: the datastore is encrypted with the servers' token and holds the
# passwords of both. Of all servers only the first to be restarted does it.

readonly tokens_installed=/etc/rancher/k3s
readonly tokens_wanted=/etc/bramble/k3s
readonly tokens_k3s=/var/lib/rancher/k3s/server
readonly tokens_passwords=$tokens_k3s/cred/passwd
readonly tokens_dir=/var/lib/bramble/rotation
readonly tokens_kept=/var/lib/bramble/kept/tokens

# Calls k3s's supervisor as a server does. The token stays out of every process's arguments.
# Usage: call_supervisor METHOD ADDRESS PATH TOKEN BODY OUTPUT   prints the HTTP status
call_supervisor() {
  {
    printf 'request = "%s"\nurl = "https://%s:6443/v1-k3s/%s"\n' "$1" "$2" "$3"
    printf 'user = "server:%s"\n' "$4"
    [[ -z $5 ]] || printf 'data = "%s"\n' "${5//\"/\\\"}"
  } | curl --silent --config - --cacert "$tokens_k3s/tls/server-ca.crt" --max-time 60 \
    --output "$6" --write-out '%{http_code}' || true
}

token_of() {
  local token=""
  [[ -f $1 ]] && read -r token <"$1"
  printf '%s' "$token"
}

# A server that was restarted with the new token takes it: then the cluster knows it.
known_to_a_peer() {
  local peer
  for peer in $1; do
    [[ $(call_supervisor GET "$peer" server-bootstrap "$2" "" /dev/null) == 200 ]] && return 0
  done
  return 1
}

digest_of_text() { printf '%s' "$1" | sha256sum | cut -d ' ' -f 1; }

this_boot_said() {
  journalctl --unit k3s.service --boot --lines 400 --no-pager --output cat 2>/dev/null | grep -q "$1"
}

# The passwords that the cluster's datastore holds, as it decrypts them for a server that joins.
stored_passwords() {
  local answer
  answer=$(mktemp)
  if [[ $(call_supervisor GET 127.0.0.1 server-bootstrap "$1" "" "$answer") == 200 ]]; then
    sed -n 's/.*"PasswdFile":{[^}]*"Content":"\([^"]*\)".*/\1/p' "$answer" | base64 -d
  fi
  rm -f "$answer"
}

# Writes k3s's list of passwords with these two; other rows stay.
write_passwords() {
  local password user rest temporary=$tokens_passwords.bramble
  while IFS=, read -r password user rest; do
    case $user in
      server) password=$1 ;;
      node) password=$2 ;;
    esac
    printf '%s,%s,%s\n' "$password" "$user" "$rest"
  done <"$tokens_passwords" >"$temporary"
  mv -f "$temporary" "$tokens_passwords"
}

# A snapshot opens only with the token of its time: the old token stays beside the snapshots,
# encrypted with the new one.
keep_old_token() {
  local target
  target=$tokens_kept/$(date -u +%Y%m%dT%H%M%SZ)-server-token.enc
  mkdir -p "$tokens_kept"
  printf '%s\n' "$1" | openssl enc -aes-256-cbc -pbkdf2 -iter 200000 -a -salt \
    -pass "file:$tokens_wanted/server-token" -out "$target"
  sync "$target"
  say "kept the old token for older snapshots: $target (opens with the new token)" >&2
}

new_server_token=no

# The first snapshot that opens with the new token, once k3s runs with it.
token_snapshot() {
  [[ $new_server_token == yes ]] || return 0
  timeout 120 /usr/local/bin/k3s etcd-snapshot save --name bramble-after-token >/dev/null 2>&1 ||
    say "note: no snapshot with the new token could be saved; the next scheduled one has it" >&2
}

tokens_refused() {
  end_maintenance "$(uname -n)"
  fail "the tokens were not changed and nothing was restarted: $1"
}

# An earlier run was cut off: k3s refuses a list of passwords that is newer than the cluster's.
mend_passwords() {
  [[ -f $tokens_dir/passwd ]] || return 0
  if [[ $1 == serving ]] || this_boot_said 'newer than datastore'; then
    cp -p "$tokens_dir/passwd" "$tokens_passwords"
  fi
}

# Usage: follow_tokens 'PEER PEER'
follow_tokens() {
  local old new old_agent new_agent saved status body
  [[ -d $tokens_k3s/db/etcd/member && -f $tokens_installed/server-token ]] || return 0
  old=$(token_of "$tokens_installed/server-token")
  new=$(token_of "$tokens_wanted/server-token")
  old_agent=$(token_of "$tokens_installed/agent-token")
  new_agent=$(token_of "$tokens_wanted/agent-token")
  [[ $old != "$new" || $old_agent != "$new_agent" ]] || return 0
  if [[ $old != "$new" ]]; then
    known_to_a_peer "$1" "$new" && return 0
    [[ $(cat "$tokens_dir/server-token" 2>/dev/null) != "$(digest_of_text "$new")" ]] || return 0
  fi
  mkdir -p "$tokens_dir"
  if [[ $(call_supervisor GET 127.0.0.1 server-bootstrap "$old" "" /dev/null) != 200 ]]; then
    # Cut off between the datastore's new token and this server's restart.
    this_boot_said 'encrypted with different token' && return 0
    if [[ -f $tokens_dir/passwd ]] && this_boot_said 'newer than datastore'; then
      mend_passwords stopped
      rm -f "$tokens_dir/passwd"
      systemctl restart --no-block k3s.service
      await_service k3s.service
    else
      tokens_refused "k3s on this server does not take its present token; bring it to health with the old tokens first"
    fi
  fi
  saved=$old_agent
  if [[ $old_agent != "$new_agent" ]]; then
    saved=$(stored_passwords "$old" | sed -n 's/,node,.*//p')
    [[ $old != "$new" || $saved != "$new_agent" ]] || return 0
  fi
  change "make the cluster know its new tokens" || return 0
  [[ $old == "$new" ]] || keep_old_token "$old"
  mend_passwords serving
  cp -p "$tokens_passwords" "$tokens_dir/passwd"
  write_passwords "$old" "$new_agent"
  body="{\"newToken\":\"$new\"}"
  status=$(call_supervisor PUT 127.0.0.1 token "$old" "$body" /dev/null)
  if [[ $status != 200 ]]; then
    mend_passwords serving
    rm -f "$tokens_dir/passwd"
    tokens_refused "k3s answered $status; see 'sudo journalctl -u k3s' on this server (releases before v1.28 cannot replace a token)"
  fi
  digest_of_text "$new" | install_text "$tokens_dir/server-token" 0600
  rm -f "$tokens_dir/passwd"
  [[ $old == "$new" ]] || new_server_token=yes
}
