#!/usr/bin/env bash
# Lets a user run Bramble's scripts as root without a password, and everything else with one. What others
# have written for that user stays as it is: the last matching rule counts, and this one is read last.
# Usage: sudoers.sh check|converge --user USER
#        sudoers.sh remove
#        sudoers.sh probe
source "$(dirname "$0")/lib.sh"

readonly installed=/usr/local/lib/bramble
readonly drop_in=/etc/sudoers.d/zz-bramble
# Tells whoever logs in to hand scripts to bundle.sh; the drop-in itself is for root's eyes.
readonly marker=$installed/limited

# The first sudo that takes regular expressions in rules.
readonly least_version=1.9.10

require_sudo() {
  local version
  version=$(sudo -V 2>/dev/null | sed -n 's/^Sudo version \([0-9.]*\).*/\1/p')
  [[ -n $version && $(printf '%s\n' "$least_version" "$version" | sort --version-sort | head -n 1) == "$least_version" ]] ||
    fail "ssh.sudo: scripts needs sudo $least_version or newer, here is ${version:-another sudo}: set ssh.sudo to all"
}

# Arguments are compared as one text: timeout takes no number with something behind it, so nothing but
# an installed script can stand in the script's place.
rules() {
  cat <<RULES
# Bramble: ssh.sudo is scripts. Removed by setting it to all.
$1 ALL=(ALL:ALL) PASSWD: ALL
$1 ALL=(root) NOPASSWD: /usr/bin/timeout ^--kill-after=10 [0-9]+ $installed/[a-z0-9][a-z0-9-]*[.]sh( .*)?\$
$1 ALL=(root) NOPASSWD: $installed/bundle.sh
RULES
}

take_back() {
  rm -f "$drop_in" "$marker"
}

converge() {
  local user=$1 text before=$changes
  [[ $user =~ ^[a-z_][a-z0-9_-]*$ && $user != root ]] || fail "'$user' is no user whom sudo could limit"
  require_sudo
  text=$(mktemp)
  rules "$user" >"$text"
  visudo --check --quiet --file "$text" >/dev/null 2>&1 || fail "visudo refuses the rules, which were not put in place: set ssh.sudo to all"
  install_file "$text" "$drop_in" 0440
  rm -f "$text"
  printf 'ssh.sudo: scripts\n' | install_text "$marker" 0644
  [[ $mode == converge && $changes -gt $before ]] || return 0
  # As that user, by the new rules: what does not work is taken back before anybody needs it.
  if ! runuser -u "$user" -- sudo -n timeout --kill-after=10 20 "$installed/sudoers.sh" probe >/dev/null 2>&1; then
    take_back
    fail "$user could run no script by the new rules, which were taken back: see 'sudo -l -U $user', or set ssh.sudo to all"
  fi
}

case ${1:-} in
  probe) say "$(id -un)" ;;
  remove)
    lock
    if [[ -e $drop_in || -e $marker ]] && change "let sudo be as it was before"; then take_back; fi
    finish
    ;;
  *)
    set_mode "${1:-}"
    declare -A option=()
    read_options option "${@:2}"
    lock
    converge "${option[user]:-}"
    finish
    ;;
esac
