#!/usr/bin/env bash
# Brings the nodes' labels and taints to what the hosts' rows say. What Bramble set before and a row
# no longer names is removed; labels and taints of others stay. k3s is not restarted.
# Usage: k3s-labels.sh check|converge      (standard input: one node a line, NAME|LABELS|TAINTS with
#                                           labels `key=value` and taints `key=value:effect`)
source "$(dirname "$0")/lib.sh"

# What Bramble has set on a node: keys of labels, and `key:effect` of taints.
readonly labels_note=bramble.dev/labels
readonly taints_note=bramble.dev/taints

kubectl() { /usr/local/bin/k3s kubectl "$@"; }

# All nodes at once: `NODE|node`, `NODE|label|KEY=VALUE`, `NODE|taint|KEY=VALUE:EFFECT`,
# `NODE|labels-note|KEYS` and `NODE|taints-note|TAINTS`.
# What has a dollar in it is the template's own.
# shellcheck disable=SC2016
readonly template='{{range .items}}{{$n := .metadata.name}}{{$n}}|node
{{range $k, $v := .metadata.labels}}{{$n}}|label|{{$k}}={{$v}}
{{end}}{{range .spec.taints}}{{$n}}|taint|{{.key}}={{with .value}}{{.}}{{end}}:{{.effect}}
{{end}}{{with .metadata.annotations}}{{with index . "'$labels_note'"}}{{$n}}|labels-note|{{.}}
{{end}}{{with index . "'$taints_note'"}}{{$n}}|taints-note|{{.}}
{{end}}{{end}}{{end}}'

# Usage: seen NODE KIND
seen() { awk -v node="$1" -v kind="$2" 'BEGIN {FS = "|"} $1 == node && $2 == kind {print $3}' <<<"$cluster"; }

# A label is known by its key, a taint by its key and effect.
identity() { if [[ $1 == label ]]; then say "${2%%=*}"; else say "${2%%=*}:${2##*:}"; fi; }

# What kubectl is to be told, one argument a line: marks that are missing or differ, then those to go.
# Usage: steps KIND NODE WANTED REMEMBERED
steps() {
  local kind=$1 node=$2 wanted=$3 remembered=$4 mark kept="" now
  now=$(seen "$node" "$kind")
  for mark in $wanted; do
    kept="$kept $(identity "$kind" "$mark") "
    grep -Fqx -- "$mark" <<<"$now" || say "$mark"
  done
  for mark in $remembered; do
    [[ $kept != *" $mark "* ]] || continue
    while read -r present; do
      [[ -z $present || $(identity "$kind" "$present") != "$mark" ]] || say "$mark-"
    done <<<"$now"
  done
}

# The identities of marks in one line, each once.
identities() {
  local kind=$1 mark
  shift
  for mark in "$@"; do identity "$kind" "$mark"; done | sort -u | tr '\n' ' ' | sed 's/ $//'
}

# Usage: note NODE ANNOTATION VALUE
note() {
  if [[ -n $3 ]]; then
    kubectl annotate node "$1" --overwrite "$2=$3" >/dev/null
  else
    kubectl annotate node "$1" "$2-" >/dev/null
  fi
}

# Usage: converge_marks KIND NODE WANTED ANNOTATION
converge_marks() {
  local kind=$1 node=$2 wanted=$3 annotation=$4 remembered ours todo
  remembered=$(seen "$node" "${kind}s-note")
  # Words, on purpose: no mark holds a space.
  # shellcheck disable=SC2086
  ours=$(identities "$kind" $wanted)
  todo=$(steps "$kind" "$node" "$wanted" "$remembered")
  [[ -n $todo || $ours != "$remembered" ]] || return 0
  change "$kind $node: ${todo:-noted}" || return 0
  # Noted before it is set: a run that is cut off here knows afterwards what is its own.
  note "$node" "$annotation" "$(tr ' ' '\n' <<<"$remembered $ours" | sed '/^$/d' | sort -u | tr '\n' ' ' | sed 's/ $//')"
  if [[ -n $todo ]]; then
    # shellcheck disable=SC2086
    kubectl "$kind" node "$node" --overwrite $todo >/dev/null
  fi
  note "$node" "$annotation" "$ours"
}

main() {
  set_mode "$1"
  local node labels taints cluster
  lock
  cluster=$(kubectl get nodes --output "go-template=$template")
  while IFS='|' read -r node labels taints || [[ -n $node ]]; do
    grep -Fqx -- "$node|node" <<<"$cluster" ||
      fail "$node is no node of the cluster: look at 'sudo k3s kubectl get nodes', and run again once it has joined"
    converge_marks label "$node" "$labels" "$labels_note" </dev/null
    converge_marks taint "$node" "$taints" "$taints_note" </dev/null
  done
  finish
}

main "$@"
