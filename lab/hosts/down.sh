#!/usr/bin/env bash
# Ends a lab: its processes, cgroup folders, network and files. Safe to run twice, or on a half-made lab.
# Usage: down.sh down LAB FOLDER      FOLDER holds everything that the lab wrote
#        down.sh check LAB FOLDER     exit 0 when nothing is left, else 1 and one line for each thing
set -euo pipefail

verb=${1:?down or check}
lab=${2:?lab}
folder=${3:?folder}
here=$(dirname "$(readlink -f "$0")")

if [[ $verb == check ]]; then
  left=0
  complain() {
    echo "$1"
    left=1
  }
  [[ -z $("$here/cgroups.sh" processes "$lab") ]] || complain "processes of $lab"
  ! "$here/cgroups.sh" check "$lab" || complain "cgroup folders of $lab"
  [[ ! -e /run/netns/$lab ]] || complain "/run/netns/$lab"
  [[ ! -e $folder ]] || complain "$folder"
  exit "$left"
fi

kill_all() {
  local pid
  for pid in $("$here/cgroups.sh" processes "$@"); do
    kill -KILL "$pid" 2>/dev/null || true
  done
}

# The supervisors first, or they would boot what is killed next.
kill_all "$lab" _supervisors
for ((attempt = 0; attempt < 200; attempt++)); do
  [[ -n $("$here/cgroups.sh" processes "$lab") ]] || break
  kill_all "$lab"
  sleep 0.05
done
"$here/cgroups.sh" remove "$lab"
"$here/network.sh" down "$lab"
rm -rf --one-file-system "$folder"
