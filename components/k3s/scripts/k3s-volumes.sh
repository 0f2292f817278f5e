#!/usr/bin/env bash
# Copies of local-path volumes off their host, and back. What uses a volume is scaled to nothing for
# as long as it is copied: a database that is written to meanwhile would be copied torn.
# Usage, on a server:
#        k3s-volumes.sh quiesce --node NODE    VOLUME CLAIM PATH free|in-use-by, one a line
#        k3s-volumes.sh resume                 scales back whatever quiesce has scaled
#        k3s-volumes.sh verified               stdin: VOLUME TIME, one a line
# On the host of the volumes:
#        k3s-volumes.sh save                   stdin: VOLUME CLAIM PATH; prints VOLUME TIME BYTES COPY
#        k3s-volumes.sh put-back               stdin: VOLUME CLAIM PATH, a line `key`, the recovery key
source "$(dirname "$0")/lib.sh"
source "$(dirname "$0")/offhost.sh"
source "$(dirname "$0")/volumes.sh"

readonly replicas_note=bramble.dev/replicas-before-copy
readonly leave_patience=180

kubectl() { /usr/local/bin/k3s kubectl "$@"; }

# NAMESPACE/CLAIM POD OWNER_KIND OWNER of each pod that may write to a claim.
users_of_claims() {
  # shellcheck disable=SC2016 # the template is kubectl's
  kubectl get pods --all-namespaces --output 'go-template={{range .items}}{{$pod := .}}{{range .spec.volumes}}{{with .persistentVolumeClaim}}{{$pod.metadata.namespace}}/{{.claimName}} {{$pod.metadata.name}} {{with $pod.metadata.ownerReferences}}{{with index . 0}}{{.kind}} {{.name}}{{end}}{{else}}- -{{end}} {{$pod.status.phase}}{{"\n"}}{{end}}{{end}}{{end}}' |
    awk '$5 != "Succeeded" && $5 != "Failed"'
}

# Usage: scale_away NAMESPACE KIND NAME
scale_away() {
  local namespace=$1 kind=$2 name=$3 owner target replicas
  case $kind in
    ReplicaSet)
      owner=$(kubectl get replicaset --namespace "$namespace" "$name" --output 'jsonpath={.metadata.ownerReferences[0].name}')
      if [[ -n $owner ]]; then target=deployment/$owner; else target=replicaset/$name; fi
      ;;
    StatefulSet) target=statefulset/$name ;;
    *) return 0 ;;
  esac
  replicas=$(kubectl get "$target" --namespace "$namespace" --output 'jsonpath={.spec.replicas}')
  [[ $replicas -gt 0 ]] || return 0
  kubectl annotate "$target" --namespace "$namespace" --overwrite "$replicas_note=$replicas" >/dev/null
  kubectl scale "$target" --namespace "$namespace" --replicas=0 >/dev/null
}

quiesce() {
  local rows users volume claim path pod kind owner waited=0 busy
  rows=$(volumes_of "$1")
  users=$(users_of_claims)
  while read -r volume claim path _; do
    while read -r pod kind owner; do
      [[ -z $pod ]] || scale_away "${claim%%/*}" "$kind" "$owner"
    done < <(awk -v claim="$claim" '$1 == claim {print $2, $3, $4}' <<<"$users")
  done <<<"$rows"
  while [[ $waited -lt $leave_patience ]]; do
    users=$(users_of_claims)
    busy=$(while read -r volume claim path _; do awk -v claim="$claim" '$1 == claim' <<<"$users"; done <<<"$rows")
    [[ -n $busy ]] || break
    sleep 2
    waited=$((waited + 2))
  done
  while read -r volume claim path _; do
    [[ -n $volume ]] || continue
    pod=$(awk -v claim="$claim" '$1 == claim && !found++ {print $2}' <<<"$users")
    say "$volume $claim $path ${pod:-free}"
  done <<<"$rows"
}

resume() {
  local kind namespace name replicas rows
  for kind in deployment statefulset replicaset; do
    rows=$(kubectl get "$kind" --all-namespaces --output \
      'jsonpath={range .items[*]}{.metadata.namespace} {.metadata.name} {.metadata.annotations.bramble\.dev/replicas-before-copy}{"\n"}{end}')
    while read -r namespace name replicas; do
      [[ -n ${replicas:-} ]] || continue
      kubectl scale "$kind/$name" --namespace "$namespace" --replicas="$replicas" >/dev/null
      kubectl annotate "$kind/$name" --namespace "$namespace" "$replicas_note-" >/dev/null
      say "scaled $namespace/$name back to $replicas"
    done <<<"$rows"
  done
}

