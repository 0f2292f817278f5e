# shellcheck shell=bash
# Sourced: what the etcd of this server knows of itself and of the other members.

readonly etcd_tls=/var/lib/rancher/k3s/server/tls/etcd
readonly etcd_metrics=http://127.0.0.1:2381/metrics

etcd_metric() {
  curl --silent --max-time 3 "$etcd_metrics" | awk -v name="$1" '$1 == name {print $2; exit}'
}

is_voter() { [[ $(etcd_metric etcd_server_is_learner) == 0 && $(etcd_metric etcd_server_has_leader) == 1 ]]; }

# Asks etcd's JSON gateway, which k3s serves on port 2382, before 1.28 on 2379. Answers without
# quorum too: the list is this member's own.
etcd_member_list() {
  local port
  for port in 2382 2379; do
    curl --silent --fail --max-time 5 --request POST --data '{}' \
      --cacert "$etcd_tls/server-ca.crt" --cert "$etcd_tls/client.crt" --key "$etcd_tls/client.key" \
      "https://127.0.0.1:$port/v3/cluster/member/list" 2>/dev/null && return 0
  done
  return 1
}

# Ids, in hexadecimal, of the members this one is in touch with; its own, when it has a leader.
etcd_live_ids() {
  curl --silent --max-time 3 "$etcd_metrics" | awk '
    /^etcd_network_active_peers\{/ && $2 == 1 && match($1, /Remote="[0-9a-f]+"/) {
      print substr($1, RSTART + 8, RLENGTH - 9)
    }
    /^etcd_server_id\{/ && match($1, /server_id="[0-9a-f]+"/) { own = substr($1, RSTART + 11, RLENGTH - 12) }
    /^etcd_server_has_leader 1$/ { led = 1 }
    END { if (led) print own }'
}

# One line for each member: ID NODE CLIENT_URL voter|learner healthy|unhealthy. A member that was
# added and never started has no name: its node reads `-`.
etcd_members() {
  local list live id name url kind health
  list=$(etcd_member_list) || return 1
  live=$(etcd_live_ids)
  printf '%s\n' "${list//\{\"ID\"/$'\n'\{\"ID\"}" | sed -n 's/^{"ID":"\([0-9]*\)"/\1 &/p' |
    while read -r id member; do
      id=$(printf '%x' "$id")
      name=$(sed -n 's/.*"name": *"\([^"]*\)".*/\1/p' <<<"$member")
      url=$(sed -n 's/.*"clientURLs": *\["\([^"]*\)".*/\1/p' <<<"$member")
      kind=voter
      [[ $member =~ \"isLearner\":\ *true ]] && kind=learner
      health=unhealthy
      grep -qx "$id" <<<"$live" && health=healthy
      # k3s names a member after its node and eight random digits.
      [[ $name =~ ^(.+)-[0-9a-f]{8}$ ]] && name=${BASH_REMATCH[1]}
      say "$id ${name:--} ${url:--} $kind $health"
    done
}
