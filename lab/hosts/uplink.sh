#!/usr/bin/env bash
# A way out of a lab, for real images and charts: user-mode networking by slirp4netns, which opens
# connections as any program of the machine does. Private ranges stay unreachable, and names are
# asked of the machine's resolver. It ends with the lab.
# Usage: uplink.sh on LAB ROOT     ROOT: the Debian root made by rootfs.sh, which has nft
#        uplink.sh check LAB       exit 0 when it is there, 1 when not
set -euo pipefail

verb=${1:?on or check}
lab=${2:?lab}
here=$(dirname "$(readlink -f "$0")")

present() {
  ip -n "$lab" link show tap0 >/dev/null 2>&1
}

if [[ $verb == check ]]; then
  present
  exit
fi
root=${3:?root}

if ! present; then
  "$here/cgroups.sh" make "$lab" _supervisors
  (
    "$here/cgroups.sh" enter "$lab" _supervisors "$BASHPID"
    exec setsid slirp4netns --netns-type=path --mtu=65520 --disable-host-loopback \
      "/run/netns/$lab" tap0
  ) </dev/null >/dev/null 2>&1 &
  for ((attempt = 0; attempt < 100; attempt++)); do
    present && break
    sleep 0.05
  done
  present || {
    echo "slirp4netns made no tap0 in $lab" >&2
    exit 1
  }
fi

ip -n "$lab" address replace 10.0.2.100/24 dev tap0
ip -n "$lab" link set tap0 up mtu 65520
ip -n "$lab" route replace default via 10.0.2.2
for range in 10.0.0.0/8 100.64.0.0/10 169.254.0.0/16 172.16.0.0/12 192.168.0.0/16; do
  ip -n "$lab" route replace unreachable "$range"
done
nsenter --net="/run/netns/$lab" chroot "$root" nft -f - <<'RULES'
table ip uplink
delete table ip uplink
table ip uplink {
  chain names {
    type nat hook prerouting priority dstnat
    ip daddr 10.77.0.1 meta l4proto { tcp, udp } th dport 53 dnat to 10.0.2.3
  }
  chain out {
    type nat hook postrouting priority srcnat
    oifname "tap0" masquerade
  }
}
RULES
nsenter --net="/run/netns/$lab" sh -c 'echo 1 >/proc/sys/net/ipv4/ip_forward'
