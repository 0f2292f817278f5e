#!/usr/bin/env bash
# A lab host's disk: what a freshly flashed card holds on top of the Debian root.
# Usage: disk.sh make FOLDER ROOT NAME KEY PI MEGABYTES LAB
#          FOLDER     the host's folder; the disk is FOLDER/disk
#          ROOT       the Debian root made by rootfs.sh
#          KEY        file with the public key that both users accept
#          PI         1: with the boot files of a Raspberry Pi, 0: without
#          MEGABYTES  size of the disk, 0: as large as the machine's
#          LAB        the lab, whose end also ends this script
#        disk.sh check FOLDER   exit 0 when the disk is there, 1 when it must be made
set -euo pipefail

verb=${1:?make or check}
folder=${2:?folder of the host}
disk=$folder/disk

if [[ -f $folder/disk.complete ]]; then
  exit 0
fi
if [[ $verb == check ]]; then
  exit 1
fi
root=${3:?root} name=${4:?name} key=${5:?key} pi=${6:?pi} megabytes=${7:?megabytes} lab=${8:?lab}
here=$(dirname "$(readlink -f "$0")")

fill() {
  local upper=$disk/upper user
  umask 022
  mkdir -p "$upper/etc/ssh" "$upper/home" "$disk/work"
  cp -a "$root/var/lib" "$disk/var-lib"

  echo "$name" >"$upper/etc/hostname"
  printf '127.0.0.1 localhost\n::1 localhost ip6-localhost\n127.0.1.1 %s\n' "$name" \
    >"$upper/etc/hosts"
  tr -d - </proc/sys/kernel/random/uuid >"$upper/etc/machine-id"
  # Nobody answers there, but an empty list makes CoreDNS refuse to start.
  echo 'nameserver 10.77.0.1' >"$upper/etc/resolv.conf"
  ssh-keygen -q -t ed25519 -N '' -C "$name" -f "$upper/etc/ssh/ssh_host_ed25519_key"
  ssh-keygen -q -t ecdsa -N '' -C "$name" -f "$upper/etc/ssh/ssh_host_ecdsa_key"
  cp "$upper/etc/ssh/ssh_host_ed25519_key.pub" "$folder/host-key.pub"

  for user in pi nosudo; do
    cp -a "$root/home/$user" "$upper/home/"
    install -d -m 700 "$upper/home/$user/.ssh"
    install -m 600 "$key" "$upper/home/$user/.ssh/authorized_keys"
    chown -R --reference="$root/home/$user" "$upper/home/$user/.ssh"
  done

  if ((pi)); then
    mkdir -p "$upper/boot/firmware"
    echo 'console=serial0,115200 console=tty1 root=PARTUUID=4e2b1c9f-02 rootfstype=ext4' \
      'fsck.repair=yes rootwait' >"$upper/boot/firmware/cmdline.txt"
    printf '[all]\narm_64bit=1\nenable_uart=1\n' >"$upper/boot/firmware/config.txt"
  fi
}

case $verb in
  make)
    "$here/cgroups.sh" make "$lab" _supervisors
    "$here/cgroups.sh" enter "$lab" _supervisors $$
    # Whoever started another one may have been killed while it works on.
    exec 9>"$folder/disk.lock"
    flock 9
    if [[ -f $folder/disk.complete ]]; then
      exit 0
    fi
    rm -rf --one-file-system "$disk" "$disk.img"
    mkdir -p "$disk"
    if ((megabytes > 0)); then
      truncate -s "${megabytes}M" "$disk.img"
      mkfs.ext4 -q -m 0 "$disk.img"
      # In a mount namespace of its own, so that the mount ends with the script.
      unshare --mount --propagation private \
        "$0" fill-image "${@:2}"
    else
      fill
    fi
    sync -f "$folder"
    touch "$folder/disk.complete"
    ;;
  fill-image)
    mount -o loop "$disk.img" "$disk"
    fill
    umount "$disk"
    ;;
  *)
    echo "unknown verb: $verb" >&2
    exit 2
    ;;
esac
