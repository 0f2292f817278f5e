#!/usr/bin/env bash
# Reboots a host, only when prepare.sh has noted a reason.
# Usage: reboot.sh check | request [DRAIN_SECONDS] | await
#   request: prints `rebooting BOOT_ID` and goes down, or `none`.
#   await:   reads that line from standard input on a new connection and waits until the host is
#            back in service.
source "$(dirname "$0")/lib.sh"

readonly reboot_note=/run/bramble/reboot-required
readonly boot_id_file=/proc/sys/kernel/random/boot_id

request() {
  if [[ ! -f $reboot_note ]]; then
    say none
    return 0
  fi
  "$(dirname "$0")/k3s.sh" touch-begin --drain-timeout "$1"
  # Without a listener the next connection is made only after the reboot, never to the old system.
  # This session lives on until it has told its boot id.
  systemctl stop ssh.socket ssh.service 2>/dev/null || true
  systemd-run --quiet --no-block --collect --unit=bramble-reboot \
    /bin/sh -c 'sleep 2; systemctl reboot || systemctl start ssh.service'
  say "rebooting $(cat "$boot_id_file")"
}

await() {
  local line before
  line=$(first_line)
  [[ $line == none ]] && { say none; return 0; }
  before=${line#rebooting }
  [[ $(cat "$boot_id_file") != "$before" ]] || fail "did not reboot: run 'sudo systemctl reboot' and then pulumi up again"
  [[ ! -f $reboot_note ]] || fail "rebooted, but a reboot is still wanted: $(cat "$reboot_note")"
  timeout 120 systemctl is-system-running --wait --quiet || true
  "$(dirname "$0")/k3s.sh" touch-end
  say "rebooted"
}

case ${1:-} in
  check) if [[ -f $reboot_note ]]; then say "would reboot: $(cat "$reboot_note")"; exit "$exit_would_change"; fi ;;
  request) request "${2:-0}" ;;
  await) await ;;
  *) fail "unknown verb '${1:-}': use check, request or await" ;;
esac
