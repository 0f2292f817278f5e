#!/usr/bin/env bash
# The mains supply of one lab host: boots it, boots it again when it reboots itself, and ends when
# it is powered off or its first process is killed.
# Usage: supervise.sh LAB NAME FOLDER ROOT ADDRESS PI      as in disk.sh and init.sh
set -euo pipefail

lab=${1:?lab} name=${2:?name} folder=${3:?folder} root=${4:?root} address=${5:?address} pi=${6:?pi}
here=$(dirname "$(readlink -f "$0")")

# One supply per host; the one before may be about to end.
exec 9>"$folder/supervisor.lock"
flock --timeout 10 9 || exit 0

IFS=. read -ra bytes <<<"$address"
mac=$(printf '02:42:%02x:%02x:%02x:%02x' "${bytes[@]}")
# How the kernel tells the parent of a process namespace that its first process asked to reboot.
rebooted=$((128 + $(kill -l HUP)))

"$here/cgroups.sh" make "$lab" _supervisors
"$here/cgroups.sh" enter "$lab" _supervisors $$

while :; do
  rm -f "$folder/init.pid"
  "$here/cgroups.sh" make "$lab" "$name"
  (
    "$here/cgroups.sh" enter "$lab" "$name" "$BASHPID"
    exec env --default-signal=HUP,INT,TERM unshare \
      --net --mount --uts --ipc --pid --cgroup --fork --propagation private \
      "$here/init.sh" "$folder" "$root" "$address" "$pi"
  ) 9>&- &
  launcher=$!

  until [[ -f $folder/init.pid || ! -d /proc/$launcher ]]; do
    sleep 0.02
  done
  # On cgroup v2 the host's systemd needs the top of its tree free of other processes.
  "$here/cgroups.sh" enter "$lab" _supervisors "$launcher" || true
  if [[ -f $folder/init.pid ]]; then
    "$here/network.sh" plug "$lab" "$name" "$(<"$folder/init.pid")" "$mac"
    if [[ -f $folder/cable.off ]]; then
      "$here/network.sh" cable "$lab" "$name" off
    fi
  fi

  status=0
  wait "$launcher" || status=$?
  rm -f "$folder/init.pid"
  while [[ -n $("$here/cgroups.sh" processes "$lab" "$name") ]]; do
    sleep 0.05
  done
  "$here/cgroups.sh" remove "$lab" "$name"
  if ((status != rebooted)); then
    break
  fi
done
