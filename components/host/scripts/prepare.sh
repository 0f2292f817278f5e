#!/usr/bin/env bash
# Prepares the operating system for k3s: packages, kernel command line, modules, sysctls, swap,
# journal, hostname. Never reboots; what needs a reboot is noted for reboot.sh.
# Usage: prepare.sh check|converge --name HOSTNAME [--packages 'a b']
source "$(dirname "$0")/lib.sh"

readonly reboot_note=/run/bramble/reboot-required

# unattended-upgrades may hold apt's locks for minutes after boot.
readonly apt=(apt-get -q -y -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3)

# The timeout is for dpkg's locks alone: an update gives up at once where another one is at work.
update_lists() {
  local said waited=0
  until said=$("${apt[@]}" update 2>&1 >/dev/null); do
    [[ $said == *"Could not get lock"* && $waited -lt 300 ]] ||
      fail "apt-get update failed: look at /etc/apt/sources.list and the network (${said%%$'\n'*})"
    sleep 5
    waited=$((waited + 5))
  done
}

install_packages() {
  local package missing=()
  for package in $1; do
    [[ $(dpkg-query --show --showformat='${db:Status-Status}' "$package" 2>/dev/null) == installed ]] ||
      missing+=("$package")
  done
  [[ ${#missing[@]} -gt 0 ]] || return 0
  change "install packages: ${missing[*]}" || return 0
  update_lists
  "${apt[@]}" install --no-install-recommends "${missing[@]}" >/dev/null ||
    fail "installing ${missing[*]} failed: run 'sudo apt-get install ${missing[*]}' on the host to see why"
}

# The Pi's firmware reads one line; a second line would be ignored.
boot_command_line_file() {
  local file
  for file in /boot/firmware/cmdline.txt /boot/cmdline.txt; do
    # Newer systems leave a notice at the old place that says where the file went.
    if [[ -f $file ]] && ! grep -q 'moved to' "$file"; then
      say "$file"
      return
    fi
  done
}

memory_controller_active() {
  if [[ -f /sys/fs/cgroup/cgroup.controllers ]]; then
    grep -qw memory /sys/fs/cgroup/cgroup.controllers
  else
    awk '$1 == "memory" && $4 == 1 {found = 1} END {exit !found}' /proc/cgroups
  fi
}

note_reboot() {
  mkdir -p "$(dirname "$reboot_note")"
  say "$1" >"$reboot_note"
}

enable_cgroups() {
  local file line wanted argument
  file=$(boot_command_line_file)
  if [[ -z $file ]]; then
    memory_controller_active ||
      fail "the memory cgroup is off: add cgroup_enable=memory to the kernel command line and reboot"
    return 0
  fi
  line=$(tr '\n' ' ' <"$file" | sed 's/ *$//')
  wanted=$line
  for argument in cgroup_memory=1 cgroup_enable=memory; do
    [[ " $wanted " == *" $argument "* ]] || wanted="$wanted $argument"
  done
  if [[ $wanted != "$line" || $(wc -l <"$file") -gt 1 ]]; then
    [[ -f $file.before-bramble || $mode == check ]] || cp -p "$file" "$file.before-bramble"
    say "$wanted" | install_text "$file" "$(stat -c '0%a' "$file")"
  fi
  if ! grep -qw 'cgroup_enable=memory' /proc/cmdline; then
    if [[ $mode == check ]]; then say "a reboot is needed: cgroup_enable=memory is not active yet"; else
      note_reboot "cgroup_enable=memory is not active yet"
    fi
  fi
}

# Usage: set_sysctl NAME VALUE
set_sysctl() {
  local current
  current=$(sysctl --values "$1" 2>/dev/null) || return 0
  [[ $current == "$2" ]] && return 0
  change "set $1 = $2 (was $current)" || return 0
  if ! sysctl --quiet --write "$1=$2" 2>/dev/null; then
    in_container || fail "cannot set $1 to $2"
    say "note: $1 belongs to this container's host and stays $current"
  fi
}

readonly sysctls=(
  vm.overcommit_memory=1
  vm.panic_on_oom=0
  kernel.panic=10
  kernel.panic_on_oops=1
  kernel.keys.root_maxkeys=1000000
  kernel.keys.root_maxbytes=25000000
  fs.inotify.max_user_instances=1024
  fs.inotify.max_user_watches=524288
)

set_kernel() {
  local setting module
  {
    say "# Kubelet's protect-kernel-defaults wants the first six; the others let many pods watch files."
    printf '%s\n' "${sysctls[@]}"
  } | install_text /etc/sysctl.d/90-bramble.conf 0644
  for setting in "${sysctls[@]}"; do set_sysctl "${setting%%=*}" "${setting#*=}"; done
  printf '%s\n' overlay br_netfilter nf_conntrack | install_text /etc/modules-load.d/bramble.conf 0644
  in_container && return 0
  for module in overlay br_netfilter nf_conntrack; do
    [[ -d /sys/module/$module ]] && continue
    change "load kernel module $module" || continue
    modprobe "$module" || fail "kernel module $module cannot be loaded: install the kernel's extra modules"
  done
}

# A container's swap is its host's.
disable_swap() {
  in_container && return 0
  local service
  for service in dphys-swapfile.service rpi-swap.service systemd-zram-setup@zram0.service; do
    if systemctl is-active --quiet "$service"; then
      change "disable $service" || continue
      # A generated unit cannot be disabled; its generator is told below.
      systemctl disable --quiet "$service" 2>/dev/null || true
      systemctl stop "$service"
    fi
  done
  if [[ -d /etc/rpi/swap.conf.d || -f /etc/rpi/swap.conf ]]; then
    printf '[Main]\nMechanism=none\n' | install_text /etc/rpi/swap.conf.d/90-bramble.conf 0644
  fi
  if grep -Eq '^[^#].*[[:space:]]swap[[:space:]]' /etc/fstab 2>/dev/null; then
    if change "comment swap out of /etc/fstab"; then
      cp -p /etc/fstab /etc/fstab.before-bramble
      sed -i -E 's/^([^#].*[[:space:]]swap[[:space:]].*)$/# \1/' /etc/fstab
    fi
  fi
  if [[ $(wc -l </proc/swaps) -gt 1 ]]; then
    if change "turn swap off"; then swapoff --all; fi
  fi
}

# Logs must not fill or wear the card.
cap_journal() {
  local before=$changes
  printf '[Journal]\nSystemMaxUse=200M\nMaxRetentionSec=1month\n' |
    install_text /etc/systemd/journald.conf.d/90-bramble.conf 0644
  if [[ $mode == converge && $changes -gt $before ]]; then systemctl restart systemd-journald; fi
}

set_hostname() {
  local name=$1
  # Newer Pi images set their name again at each boot, by cloud-init.
  if [[ -d /etc/cloud/cloud.cfg.d ]]; then
    say 'preserve_hostname: true' | install_text /etc/cloud/cloud.cfg.d/90-bramble.cfg 0644
  fi
  if [[ $(uname -n) != "$name" || $(cat /etc/hostname 2>/dev/null) != "$name" ]]; then
    if change "set hostname $name"; then
      say "$name" | install_text /etc/hostname 0644
      hostname "$name"
    fi
  fi
  if ! grep -Eq "[[:space:]]$name([[:space:]]|\$)" /etc/hosts; then
    if change "add $name to /etc/hosts"; then
      sed '/^127\.0\.1\.1[[:space:]]/d' /etc/hosts | { cat && printf '127.0.1.1 %s\n' "$name"; } >/etc/hosts.bramble
      chmod 644 /etc/hosts.bramble
      mv -f /etc/hosts.bramble /etc/hosts
    fi
  fi
}

# Figures of this host for the monitoring; cheap where nobody reads them.
tell_figures() {
  local unit=bramble-host-metrics before=$changes
  install_text "/etc/systemd/system/$unit.service" 0644 <<UNIT
[Unit]
Description=Figures of this host for the monitoring

[Service]
Type=oneshot
ExecStart=/usr/local/lib/bramble/host-metrics.sh write
TimeoutStartSec=120
Nice=10
IOSchedulingClass=idle
UNIT
  install_text "/etc/systemd/system/$unit.timer" 0644 <<UNIT
[Unit]
Description=Schedule of $unit.service

[Timer]
OnBootSec=2min
OnUnitActiveSec=5min
RandomizedDelaySec=30s

[Install]
WantedBy=timers.target
UNIT
  if [[ $mode == converge && $changes -gt $before ]]; then
    systemctl daemon-reload
    systemctl try-restart "$unit.timer"
  fi
  if ! systemctl is-enabled --quiet "$unit.timer" 2>/dev/null || ! systemctl is-active --quiet "$unit.timer"; then
    # At once as well: the first figures are not five minutes away.
    if change "start $unit.timer"; then
      systemctl enable --now --quiet "$unit.timer"
      systemctl start --no-block "$unit.service"
    fi
  fi
}

main() {
  set_mode "$1"
  local -A option=()
  read_options option "${@:2}"
  lock
  install_packages "${option[packages]:-}"
  set_hostname "${option[name]}"
  enable_cgroups
  set_kernel
  disable_swap
  cap_journal
  tell_figures
  finish
}

main "$@"
