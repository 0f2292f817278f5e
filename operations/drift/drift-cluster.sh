#!/usr/bin/env bash
# Asks the API server how far the cluster is from what the program wants, and changes nothing: objects
# are applied as a dry run on the server. What to look at is read from standard input, one line each,
# its fields ended by the unit separator (0x1f):
#   nodes
#   objects DOCUMENT             objects, one in each line, none of them a Secret (gzip, base64)
#   secrets DOCUMENT             a List of Secrets by name; of them only the keys are told
#   release NAMESPACE NAME       a Helm release: its state, and its objects against its manifest
# Prints `% NAME DOCUMENT` (gzip, base64), last `% api answered` or `% api away`.
# Usage: drift-cluster.sh KUBECTL_WORD...
set -euo pipefail
export LC_ALL=C
umask 077
readonly separator=$'\x1f'
readonly manager=bramble-drift
readonly record_end=$'\x1e'
readonly most_at_once=4
readonly most_calls=60
# Seconds for one dry run, and after which none is begun: a webhook that is away holds each object up.
readonly most_seconds=40
readonly all_seconds=80
command=("$@")
# A folder of the caller's, in memory on a host: what Helm keeps of a release is secret.
work=$(mktemp -d -p "$PWD")
cd "$work"

# Its cache is a folder that goes away with this run: what it learns of the API is written nowhere else.
kubectl() { "${command[@]}" --request-timeout=30s --cache-dir="$work/cache" "$@"; }

# As kubectl, where an object that names no namespace is taken to be of this one: with --namespace
# kubectl refuses objects of any other.
# Usage: kubectl_in NAMESPACE ARGUMENT...
kubectl_in() {
  local config=kubeconfig-$1
  if [[ ! -e $config ]]; then
    kubectl config view --raw --minify --flatten >"$config.part"
    kubectl --kubeconfig "$config.part" config set-context --current --namespace "$1" >/dev/null
    mv -f "$config.part" "$config"
  fi
  timeout --kill-after=5 "$most_seconds" "${command[@]}" --request-timeout=15s --cache-dir="$work/cache" \
    --kubeconfig "$config" "${@:2}"
}

document() { printf '%% %s %s\n' "$1" "$(gzip -c <"$2" | base64 -w 0)"; }

opened() { base64 -d <<<"$1" | gunzip; }

