#!/usr/bin/env bash
# Tells since when each credential on this host is in use: `ITEM SECONDS_SINCE_1970`. Reads no secret
# out and changes nothing.
# Usage: host-rotate.sh
source "$(dirname "$0")/lib.sh"

readonly config_dir=/etc/rancher/k3s
readonly data_dir=/var/lib/rancher/k3s

written() {
  [[ ! -e $2 ]] || printf '%s %s\n' "$1" "$(stat --format %Y "$2")"
}

# The first day of a certificate.
issued() {
  local day
  day=$(openssl x509 -noout -startdate -in "$1" 2>/dev/null | cut -d = -f 2) || return 0
  [[ -z $day ]] || date -d "$day" +%s
}

# k3s names a key after the time it was made; the first one is as old as the cluster.
secrets_key() {
  local name
  [[ -r $data_dir/server/cred/encryption-config.json ]] || return 0
  name=$(grep -o '"name":"[a-z]*key[^"]*"' "$data_dir/server/cred/encryption-config.json" | head -n 1 | cut -d '"' -f 4)
  if [[ $name =~ -([0-9]{4}-.*Z)$ ]]; then date -d "${BASH_REMATCH[1]}" +%s; else issued "$1"; fi
}

authority=$data_dir/server/tls/server-ca.crt
written server-token "$config_dir/server-token"
written agent-token "$config_dir/agent-token"
if [[ -d $data_dir/server/tls ]]; then
  written certificates "$data_dir/server/tls/client-admin.crt"
  printf 'certificate-authority %s\n' "$(issued "$authority")"
  printf 'secrets-key %s\n' "$(secrets_key "$authority")"
else
  written certificates "$data_dir/agent/client-kubelet.crt"
fi
written ssh-authority /etc/ssh/bramble-user-ca.pub
