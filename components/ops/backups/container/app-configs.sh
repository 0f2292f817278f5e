#!/bin/sh
# Copies of the apps' configurations in a restic repository, and back. Runs in restic's image; where
# and with which password is in RESTIC_REPOSITORY and RESTIC_PASSWORD_FILE. Passwords of before are in
# files former-* beside that one: a repository that knows one of them gets the present one.
# Usage: app-configs.sh save APP CLUSTER DAILY WEEKLY MONTHLY
#          saves BACKUP/config and BACKUP/databases and forgets what is older than is kept
#        app-configs.sh fetch CLUSTER SNAPSHOT APP ...     restores to SCRATCH/APP, files compared
#        app-configs.sh upkeep                             frees space, reads a tenth of it back
#        app-configs.sh put APP                            puts SCRATCH/APP into CONFIG
set -eu

backup=${BACKUP:-/backup}
scratch=${SCRATCH:-/scratch}
config=${CONFIG:-/config}

say() { printf '%s\n' "$*"; }
fail() {
  printf 'app-configs: %s\n' "$*" >&2
  exit 1
}

present=$RESTIC_PASSWORD_FILE

# Asks for no lock: one that is in the way is no wrong password. Usage: opens PASSWORD_FILE
opens() { restic --password-file "$1" --no-lock cat config >/dev/null 2>&1; }

# The file of a former password that opens the repository; none where there is no such.
former() {
  for file in "$(dirname "$present")"/former-*; do
    if [ -e "$file" ] && opens "$file"; then
      say "$file"
      return 0
    fi
  done
  return 1
}

was_replaced() { [ -n "$(find "$(dirname "$present")"/ -maxdepth 1 -name 'former-*')" ]; }

# The keys of the repository, one a line. Usage: keys PASSWORD_FILE
keys() { restic --password-file "$1" --no-lock --json key list | tr '{' '\n' | grep '"id":'; }

# Every job may be the first after the password was replaced. Each step is proven before the next one,
# and all copies stay readable: cut off anywhere, the next job goes on.
renew_password() {
  was_replaced || return 0
  if ! opens "$present"; then
    old=$(former) || return 0
    restic --password-file "$old" unlock
    restic --password-file "$old" key add --new-password-file "$present" ||
      fail "the repository did not take its new password: see above; the former one still opens it"
    opens "$present" ||
      fail "the repository does not open with its new password: the former one was not taken away"
    say "the repository opens with its new password"
  fi
  [ "$(keys "$present" | wc -l)" -gt 1 ] || return 0
  restic unlock
  while old=$(former); do
    id=$(keys "$old" | sed -n 's/.*"current":true.*"id":"\([0-9a-f]*\)".*/\1/p')
    if [ -z "$id" ] || ! restic key remove "$id"; then
      say "note: a former password opens the repository until the next job: another one is at work"
      return 0
    fi
    say "a former password opens the repository no more"
  done
}

# What can only be read is read with whichever password opens it.
choose_password() {
  RESTIC_PASSWORD_FILE=$present
  was_replaced || return 0
  opens "$present" || RESTIC_PASSWORD_FILE=$(former || say "$present")
}

# A repository that is not there yet and one that cannot be reached end alike: making it tells them
# apart, since it refuses where one is.
open_repository() {
  renew_password
  if ! opens "$present"; then
    case $RESTIC_REPOSITORY in /*) mkdir -p "$RESTIC_REPOSITORY" ;; esac
    restic init || fail "the repository cannot be opened with this password, nor made: see above"
  fi
  # Locks of processes that are no more: a node that lost power leaves one behind.
  restic unlock
}

save() {
  app=$1 cluster=$2 daily=$3 weekly=$4 monthly=$5
  [ -e "$backup/excluded" ] || fail "$backup/excluded is missing: databases were not copied"
  open_repository
  restic backup --host "$cluster" --tag "$app" --exclude-caches \
    --exclude-file "$backup/excluded" --exclude-file "$backup/patterns" \
    "$backup/config" "$backup/databases"
  restic forget --host "$cluster" --tag "$app" --group-by host,tags \
    --keep-daily "$daily" --keep-weekly "$weekly" --keep-monthly "$monthly"
}

fetch() {
  cluster=$1 snapshot=$2
  shift 2
  for app in "$@"; do
    # Again for each: a job that runs beside this one may take the former password away.
    choose_password
    restic unlock
    rm -rf "${scratch:?}/$app" "$scratch/.whole"
    restic restore "$snapshot" --host "$cluster" --tag "$app" --target "$scratch/.whole" --verify ||
      fail "$app: no copy of it can be restored"
    mkdir -p "$scratch/$app"
    # The copies of databases take the places of the originals.
    for part in config databases; do
      [ ! -d "$scratch/.whole$backup/$part" ] || cp -a "$scratch/.whole$backup/$part/." "$scratch/$app/"
    done
    rm -rf "$scratch/.whole"
    say "$app: $(find "$scratch/$app" -type f | wc -l) file(s) restored and compared"
  done
}

upkeep() {
  open_repository
  ! former >/dev/null ||
    fail "a former password still opens the repository: run this again when no other job is at work"
  restic prune
  restic check --read-data-subset 10%
}

put() {
  app=$1
  kept=$config/.before-restore-$(date -u +%Y%m%dT%H%M%SZ)
  [ -n "$(ls -A "$scratch/$app")" ] || fail "$app: nothing was fetched"
  mkdir "$kept"
  find "$config" -mindepth 1 -maxdepth 1 ! -name '.before-restore-*' -exec mv {} "$kept/" \;
  cp -a "$scratch/$app/." "$config/"
  say "$app: put back; what was there is in $(basename "$kept") beside it: delete it when all is well"
}

verb=${1:-}
[ $# -eq 0 ] || shift
case $verb in
  save) save "$@" ;;
  fetch) fetch "$@" ;;
  upkeep) upkeep ;;
  put) put "$@" ;;
  *) fail "unknown verb '$verb': use save, fetch, upkeep or put" ;;
esac
