#!/bin/sh
# Copies of the apps' configurations in a restic repository, and back. Runs in restic's image; where
# and with which password is in RESTIC_REPOSITORY and RESTIC_PASSWORD_FILE.
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

# A repository that is not there yet and one that cannot be reached end alike: making it tells them
# apart, since it refuses where one is.
open_repository() {
  if ! restic cat config >/dev/null 2>&1; then
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
  restic unlock
  for app in "$@"; do
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
