#!/usr/bin/env bash
# What node-exporter cannot see of this host, as a file that it reads: voltage and throttling of a
# Pi, wear of disks, when k3s's certificates expire. Run by a timer; see prepare.sh.
# Usage: host-metrics.sh write
source "$(dirname "$0")/lib.sh"

readonly metrics_dir=$state_dir/metrics
readonly metrics_file=$metrics_dir/bramble-host.prom
readonly k3s_data=/var/lib/rancher/k3s
readonly blocks=/sys/block
readonly firmware=/sys/devices/platform/soc/soc:firmware/get_throttled

# Usage: metric NAME HELP, samples on standard input; without any nothing is written.
metric() {
  local samples
  samples=$(cat)
  [[ -n $samples ]] || return 0
  printf '# HELP %s %s\n# TYPE %s gauge\n%s\n' "$1" "$2" "$1" "$samples"
}

# The firmware's flags as a number, nothing on what is no Pi.
throttled() {
  local flags=""
  if [[ -r $firmware ]]; then
    flags=0x$(cat "$firmware")
  elif command -v vcgencmd >/dev/null 2>&1; then
    flags=$(vcgencmd get_throttled 2>/dev/null | cut -d = -f 2)
  fi
  [[ $flags =~ ^0x[0-9a-fA-F]+$ ]] || return 0
  say "$((flags))"
}

# Usage: conditions NAME FLAGS FIRST_BIT
conditions() {
  local condition bit=$3
  for condition in under_voltage frequency_capped throttled soft_temperature_limit; do
    say "$1{condition=\"$condition\"} $((($2 >> bit) & 1))"
    bit=$((bit + 1))
  done
}

# Share of each disk's life that it says is used up. An eMMC tells two figures in tenths, 1 for the
# first; most SD cards tell nothing.
disk_life() {
  local path device used
  for path in "$blocks"/mmcblk* "$blocks"/sd* "$blocks"/nvme*; do
    [[ -e $path ]] || continue
    device=$(basename "$path")
    used=""
    if [[ -r $path/device/life_time ]]; then
      local first second
      read -r first second <"$path/device/life_time" || true
      first=$((${first:-0})) second=$((${second:-0}))
      if [[ $second -gt $first ]]; then first=$second; fi
      if [[ $first -gt 0 ]]; then used=$((first * 10)); fi
    elif command -v smartctl >/dev/null 2>&1; then
      used=$(smartctl --attributes "/dev/$device" 2>/dev/null |
        sed -n -e 's/^Percentage Used: *\([0-9]*\)%.*/\1/p' -e 's/.*Percentage Used Endurance Indicator.*[^0-9]\([0-9][0-9]*\)$/\1/p' | head -n 1 || true)
    fi
    [[ -z $used ]] || say "bramble_disk_life_used_ratio{device=\"$device\"} $((used / 100)).$(printf '%02d' $((used % 100)))"
  done
}

certificate_expiry() {
  local file end
  command -v openssl >/dev/null 2>&1 || return 0
  for file in "$k3s_data"/server/tls/*.crt "$k3s_data"/server/tls/etcd/*.crt "$k3s_data"/agent/*.crt; do
    [[ -f $file ]] || continue
    end=$(openssl x509 -enddate -noout -in "$file" 2>/dev/null | cut -d = -f 2) || continue
    [[ -z $end ]] || say "bramble_k3s_certificate_expiry_timestamp_seconds{certificate=\"${file#"$k3s_data"/}\"} $(date --date="$end" +%s)"
  done
}

render() {
  local flags
  flags=$(throttled)
  if [[ -n $flags ]]; then
    conditions bramble_pi_condition "$flags" 0 |
      metric bramble_pi_condition "What slows this Pi down now, by the firmware's flags."
    conditions bramble_pi_condition_since_boot "$flags" 16 |
      metric bramble_pi_condition_since_boot "What has slowed this Pi down since it was started."
  fi
  disk_life | metric bramble_disk_life_used_ratio "Share of a disk's life that it says is used up."
  certificate_expiry |
    metric bramble_k3s_certificate_expiry_timestamp_seconds "When a certificate of k3s on this host expires."
  [[ -e /run/bramble/reboot-required || -e /run/reboot-required ]] && flags=1 || flags=0
  say "bramble_reboot_required $flags" | metric bramble_reboot_required "Whether something waits for a reboot."
}

write() {
  mkdir -p "$state_dir"
  # Read by node-exporter, which is not root.
  install -d -m 0755 "$metrics_dir"
  render >"$metrics_dir/.bramble-host.part"
  chmod 0644 "$metrics_dir/.bramble-host.part"
  mv -f "$metrics_dir/.bramble-host.part" "$metrics_file"
}

main() {
  case ${1:-} in
    write) write ;;
    *) fail "unknown verb '${1:-}': use write" ;;
  esac
}

main "$@"
