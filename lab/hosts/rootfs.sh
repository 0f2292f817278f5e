#!/usr/bin/env bash
# Builds the Debian root that every lab host has as its read-only lower layer.
# Usage: rootfs.sh build TARGET [MIRROR]     builds TARGET unless it is there; the result appears at once
#        rootfs.sh check TARGET              exit 0 when TARGET is there, 1 when it must be built
set -euo pipefail

verb=${1:?build or check}
target=${2:?target folder}
mirror=${3:-http://deb.debian.org}

if [[ -d $target ]]; then
  exit 0
fi
if [[ $verb == check ]]; then
  exit 1
fi

# What Raspberry Pi OS Lite brings and host scripts may rely on. No Python: scripts must not need it.
packages=(
  systemd systemd-sysv dbus openssh-server sudo ca-certificates curl
  iptables nftables iproute2 iputils-ping procps kmod e2fsprogs nfs-common
  podman netavark aardvark-dns busybox-static age
)
include=$(IFS=,; echo "${packages[*]}")

# The machine's own apt may know a proxy, or a mirror frozen in time: pass that on.
apt_options=()
while read -r name value; do
  apt_options+=("--aptopt=$name $value")
done < <(apt-config dump 2>/dev/null |
  grep -E '^Acquire::((http|https)::Proxy|Check-Valid-Until|Check-Date) ' || true)

mkdir -p "$(dirname "$target")"
exec 9>"$target.lock"
flock 9
if [[ -d $target ]]; then
  exit 0
fi
rm -rf --one-file-system "$target.part" "$target"

# shellcheck disable=SC2016 # $1 belongs to the shell that runs the hook
mmdebstrap --quiet --mode=root --variant=minbase --include="$include" \
  --keyring=/usr/share/keyrings/debian-archive-keyring.gpg \
  ${apt_options[@]+"${apt_options[@]}"} \
  --aptopt='APT::Install-Recommends "false"' \
  --aptopt='Acquire::Languages "none"' \
  --dpkgopt='path-exclude=/usr/share/doc/*' \
  --dpkgopt='path-exclude=/usr/share/man/*' \
  --dpkgopt='path-exclude=/usr/share/locale/*' \
  --customize-hook='chroot "$1" useradd --create-home --shell /bin/bash --groups sudo pi' \
  --customize-hook='chroot "$1" useradd --create-home --shell /bin/bash nosudo' \
  --customize-hook='rm -rf "$1"/etc/ssh/ssh_host_* "$1"/var/lib/apt/lists/* "$1"/etc/machine-id' \
  bookworm "$target.part" \
  "deb $mirror/debian bookworm main" \
  "deb $mirror/debian bookworm-updates main" \
  "deb $mirror/debian-security bookworm-security main"

root=$target.part
umask 022
printf 'pi ALL=(ALL) NOPASSWD: ALL\n' >"$root/etc/sudoers.d/010_pi-nopasswd"
chmod 0440 "$root/etc/sudoers.d/010_pi-nopasswd"
echo 'LANG=C.UTF-8' >"$root/etc/default/locale"
cat >"$root/etc/ssh/sshd_config.d/lab.conf" <<'CONFIG'
PermitRootLogin no
PasswordAuthentication no
KbdInteractiveAuthentication no
HostKey /etc/ssh/ssh_host_ed25519_key
HostKey /etc/ssh/ssh_host_ecdsa_key
UseDNS no
CONFIG

# Units for hardware, for consoles and for an outside that a lab host does not have.
for unit in \
  systemd-udevd.service systemd-udevd-kernel.socket systemd-udevd-control.socket \
  systemd-udev-trigger.service systemd-logind.service systemd-binfmt.service \
  run-rpc_pipefs.mount rpc_pipefs.target nfs-client.target \
  console-getty.service getty.target getty-static.service serial-getty@.service \
  systemd-firstboot.service systemd-networkd-wait-online.service \
  apt-daily.timer apt-daily-upgrade.timer e2scrub_all.timer e2scrub_reap.service \
  fstrim.timer podman-auto-update.timer podman-auto-update.service dpkg-db-backup.timer; do
  ln -sf /dev/null "$root/etc/systemd/system/$unit"
done
ln -sf /lib/systemd/system/multi-user.target "$root/etc/systemd/system/default.target"

# /proc/sys is read-only but for a few files; what /etc/sysctl.d says must still hold after a boot.
mkdir -p "$root/etc/systemd/system/systemd-sysctl.service.d"
printf '[Unit]\nConditionPathIsReadWrite=\n' \
  >"$root/etc/systemd/system/systemd-sysctl.service.d/lab.conf"

mv "$root" "$target"
rm -f "$target.lock"
