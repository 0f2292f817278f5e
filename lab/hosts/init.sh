#!/usr/bin/env bash
# The first process of a lab host, in its own namespaces: builds the host's view of the machine,
# then becomes systemd. Run by supervise.sh only.
# Usage: init.sh FOLDER ROOT ADDRESS PI      as in disk.sh; ADDRESS is the host's IPv4 address
set -euo pipefail

folder=${1:?folder} lower=${2:?root} address=${3:?address} pi=${4:?pi}
root=$folder/root
disk=$folder/disk
run=$folder/run
umask 022
export PATH=/usr/sbin:/usr/bin:/sbin:/bin

# /proc is still the machine's: this is the process id as the machine sees it.
read -r pid _ </proc/self/stat
echo "$pid" >"$folder/init.pid.new"
mv "$folder/init.pid.new" "$folder/init.pid"

bind_read_only() {
  mount --bind "$1" "$2"
  mount -o remount,bind,ro "$2"
}

mount_disk() {
  mkdir -p "$root"
  if [[ -f $disk.img ]]; then
    mount -o loop "$disk.img" "$disk"
  fi
  mount -t overlay overlay \
    -o "lowerdir=$lower,upperdir=$disk/upper,workdir=$disk/work" "$root"
  # containerd's and podman's overlays cannot lie on another overlay.
  mount --bind "$disk/var-lib" "$root/var/lib"
}

# The machine's own settings stay out of reach; what host scripts and kubelet set are plain files,
# which begin with the machine's values at every boot.
mount_proc() {
  local name path
  mount -t proc -o nosuid,nodev,noexec proc "$root/proc"
  bind_read_only "$root/proc/sys" "$root/proc/sys"
  mount --bind "$root/proc/sys/net" "$root/proc/sys/net"
  mount -o remount,bind,rw "$root/proc/sys/net"
  if [[ -e $root/proc/sysrq-trigger ]]; then
    bind_read_only "$root/proc/sysrq-trigger" "$root/proc/sysrq-trigger"
  fi
  for name in vm/overcommit_memory vm/panic_on_oom vm/swappiness vm/max_map_count \
    kernel/panic kernel/panic_on_oops kernel/pid_max fs/file-max \
    fs/inotify/max_user_instances fs/inotify/max_user_watches; do
    path=$root/proc/sys/$name
    if [[ -f $path ]]; then
      mkdir -p "$run/sys/${name%/*}"
      cat "$path" >"$run/sys/$name"
      mount --bind "$run/sys/$name" "$path"
    fi
  done
  cat /proc/sys/kernel/random/uuid >"$run/boot_id"
  bind_read_only "$run/boot_id" "$root/proc/sys/kernel/random/boot_id"
  head -n 1 /proc/swaps >"$run/swaps"
  bind_read_only "$run/swaps" "$root/proc/swaps"
}

# Like a Pi, such a host has no memory controller until the boot file asks for it.
mount_pi() {
  echo "$(</proc/cmdline) $(head -n 1 "$root/boot/firmware/cmdline.txt")" >"$run/cmdline"
  bind_read_only "$run/cmdline" "$root/proc/cmdline"
  mount -t tmpfs -o mode=755,nosuid,nodev,noexec tmpfs "$root/sys/firmware"
  mkdir -p "$root/sys/firmware/devicetree/base"
  printf 'Raspberry Pi 4 Model B Rev 1.4\0' >"$root/sys/firmware/devicetree/base/model"
  printf 'raspberrypi,4-model-b\0brcm,bcm2711\0' \
    >"$root/sys/firmware/devicetree/base/compatible"
  if [[ " $(<"$run/cmdline") " != *' cgroup_enable=memory '* ]]; then
    memory=0
    awk '$1 == "memory" { $4 = 0 } { OFS = "\t"; $1 = $1; print }' /proc/cgroups >"$run/cgroups"
    bind_read_only "$run/cgroups" "$root/proc/cgroups"
  fi
}

