# shellcheck shell=bash
# Sourced by scripts that would lose a host's local-path volumes. Needs lib.sh.

# How long a verified backup counts as fresh.
readonly backup_hours=24

# Every volume that lives on one node's disk, one per line: NAME NAMESPACE/CLAIM PATH BACKUP-TIME.
# A Released volume still holds data, and one that was never claimed holds none.
# Usage: volumes_of NODE
volumes_of() {
  # shellcheck disable=SC2016 # the template is kubectl's
  /usr/local/bin/k3s kubectl get persistentvolumes --output 'go-template={{range .items}}{{$volume := .}}{{with .spec.nodeAffinity}}{{range .required.nodeSelectorTerms}}{{range .matchExpressions}}{{if eq .key "kubernetes.io/hostname"}}{{range .values}}{{.}} {{$volume.metadata.name}} {{with $volume.spec.claimRef}}{{.namespace}}/{{.name}}{{else}}-{{end}} {{with $volume.spec.hostPath}}{{.path}}{{else}}{{with $volume.spec.local}}{{.path}}{{else}}-{{end}}{{end}} {{with $volume.metadata.annotations}}{{with index . "bramble.dev/verified-backup"}}{{.}}{{else}}-{{end}}{{else}}-{{end}}{{"\n"}}{{end}}{{end}}{{end}}{{end}}{{end}}{{end}}' |
    awk -v node="$1" '$1 == node && $3 != "-" {print $2, $3, $4, $5}'
}

# True when a time is less than a day ago, by this host's clock. One from the future tells of a
# clock that was wrong, not of a backup.
is_fresh() {
  local taken now
  taken=$(date --utc --date "$1" +%s 2>/dev/null) || return 1
  now=$(date --utc +%s)
  [[ $taken -le $((now + 3600)) && $((now - taken)) -lt $((backup_hours * 3600)) ]]
}

# Ends the script while a local-path volume on a node has no fresh verified backup, unless its claim
# is named as one whose data may go. Every such volume is one line with its mend.
# Usage: refuse_unsaved_volumes NODE 'NAMESPACE/CLAIM ...'
refuse_unsaved_volumes() {
  local node=$1 discarded=" $2 " name claim path saved unsaved=0 rows
  rows=$(volumes_of "$node") || fail "the volumes on $node cannot be listed: see that the API answers and run again"
  while read -r name claim path saved; do
    [[ -n $name && $discarded != *" $claim "* ]] || continue
    if [[ $saved != - ]] && is_fresh "$saved"; then continue; fi
    unsaved=$((unsaved + 1))
    [[ $saved == - ]] && saved="no verified backup" || saved="a verified backup only of $saved"
    # shellcheck disable=SC2016 # the command is for people
    printf 'bramble: %s: volume %s (%s) on %s has %s: run `npm run backup -- <stack> volumes --host %s`, or give its data up with discardVolumes: [%s] in the row of %s\n' \
      "$(uname -n)" "$claim" "$path" "$node" "$saved" "$node" "$claim" "$node" >&2
  done <<<"$rows"
  [[ $unsaved -eq 0 ]] ||
    fail "$unsaved volume(s) on $node would be lost; $node was left as it is: save them or give them up as told above"
}
