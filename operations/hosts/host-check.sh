#!/usr/bin/env bash
# Runs scripts of this folder one after the other; each is told to change nothing by its caller.
# Prints `SCRIPT: line` for each line of theirs and `SCRIPT = exit code` at the end of each.
# Usage: host-check.sh SCRIPT ARGUMENT... [-- SCRIPT ARGUMENT...]...
set -euo pipefail

run() {
  local name=$1 code=0
  shift
  timeout --kill-after=10 150 "./$name" "$@" <own-cluster-id 2>&1 | sed "s/^/$name: /" || code=$?
  printf '%s = %s\n' "$name" "$code"
}

cd "$(dirname "$0")"
# The id this host says it has: whoever only looks does not know what the cluster's id should be.
cat /var/lib/bramble/cluster-id >own-cluster-id 2>/dev/null || echo none >own-cluster-id
words=()
for word in "$@" --; do
  if [[ $word != -- ]]; then
    words+=("$word")
    continue
  fi
  run "${words[@]}"
  words=()
done