# Seen from the host's own cgroup namespace, in the same arrangement as the machine's.
mount_cgroups() {
  local target options controller root_type
  root_type=$(findmnt -rn -o FSTYPE /sys/fs/cgroup || true)
  if [[ $root_type == cgroup2 ]]; then
    mount -t cgroup2 -o nosuid,nodev,noexec cgroup2 "$root/sys/fs/cgroup"
    if ((!memory)); then
      sed -E 's/(^| )memory( |$)/\1/' "$root/sys/fs/cgroup/cgroup.controllers" \
        >"$run/cgroup.controllers"
      bind_read_only "$run/cgroup.controllers" "$root/sys/fs/cgroup/cgroup.controllers"
    fi
    return
  fi
  mount -t tmpfs -o mode=755,nosuid,nodev,noexec tmpfs "$root/sys/fs/cgroup"
  while read -r target options; do
    target=$root$target
    if [[ $options == v2 ]]; then
      mkdir -p "$target"
      mount -t cgroup2 -o nosuid,nodev,noexec cgroup2 "$target"
      continue
    fi
    controller=$(tr , '\n' <<<"$options" |
      grep -xE 'name=.*|cpu|cpuacct|cpuset|memory|devices|freezer|blkio|pids|hugetlb|perf_event|net_cls|net_prio|rdma|misc' |
      sed 's/^name=/none,name=/' | paste -sd ,)
    if [[ $controller == memory ]] && ((!memory)); then
      continue
    fi
    mkdir -p "$target"
    mount -t cgroup -o "nosuid,nodev,noexec,$controller" cgroup "$target"
  done < <(
    findmnt -rn -t cgroup -o TARGET,FS-OPTIONS
    findmnt -rn -t cgroup2 -o TARGET | sed 's/$/ v2/'
  )
}

make_devices() {
  local device=$root/dev name major minor
  mount -t tmpfs -o mode=755,nosuid tmpfs "$device"
  # kmsg and console are /dev/null: the machine's log is not the host's to read or to fill.
  while read -r name major minor; do
    mknod -m 666 "$device/$name" c "$major" "$minor"
  done <<<'null 1 3
zero 1 5
full 1 7
random 1 8
urandom 1 9
tty 5 0
fuse 10 229
kmsg 1 3
console 1 3'
  mkdir "$device"/{pts,shm,mqueue,net}
  mknod -m 666 "$device/net/tun" c 10 200
  mount -t devpts -o newinstance,ptmxmode=0666,mode=620,gid=5 devpts "$device/pts"
  mount -t tmpfs -o mode=1777,nosuid,nodev tmpfs "$device/shm"
  mount -t mqueue -o nosuid,nodev,noexec mqueue "$device/mqueue"
  ln -s pts/ptmx "$device/ptmx"
  ln -s /proc/self/fd "$device/fd"
  ln -s fd/0 "$device/stdin"
  ln -s fd/1 "$device/stdout"
  ln -s fd/2 "$device/stderr"
}

# What the machine's kernel has built in or loads is there for `modprobe`, which may not load more.
mount_modules() {
  local release built_in modules=$root/lib/modules name option
  release=$(uname -r)
  mkdir -p "$modules"
  if [[ -d /lib/modules/$release ]]; then
    bind_read_only /lib/modules "$modules"
    return
  fi
  mount -t tmpfs -o mode=755,nosuid,nodev,noexec tmpfs "$modules"
  mkdir "$modules/$release"
  built_in=$(zcat /proc/config.gz 2>/dev/null || true)
  while read -r name option; do
    if grep -qx "CONFIG_$option=y" <<<"$built_in"; then
      echo "kernel/$name.ko" >>"$modules/$release/modules.builtin"
    fi
  done <<<'overlay OVERLAY_FS
br_netfilter BRIDGE_NETFILTER
nf_conntrack NF_CONNTRACK
ip_tables IP_NF_IPTABLES
iptable_nat IP_NF_NAT
nf_tables NF_TABLES
vxlan VXLAN
ip_vs IP_VS
tun TUN'
  chroot "$root" depmod 2>/dev/null || true
}

join_network() {
  for ((attempt = 0; attempt < 400; attempt++)); do
    ip link show eth0 >/dev/null 2>&1 && break
    sleep 0.025
  done
  # A new namespace may take over the machine's setting.
  echo 0 >/proc/sys/net/ipv4/ip_forward
  ip link set lo up
  ip address add "$address/24" dev eth0
  ip link set eth0 up
  ip route add default via 10.77.0.1
}

rm -rf "$run"
mkdir -p "$run"
memory=1
mount_disk
mount_proc
mount -t sysfs -o nosuid,nodev,noexec sysfs "$root/sys"
if ((pi)); then
  mount_pi
fi
mount_cgroups
mount -o remount,bind,ro,nosuid,nodev,noexec "$root/sys"
make_devices
mount -t tmpfs -o mode=755,nosuid,nodev tmpfs "$root/run"
mkdir "$root/run/lock"
mount_modules
join_network

cd "$root"
mkdir -p .machine
pivot_root . .machine
# shellcheck disable=SC2016 # the variables belong to the inner shell
exec chroot . /bin/sh -euc '
  umount -l /.machine
  rmdir /.machine
  mount --make-rshared /
  exec env -i container=bramble-lab LANG=C.UTF-8 \
    PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
    setpriv --bounding-set=-sys_module,-sys_time,-sys_rawio,-syslog,-wake_alarm \
    /lib/systemd/systemd --system --log-target=journal-or-kmsg --show-status=false'
