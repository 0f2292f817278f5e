#!/usr/bin/env bash
# Installs or runs scripts that come on standard input, for a user who may run nothing but Bramble's own
# scripts as root. Each use is noted in the journal: who, what, and the digest of what came.
# Usage: bundle.sh install
#        bundle.sh run SECONDS SCRIPT ARGUMENT...
source "$(dirname "$0")/lib.sh"

readonly installed=/usr/local/lib/bramble

# Splits the bundle into files in the current folder.
unpack() {
  awk '/^#### bramble [s]cript /{
    file = $4
    if (file !~ /^[A-Za-z0-9][A-Za-z0-9._-]*$/) exit 1
    next
  } { print > file }' "$1" || fail "what came on standard input is no bundle of scripts"
}

note() {
  logger --tag bramble --priority auth.notice -- "${SUDO_USER:-root}: $*" || true
}

main() {
  [[ ${1:-} == install || ${1:-} == run ]] || fail "usage: bundle.sh install|run SECONDS SCRIPT ARGUMENT..."
  local verb=$1 digest
  shift
  directory=$(mktemp -d -p /run)
  trap 'rm -rf "$directory"' EXIT
  mkdir "$directory/scripts"
  cat >"$directory/bundle"
  digest=$(sha256sum <"$directory/bundle")
  cd "$directory/scripts"
  unpack ../bundle
  rm ../bundle
  if [[ $verb == run ]]; then
    local seconds=$1 script=$2
    shift 2
    [[ $seconds =~ ^[0-9]+$ && $script =~ ^[a-z0-9][a-z0-9-]*\.sh$ && -f $script ]] || fail "no script $script came"
    note "runs $script $* (scripts sha256:${digest%% *})"
    chmod 700 ./*.sh
    if [[ -e input ]]; then exec <input; fi
    timeout --kill-after=10 "$seconds" "./$script" "$@"
    return
  fi
  note "installs scripts (sha256:${digest%% *})"
  chmod 755 ./*.sh
  # A second operator waits here.
  exec 9<"$installed"
  flock 9
  local file
  for file in *.sh; do
    # On the target's own file system first, so that each is there whole or as it was.
    cp --preserve=mode "$file" "$installed/.$file.new"
    sync "$installed/.$file.new"
    mv -f "$installed/.$file.new" "$installed/$file"
  done
}

main "$@"
