# shellcheck shell=bash
# Sourced: how what k3s leaves running is ended. Needs lib.sh.

# Process ids of containerd's shims of k3s; pods outlive k3s under them. They carry k3s's own paths.
shim_pids() {
  local pid
  for pid in /proc/[0-9]*; do
    if tr '\0' ' ' <"$pid/cmdline" 2>/dev/null |
      grep -Eq "^(/var/lib/rancher/k3s/data/|/usr/local/bin/)?[^ ]*containerd-shim[^ ]* .*-address /run/k3s/containerd"; then
      say "${pid#/proc/}"
    fi
  done
}

# Process ids in kubelet's control groups, shims or not; Podman's and Docker's are in others.
pod_pids() {
  grep -lE '^[0-9]+:[^:]*:/kubepods(\.slice)?(/|$)' /proc/[0-9]*/cgroup 2>/dev/null |
    cut -d / -f 3 || true
}

kill_containers() {
  local pid
  for pid in $(shim_pids); do
    pkill -KILL -P "$pid" 2>/dev/null || true
    kill -KILL "$pid" 2>/dev/null || true
  done
  # What lost its shim earlier.
  for pid in $(pod_pids); do kill -KILL "$pid" 2>/dev/null || true; done
}

# Asks every container to end, as kubelet would, and kills what is left. For when k3s is off.
# Usage: end_containers SECONDS
end_containers() {
  local patience=$1 waited=0 pid children left
  for pid in $(shim_pids); do pkill -TERM -P "$pid" 2>/dev/null || true; done
  while [[ $waited -lt $patience ]]; do
    left=0
    for pid in $(shim_pids); do
      children=$(pgrep -P "$pid" | wc -l)
      left=$((left + children))
    done
    [[ $left -gt 0 ]] || break
    sleep 1
    waited=$((waited + 1))
  done
  kill_containers
}

# kube-vip that was killed leaves its address where it was.
release_virtual_ip() {
  local interface
  [[ -n $1 ]] || return 0
  while read -r interface; do
    ip address delete "$1/32" dev "$interface" 2>/dev/null || true
  done < <(ip -o -4 address show to "$1/32" | awk '{print $2}')
}
