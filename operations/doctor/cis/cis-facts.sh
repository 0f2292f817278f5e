#!/usr/bin/env bash
# Tells what the CIS checks look at, in tab-separated lines of which the last is `end`. Changes
# nothing and prints no secret: of files their modes, of encryption the names of its providers.
# Usage: cis-facts.sh
source "$(dirname "$0")/lib.sh"

readonly data_dir=/var/lib/rancher/k3s
readonly config_dir=/etc/rancher/k3s

line() {
  local IFS=$'\t'
  printf '%s\n' "$*"
}

# The arguments that this run of k3s gave Kubernetes, as it logged them.
arguments() {
  local unit pid
  for unit in k3s k3s-agent; do
    [[ -e /etc/systemd/system/$unit.service ]] || continue
    pid=$(systemctl show --property MainPID --value "$unit")
    line unit "$unit" "$pid"
    journalctl _SYSTEMD_UNIT="$unit.service" _PID="$pid" --no-pager --output cat 2>/dev/null |
      sed -n -E 's/.*Running (kube-apiserver|kube-controller-manager|kube-scheduler|kube-proxy|kubelet) (--[^"]*("[^"]*")?[^"]*)"?$/arguments\t\1\t\2/p' || true
  done
}

# Lines of a file, less those that could hold a secret.
lines_of() {
  [[ -r $2 ]] || return 0
  grep -vE '^ *-? *"?(token|agent-token|[a-z0-9-]*(secret|password|access)[a-z-]*)"?:' "$2" |
    sed "s/^/$1\t/" || true
}

modes() {
  local path
  shopt -s nullglob
  for path in "$config_dir" "$config_dir"/* "$config_dir"/config.yaml.d/* /etc/bramble/k3s/* \
    "$data_dir"/server/tls "$data_dir"/server/tls/*.{crt,key} "$data_dir"/server/tls/etcd/*.{crt,key} \
    "$data_dir"/server/cred/* "$data_dir"/server/db/etcd "$data_dir"/server/{token,node-token,agent-token} \
    "$data_dir"/server/logs "$data_dir"/server/logs/* "$data_dir"/agent/*.{kubeconfig,crt,key} \
    /etc/rancher/node/password /var/lib/cni/networks/*/*; do
    [[ $path == */lock ]] || stat --dereference --format=$'file\t%a\t%U:%G\t%F\t%n' "$path" 2>/dev/null || true
  done
}

sysctls() {
  local name
  for name in vm.overcommit_memory vm.panic_on_oom kernel.panic kernel.panic_on_oops \
    kernel.keys.root_maxkeys kernel.keys.root_maxbytes; do
    line sysctl "$name" "$(sysctl --values "$name" 2>/dev/null || true)"
  done
}

# What someone without any credentials is answered; 000 when the connection is refused.
answers() {
  local name url code
  while read -r name url; do
    code=$(curl --silent --insecure --max-time 5 --output /dev/null --write-out '%{http_code}' "$url") || true
    line answer "$name" "${code:-000}"
  done <<'URLS'
apiserver https://127.0.0.1:6443/api
kubelet https://127.0.0.1:10250/pods
kubelet-read-only http://127.0.0.1:10255/pods
etcd https://127.0.0.1:2379/version
etcd-peer https://127.0.0.1:2380/members
URLS
}

listening() {
  ss -Hltn 2>/dev/null | awk -v OFS='\t' '{print "listen", $4}' | sort -u
}

encryption() {
  local status
  status=$(timeout 20 /usr/local/bin/k3s secrets-encrypt status 2>/dev/null | sed -n 's/^Encryption Status: *//p' || true)
  line encryption "$status"
  [[ ! -r $data_dir/server/cred/encryption-config.json ]] ||
    line providers "$(grep -oE '"(identity|aescbc|aesgcm|secretbox|kms)"' "$data_dir/server/cred/encryption-config.json" | tr -d '"' | paste -sd ' ')"
}

digests() {
  local file
  for file in admission.yaml audit-policy.yaml; do
    [[ -r $config_dir/$file ]] || continue
    line digest "$file" "$(sha256sum "$config_dir/$file" | cut -d ' ' -f 1)"
  done
  for file in server-ca.crt etcd/server-ca.crt etcd/peer-ca.crt; do
    [[ -r $data_dir/server/tls/$file ]] || continue
    line digest "tls/$file" "$(sha256sum "$data_dir/server/tls/$file" | cut -d ' ' -f 1)"
  done
}

main() {
  arguments
  lines_of config "$config_dir/config.yaml"
  lines_of kubelet "$data_dir/agent/etc/kubelet.conf.d/00-k3s-defaults.conf"
  modes
  sysctls
  answers
  listening
  encryption
  digests
  line auditlog "$(stat --format=%s "$data_dir/server/logs/audit.log" 2>/dev/null || true)"
  line chains "$(iptables-save 2>/dev/null | grep -c '^:KUBE-ROUTER' || true)"
  line end
}

cd "$(dirname "$0")"
main "$@"
