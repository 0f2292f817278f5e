#!/usr/bin/env bash
# Looks whether a host can become a node, and changes nothing. Every finding is one line with its
# mend; any problem ends the run with code 1, notes do not.
# Usage: preflight.sh check --role server|agent --version VERSION
#          [--kubelet-args 'a=b c=d'] [--ports '6443 10250'] [--architectures 'amd64 arm64']
#          (cluster id on standard input)
source "$(dirname "$0")/lib.sh"

problems=0
problem() {
  problems=$((problems + 1))
  printf 'bramble: %s: %s\n' "$(uname -n)" "$*" >&2
}
note() { say "note: $*"; }

readonly minimum_memory_server=1500
readonly minimum_memory_agent=700
readonly minimum_disk=4000

check_system() {
  local id version
  id=$(. /etc/os-release && printf '%s' "${ID:-}")
  version=$(. /etc/os-release && printf '%s' "${VERSION_ID:-0}")
  case $id in
    debian | raspbian) [[ ${version%%.*} -ge 11 ]] || problem "Debian $version is too old: install Debian 11 or later (Raspberry Pi OS Lite, 64-bit)" ;;
    ubuntu) [[ ${version%%.*} -ge 22 ]] || problem "Ubuntu $version is too old: install 22.04 or later" ;;
    *) problem "operating system '$id' is not supported: install 64-bit Raspberry Pi OS Lite, Debian or Ubuntu" ;;
  esac
  [[ $(getconf LONG_BIT) == 64 ]] || problem "the system is 32-bit: flash the 64-bit Raspberry Pi OS Lite"
  case $(machine_arch) in
    amd64 | arm64) ;;
    *) problem "k3s has no build for $(uname -m): use an amd64 or arm64 machine" ;;
  esac
  [[ -d /run/systemd/system ]] || problem "systemd is not running: k3s needs it as init"
}

# An air-gap directory may hold k3s for some machines only.
check_architecture() {
  local binary=k3s
  [[ $(machine_arch) == arm64 ]] && binary=k3s-arm64
  [[ " $1 " == *" $(machine_arch) "* ]] ||
    problem "this host is $(machine_arch) and k3s.airGapDirectory holds no $binary: copy $binary and sha256sum-$(machine_arch).txt of the release there"
}

check_size() {
  local role=$1 memory minimum free
  memory=$(awk '/^MemTotal:/ {print int($2 / 1024)}' /proc/meminfo)
  minimum=$minimum_memory_agent
  [[ $role == server ]] && minimum=$minimum_memory_server
  [[ $memory -ge $minimum ]] || problem "$memory MB of memory: a $role needs at least $minimum MB"
  free=$(free_megabytes /var/lib)
  if [[ ! -e /var/lib/rancher/k3s && $free -lt $minimum_disk ]]; then
    problem "$free MB free under /var/lib: k3s and its images need at least $minimum_disk MB; free some or use a larger disk"
  fi
  if [[ $role == server && $(disk_kind /var/lib) == sd ]]; then
    note "/var/lib is on an SD card: etcd may stall under load; an SSD is safer for servers"
  fi
}

# The clock counts as set when something keeps it: TLS fails on a Pi that booted in 1970.
check_clock() {
  in_container && return 0
  local waited=0
  while [[ $(timedatectl show --property=NTPSynchronized --value 2>/dev/null) != yes ]]; do
    if [[ $waited -ge 60 ]]; then
      problem "the clock is not synchronised: enable NTP (sudo timedatectl set-ntp true) and see that UDP 123 is open"
      return 0
    fi
    sleep 5
    waited=$((waited + 5))
  done
}

check_route() {
  [[ -n $(ip -4 route show default) ]] || problem "no default route: k3s needs one, even without Internet; set the gateway"
}

# cgroup v1 is refused by kubelet from 1.35 on unless it is told otherwise.
check_cgroups() {
  local minor kubelet_args=$2
  minor=${1#v1.}
  minor=${minor%%.*}
  [[ -f /sys/fs/cgroup/cgroup.controllers ]] && return 0
  if [[ $minor -ge 35 && " $kubelet_args " != *" fail-cgroupv1=false "* ]]; then
    problem "cgroup v1: kubelet 1.$minor refuses it; boot with systemd.unified_cgroup_hierarchy=1 (or add fail-cgroupv1=false to k3s.kubeletArgs)"
  fi
}

our_cluster() { [[ $(cat "$state_dir/cluster-id" 2>/dev/null) == "$1" ]]; }

has_k3s() {
  [[ -e /etc/systemd/system/k3s.service || -e /etc/systemd/system/k3s-agent.service ||
    -d /var/lib/rancher/k3s/server/db || -e /var/lib/rancher/k3s/agent/kubelet.kubeconfig ]]
}

check_other_cluster() {
  has_k3s || return 0
  our_cluster "$1" && return 0
  problem "k3s of another cluster is installed here; it was not touched. Keep it: deploy to it with cluster.source: existing. Wipe it: sudo $(dirname "$(readlink -f "$0")")/k3s-teardown.sh teardown --another-cluster yes"
}

# Ports that something else listens on. Our own k3s may have them.
check_ports() {
  local port owner
  for port in $1; do
    owner=$(ss -Hltnp "sport = :$port" 2>/dev/null | sed -n 's/.*users:(("\([^"]*\)".*/\1/p' | sort -u | head -n 1)
    case $owner in
      "" | k3s* | kube* | etcd | containerd*) ;;
      *) problem "port $port is taken by $owner: stop it or move it, k3s needs the port" ;;
    esac
  done
}

# Podman's services stay as they are; a published port of ours would fight theirs.
check_podman() {
  command -v podman >/dev/null 2>&1 || return 0
  local count
  count=$(podman ps --quiet 2>/dev/null | wc -l)
  [[ $count -eq 0 ]] || note "$count Podman container(s) run here and stay untouched"
}

main() {
  set_mode "$1"
  local -A option=()
  read_options option "${@:2}"
  local cluster_id
  cluster_id=$(first_line)
  check_system
  [[ -z ${option[architectures]:-} ]] || check_architecture "${option[architectures]}"
  check_size "${option[role]}"
  check_clock
  check_route
  check_cgroups "${option[version]}" "${option[kubelet-args]:-}"
  check_other_cluster "$cluster_id"
  check_ports "${option[ports]:-}"
  check_podman
  [[ $problems -eq 0 ]] || exit 1
  say "fit"
}

main "$@"
