#!/usr/bin/env bash
# Looks at Helm's records of one release, and forgets the last one that was left half way.
# Usage: unstick.sh list --namespace NAMESPACE --name NAME
#        unstick.sh forget --namespace NAMESPACE --name NAME --revision NUMBER --status STATUS
source "$(dirname "$0")/lib.sh"

kubectl() { timeout 60 /usr/local/bin/k3s kubectl --request-timeout=30s "$@"; }

# One line for each revision: number, status, when it was begun. What was installed stays unread.
list() {
  kubectl get secrets --namespace "$1" --selector "owner=helm,name=$2" \
    --output 'jsonpath={range .items[*]}{.metadata.labels.version}{"\t"}{.metadata.labels.status}{"\t"}{.metadata.creationTimestamp}{"\n"}{end}'
}

# Only while it is as it was seen: Helm may have gone on meanwhile.
forget() {
  local secret=sh.helm.release.v1.$2.v$3 status
  status=$(kubectl get secret "$secret" --namespace "$1" --output 'jsonpath={.metadata.labels.status}')
  [[ $status == "$4" ]] || fail "release $2 is $status by now, not $4: look again"
  kubectl delete secret "$secret" --namespace "$1"
}

main() {
  local verb=$1
  shift
  local -A option=()
  read_options option "$@"
  case $verb in
    list) list "${option[namespace]}" "${option[name]}" ;;
    forget) forget "${option[namespace]}" "${option[name]}" "${option[revision]}" "${option[status]}" ;;
    *) fail "unstick.sh: unknown verb $verb" ;;
  esac
}

main "$@"