# Applies files as a dry run, all at once; what the server refuses is found by halving.
# Usage: dry_run NAMESPACE PART FILE...
dry_run() {
  local namespace=$1 part=$2 half reason file
  shift 2
  calls=$((calls + 1))
  if kubectl_in "$namespace" apply "${@/#/--filename=}" --server-side --dry-run=server \
    --force-conflicts --field-manager="$manager" --output json >"$part/part" 2>"$part/refused"; then
    { cat "$part/part" && printf '%s' "$record_end"; } >>"$part/wanted"
  elif [[ $# -eq 1 || $calls -gt $most_calls || $SECONDS -gt $all_seconds ]]; then
    reason=$(grep -iE '^error' "$part/refused" | tail -n 1 || true)
    for file in "$@"; do
      printf '%s %s\n' "$(basename "$file")" "${reason:-the API server did not answer in time}" >>"$part/errors"
    done
  else
    half=$(($# / 2))
    dry_run "$namespace" "$part" "${@:1:half}"
    dry_run "$namespace" "$part" "${@:half+1}"
  fi
}

# The objects in the files of a folder as they are, and as they would be once applied.
# Usage: compare NAME FOLDER NAMESPACE
compare() {
  local name=$1 folder=$2 namespace=$3 part calls=0
  part=$(mktemp -d -p .)
  touch "$part/wanted" "$part/errors"
  kubectl_in "$namespace" config view >/dev/null
  # A kind that the API does not know is an error beside what was found.
  kubectl_in "$namespace" get --filename "$folder" --ignore-not-found --output json \
    >"$part/live" 2>/dev/null &
  dry_run "$namespace" "$part" "$folder"/*
  wait $! || true
  document "$name/live" "$part/live"
  document "$name/wanted" "$part/wanted"
  document "$name/errors" "$part/errors"
}

# A template that prints `NAMESPACE NAME KEY...` of each Secret, and of no Secret its data.
# shellcheck disable=SC2016
readonly secret_template='{{define "keys"}}{{.metadata.namespace}} {{.metadata.name}}{{range $key, $value := .data}} {{$key}}{{end}}{{"\n"}}{{end}}{{if .items}}{{range .items}}{{template "keys" .}}{{end}}{{else if .metadata.name}}{{template "keys" .}}{{end}}'
readonly revision_template='{{range .items}}{{.metadata.labels.version}} {{.metadata.labels.status}} {{.metadata.name}}{{"\n"}}{{end}}'

# Splits a manifest's documents into files and leaves Secrets out: what they hold stays here.
# Usage: split_manifest FILE FOLDER
split_manifest() {
  awk -v folder="$2" '
    function flush() {
      if (text ~ /kind/ && !secret) { file = sprintf("%s/%04d.yaml", folder, ++count); printf "%s", text >file; close(file) }
      text = ""
      secret = 0
    }
    /^---([[:space:]]|$)/ { flush(); next }
    /^"?kind"?:[[:space:]]*["\047]?(Secret|SecretList|List)["\047]?[[:space:]]*$/ || /^[[:space:]]*\{/ { secret = 1 }
    { text = text $0 "\n" }
    END { flush() }' "$1"
}

# Helm keeps a release as JSON, compressed and in base64, in a Secret that holds base64 again. kubectl
# takes the JSON apart: a host has no other tool for that.
release() {
  local namespace=$1 name=$2 revision status secret part
  part=$(mktemp -d -p .)
  kubectl get secrets --namespace "$namespace" --selector "owner=helm,name=$name" \
    --output "go-template=$revision_template" | sort -n | tail -n 1 >"$part/newest"
  read -r revision status secret <"$part/newest" || true
  if [[ -z ${secret:-} ]]; then
    echo missing >"$part/state"
    document "release/$namespace/$name/state" "$part/state"
    return
  fi
  {
    printf '{"apiVersion":"v1","kind":"Opened","metadata":{"name":"opened"},"release":'
    kubectl get secret --namespace "$namespace" "$secret" --output 'go-template={{.data.release}}' |
      base64 -d | base64 -d | gunzip
    printf '}'
  } >"$part/opened"
  kubectl label --local --filename "$part/opened" opened=yes \
    --output 'go-template={{.release.chart.metadata.version}}{{"\n"}}{{.release.manifest}}' >"$part/text"
  printf '%s %s %s\n' "$status" "$revision" "$(head -n 1 "$part/text")" >"$part/state"
  document "release/$namespace/$name/state" "$part/state"
  mkdir "$part/manifest"
  tail -n +2 "$part/text" >"$part/whole"
  split_manifest "$part/whole" "$part/manifest"
  if [[ $status == deployed && -n $(ls -A "$part/manifest") ]]; then
    compare "release/$namespace/$name" "$part/manifest" "$namespace"
  fi
}

# Runs one look; what it prints comes out in one piece, however many run at once.
beside() {
  local output
  output=$(mktemp -p .)
  {
    "$@" >"$output" 2>"$output.errors"
    : >"$output.done"
  } &
  outputs+=("$output")
  running=$((running + 1))
  if [[ $running -ge $most_at_once ]]; then
    wait -n || true
    running=$((running - 1))
  fi
}

nodes() {
  kubectl get nodes --output json >nodes.json
  document nodes nodes.json
}

objects() {
  local line count=0
  mkdir objects
  while IFS= read -r line; do
    count=$((count + 1))
    printf '%s' "$line" >"objects/$(printf '%04d' "$count").json"
  done < <(opened "$1")
  compare objects objects default
}

secrets() {
  opened "$1" >secrets.json
  kubectl get --filename secrets.json --ignore-not-found --output "go-template=$secret_template" >keys
  document secrets keys
}

main() {
  local words outputs=() running=0 output
  cat >input
  if ! kubectl get --raw /readyz >/dev/null 2>&1; then
    echo '% api away'
    return
  fi
  while IFS=$separator read -r -a words; do
    case ${words[0]} in
      nodes) beside nodes ;;
      objects) beside objects "${words[1]}" ;;
      secrets) beside secrets "${words[1]}" ;;
      release) beside release "${words[1]}" "${words[2]}" ;;
    esac
  done <input
  wait
  for output in "${outputs[@]}"; do
    if [[ -e $output.done ]]; then cat "$output"; else document "failed/$output" "$output.errors"; fi
  done
  echo '% api answered'
}

main