mark_verified() {
  local volume taken
  while read -r volume taken; do
    [[ -n $volume ]] || continue
    kubectl annotate persistentvolume "$volume" --overwrite "bramble.dev/verified-backup=$taken" >/dev/null
    say "$volume is saved as of $taken"
  done
}

beginning_of() { say "${off[cluster]}.volume.$(uname -n).${1/\//.}"; }

save() {
  local rows volume claim path taken copy sealed beginning needed
  rows=$(cat)
  offhost_open
  sealed=$offhost_work/sealed
  while read -r volume claim path; do
    [[ -n $volume ]] || continue
    [[ -d $path ]] || fail "$claim: no folder $path on this host: its data is gone already"
    needed=$(($(du --summarize --block-size=1M "$path" | cut -f 1) * 2 + 50))
    [[ $(free_megabytes "$offhost_work") -ge $needed ]] ||
      fail "disk full: the copy of $claim needs $needed MB for a while and there are $(free_megabytes "$offhost_work") MB under $state_dir"
    taken=$(date -u +%Y-%m-%dT%H:%M:%SZ)
    beginning=$(beginning_of "$claim")
    copy=$beginning.$(date -u -d "$taken" +%Y%m%dT%H%M%SZ).age
    tar -C "$path" --numeric-owner --xattrs --sparse -cf - . | seal "$sealed"
    offhost_store "$sealed" "$copy"
    offhost_prune "$beginning." "${off[retention]}"
    say "$volume $taken $(stat -c %s "$sealed") $copy"
    rm -f "$sealed"
  done <<<"$rows"
}

# The newest copy of a claim, whichever host it was on.
newest_copy() {
  offhost_list "${off[cluster]}.volume." |
    awk -v claim="${1/\//.}" -v start="${off[cluster]}.volume." '{
      rest = substr($2, length(start) + 1); sub(/^[^.]*\./, "", rest); stamp = rest
      sub(/\.age$/, "", stamp); sub(/.*\./, "", stamp)
      if (rest == claim "." stamp ".age" && stamp > newest) { newest = stamp; name = $2 }
    } END { print name }'
}

put_back_one() {
  local claim=$1 path=$2 key=$3 copy kept fresh=$2.restoring
  copy=$(newest_copy "$claim")
  if [[ -z $copy ]]; then
    say "note: no copy of $claim at $(offhost_place): left as it is"
    return 0
  fi
  offhost_get "$copy" "$offhost_work/sealed"
  rm -rf "$fresh"
  mkdir -p "$fresh"
  if ! unseal "$offhost_work/sealed" "$key" | tar -C "$fresh" --numeric-owner --xattrs -xpf - 2>/dev/null; then
    rm -rf "$fresh"
    fail "$copy does not open with this recovery key, or is damaged: the key is that of the stack which made the copy"
  fi
  rm -f "$offhost_work/sealed"
  if [[ -d $path ]]; then
    kept=$state_dir/kept/volumes/$(date -u +%Y%m%dT%H%M%SZ)-$(basename "$path")
    mkdir -p "$(dirname "$kept")"
    mv "$path" "$kept"
    # The folder itself belongs to who made it.
    chmod --reference "$kept" "$fresh"
    rmdir "$kept" 2>/dev/null || say "kept what was in $claim in $kept: delete it when all is well"
  fi
  mv "$fresh" "$path"
  say "put $copy back into $claim"
}

put_back() {
  local rows="" line volume claim path
  while read -r line; do
    [[ $line != key ]] || break
    rows+=$line$'\n'
  done
  key=$(mktemp -p /run)
  offhost_unfinished="rm -f $key"
  cat >"$key"
  [[ -s $key ]] || { rm -f "$key" && fail "the recovery key is missing: 'npm run secrets -- <stack> show recoveryKey', or --recovery-key with your copy of it"; }
  offhost_open
  while read -r volume claim path; do
    [[ -z $volume ]] || put_back_one "$claim" "$path" "$key"
  done <<<"$rows"
}

main() {
  local verb=$1
  shift
  local -A option=()
  read_options option "$@"
  case $verb in
    quiesce) quiesce "${option[node]}" ;;
    resume) resume ;;
    verified) mark_verified ;;
    save) save ;;
    put-back) put_back ;;
    *) fail "unknown verb '$verb': use quiesce, resume, verified, save or put-back" ;;
  esac
}

main "$@"
