#!/usr/bin/env bash
# The lab's own folder in every cgroup hierarchy of the machine (v1, hybrid or v2).
# Usage: cgroups.sh make LAB HOST           makes the folders, ready for processes
#        cgroups.sh enter LAB HOST PID      puts one process into them
#        cgroups.sh processes LAB [HOST]    lists the ids of all processes below
#        cgroups.sh remove LAB [HOST]       removes the (empty) folders
#        cgroups.sh check LAB [HOST]        exit 0 when a folder is there, 1 when none is
set -euo pipefail

verb=${1:?verb}
lab=${2:?lab}
host=${3:-}
group=$lab${host:+/$host}

mapfile -t hierarchies < <(findmnt -rn -t cgroup,cgroup2 -o TARGET)
if ((${#hierarchies[@]} == 0)); then
  echo "no cgroup hierarchy is mounted" >&2
  exit 1
fi

# cgroup v2: a folder's controllers must be handed down explicitly, v1's cpuset must be filled.
prepare() {
  local folder=$1 controller file
  if [[ -f $folder/cgroup.subtree_control ]]; then
    for controller in $(<"$folder/cgroup.controllers"); do
      echo "+$controller" >"$folder/cgroup.subtree_control" 2>/dev/null || true
    done
  fi
  for file in cpuset.cpus cpuset.mems; do
    if [[ -f $folder/tasks && -f $folder/$file && -z $(<"$folder/$file") ]]; then
      cat "$folder/../$file" >"$folder/$file"
    fi
  done
}

case $verb in
  make)
    for hierarchy in "${hierarchies[@]}"; do
      mkdir -p "$hierarchy/$group"
      prepare "$hierarchy/$lab"
      if [[ -f $hierarchy/$group/tasks ]]; then
        prepare "$hierarchy/$group"
      fi
    done
    ;;
  enter)
    pid=${4:?process id}
    for hierarchy in "${hierarchies[@]}"; do
      echo "$pid" >"$hierarchy/$group/cgroup.procs"
    done
    ;;
  processes)
    for hierarchy in "${hierarchies[@]}"; do
      if [[ -d $hierarchy/$group ]]; then
        find "$hierarchy/$group" -name cgroup.procs -exec cat {} + 2>/dev/null || true
      fi
    done | sort -nu
    ;;
  remove)
    for hierarchy in "${hierarchies[@]}"; do
      # A folder stays busy for a moment after its last process has ended.
      for ((attempt = 0; attempt < 100; attempt++)); do
        [[ -d $hierarchy/$group ]] || break
        find "$hierarchy/$group" -depth -type d -exec rmdir {} + 2>/dev/null || sleep 0.05
      done
      if [[ -d $hierarchy/$group ]]; then
        echo "$hierarchy/$group is still in use" >&2
        exit 1
      fi
    done
    ;;
  check)
    for hierarchy in "${hierarchies[@]}"; do
      if [[ -d $hierarchy/$group ]]; then
        exit 0
      fi
    done
    exit 1
    ;;
  *)
    echo "unknown verb: $verb" >&2
    exit 2
    ;;
esac
