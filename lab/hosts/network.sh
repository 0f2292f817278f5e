#!/usr/bin/env bash
# The lab's network: one namespace with a bridge; the machine's own network is not touched.
# Usage: network.sh up LAB                    makes the namespace /run/netns/LAB and the bridge in it
#        network.sh down LAB                  removes it
#        network.sh check LAB                 exit 0 when it is there, 1 when not
#        network.sh plug LAB HOST PID MAC     gives the namespace of process PID an eth0 on the bridge
#        network.sh cable LAB HOST on|off     connects or disconnects that eth0
set -euo pipefail

verb=${1:?verb}
lab=${2:?lab}
namespace=/run/netns/$lab
gateway=10.77.0.1

present() {
  nsenter --net="$namespace" true 2>/dev/null
}

case $verb in
  up)
    if ! present; then
      ip netns delete "$lab" 2>/dev/null || true
      ip netns add "$lab"
    fi
    # No way out, unless uplink.sh made one: nothing is forwarded, and what the hosts' cluster calls
    # its own ends here.
    nsenter --net="$namespace" sh -c '
      if [ -e /proc/sys/net/ipv6/conf/all/disable_ipv6 ]; then
        echo 1 >/proc/sys/net/ipv6/conf/all/disable_ipv6
      fi'
    ranges=(10.42.0.0/16 10.43.0.0/16)
    if ! ip -n "$lab" link show tap0 >/dev/null 2>&1; then
      ranges+=(default)
      nsenter --net="$namespace" sh -c 'echo 0 >/proc/sys/net/ipv4/ip_forward'
    fi
    ip -n "$lab" link set lo up
    ip -n "$lab" link show br0 >/dev/null 2>&1 || ip -n "$lab" link add br0 type bridge
    ip -n "$lab" address replace "$gateway/24" dev br0
    ip -n "$lab" link set br0 up
    for range in "${ranges[@]}"; do
      ip -n "$lab" route replace unreachable "$range"
    done
    ;;
  down)
    if [[ -e $namespace ]]; then
      ip netns delete "$lab"
    fi
    # The first namespace made /run/netns a mount; after the last one it is of no use.
    if [[ -d /run/netns && -z $(ls -A /run/netns) ]]; then
      umount /run/netns 2>/dev/null || true
      rmdir /run/netns 2>/dev/null || true
    fi
    ;;
  check)
    present
    ;;
  plug)
    port=v-${3:?host}
    ip -n "$lab" link delete "$port" 2>/dev/null || true
    ip -n "$lab" link add "$port" type veth peer name eth0 address "${5:?mac}" netns "${4:?pid}"
    ip -n "$lab" link set "$port" master br0 up
    ;;
  cable)
    case ${4:?on or off} in
      on) ip -n "$lab" link set "v-${3:?host}" up ;;
      off) ip -n "$lab" link set "v-${3:?host}" down ;;
      *) echo "on or off, not $4" >&2 && exit 2 ;;
    esac
    ;;
  *)
    echo "unknown verb: $verb" >&2
    exit 2
    ;;
esac
