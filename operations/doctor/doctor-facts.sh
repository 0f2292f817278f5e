#!/usr/bin/env bash
# Tells how this host is, in tab-separated lines of which the last is `end`. Changes nothing but for
# one small file on the disk under test, which is removed again.
# Usage: doctor-facts.sh --role server|agent --version VERSION [--virtual-ip ADDRESS]
source "$(dirname "$0")/lib.sh"

readonly k3s=/usr/local/bin/k3s
readonly data_dir=/var/lib/rancher/k3s
readonly writes=100
readonly longest_test=8

line() {
  local IFS=$'\t'
  printf '%s\n' "$*"
}

yes_if() { if "$@"; then say yes; else say no; fi; }

kubectl() { timeout 20 "$k3s" kubectl --request-timeout=15s "$@" 2>/dev/null; }

clock() { line clock "$1" "$(date +%s.%N)"; }

system() {
  local model=unknown file synchronised=""
  for file in /sys/firmware/devicetree/base/model /run/bramble-lab/device-tree/model \
    /sys/class/dmi/id/product_name; do
    if [[ -r $file ]]; then
      model=$(tr -d '\0\n\t' <"$file")
      break
    fi
  done
  in_container || synchronised=$(timedatectl show --property=NTPSynchronized --value 2>/dev/null || true)
  line system "$model" "$(uname -r)" "$(cut -d . -f 1 /proc/uptime)" "$(yes_if in_container)"
  line synchronised "$synchronised"
}

unit() {
  local name
  for name in k3s k3s-agent; do
    [[ -e /etc/systemd/system/$name.service ]] || continue
    line unit "$name" "$(systemctl show --property ActiveState --value "$name")" \
      "$(systemctl show --property NRestarts --value "$name")"
  done
}

certificates() {
  local file end
  command -v openssl >/dev/null 2>&1 || return 0
  for file in "$data_dir"/server/tls/*.crt "$data_dir"/server/tls/etcd/*.crt "$data_dir"/agent/*.crt; do
    [[ -f $file ]] || continue
    end=$(openssl x509 -enddate -noout -in "$file" 2>/dev/null | cut -d = -f 2)
    [[ -z $end ]] || line certificate "$(date --date="$end" +%s)" "${file#"$data_dir"/}"
  done
}

# Each file system once, under the first of the paths that lies on it.
filesystems() {
  local path mount seen=" " size free inodes inodes_free options
  for path in / /var/lib/rancher /var/lib /var/log /boot/firmware; do
    [[ -d $path ]] || continue
    mount=$(df --output=target "$path" | tail -n 1)
    [[ $seen == *" $mount "* ]] && continue
    seen="$seen$mount "
    read -r size free inodes inodes_free < <(df -k --output=size,avail,itotal,iavail "$path" | tail -n 1)
    options=$(awk -v mount="$mount" '$2 == mount {last = $4} END {print last}' /proc/mounts)
    line filesystem "$mount" "$size" "$free" "${inodes/-/0}" "${inodes_free/-/0}" \
      "$(yes_if test "${options%%,*}" = ro)"
  done
}

# What the disk under k3s is, and what it says about its own wear: nothing, on most SD cards.
disk() {
  local path=$data_dir device wear="" name=""
  while [[ ! -e $path ]]; do path=$(dirname "$path"); done
  device=$(basename "$(df --output=source "$path" | tail -n 1)")
  device=$(sed -E 's/^(mmcblk[0-9]+|nvme[0-9]+n[0-9]+)p[0-9]+$/\1/; s/^(sd[a-z]+)[0-9]+$/\1/' <<<"$device")
  if [[ -r /sys/block/$device/device/life_time ]]; then
    wear=$(tr -d '\n' <"/sys/block/$device/device/life_time")
  elif command -v smartctl >/dev/null 2>&1 && [[ $device == nvme* || $device == sd* ]]; then
    wear=$(smartctl --attributes "/dev/$device" 2>/dev/null | sed -n 's/^Percentage Used: *\([0-9]*\)%.*/\1 %/p')
  fi
  for file in name model date; do
    [[ -r /sys/block/$device/device/$file ]] && name="$name $(tr -d '\n\t' <"/sys/block/$device/device/$file")"
  done
  line disk "$(disk_kind "$path")" "$device" "$(xargs <<<"$name" 2>/dev/null || true)" "$wear"
}

# Milliseconds that small synchronous writes take where etcd keeps its log, one figure for each.
synchronous_writes() {
  local directory=$data_dir/server/db file began count=0 seconds
  while [[ ! -d $directory ]]; do directory=$(dirname "$directory"); done
  file=$(mktemp -p "$directory" .bramble-doctor.XXXXXX 2>/dev/null) || return 0
  if dd if=/dev/zero of="$file" bs=4k count=1 conv=fsync status=none 2>/dev/null; then
    printf 'fsync'
    began=$SECONDS
    while [[ $count -lt $writes && $((SECONDS - began)) -lt $longest_test ]]; do
      seconds=$(dd if=/dev/zero of="$file" bs=4k count=1 oflag=dsync conv=notrunc 2>&1 |
        sed -n 's/.*copied, \([0-9.e-]*\) s.*/\1/p') || break
      printf '\t%s' "$(awk -v seconds="$seconds" 'BEGIN {printf "%.2f", seconds * 1000}')"
      count=$((count + 1))
    done
    printf '\n'
  fi
  rm -f "$file"
}

etcd() {
  curl --silent --max-time 5 http://127.0.0.1:2381/metrics | awk -v OFS='\t' '
    /^etcd_disk_wal_fsync_duration_seconds_bucket/ {
      bound = $1; sub(/.*le="/, "", bound); sub(/".*/, "", bound)
      print "wal", bound, $2
    }
    $1 == "etcd_mvcc_db_total_size_in_bytes" {printf "etcdsize\t%d\n", $2}
    $1 == "etcd_server_quota_backend_bytes" {printf "etcdquota\t%d\n", $2}
    $1 == "etcd_server_leader_changes_seen_total" {print "leaderchanges", $2}'
}

memory() {
  awk -v OFS='\t' '{value[$1] = $2} END {
    print "memory", value["MemTotal:"], value["MemAvailable:"], value["SwapTotal:"], value["SwapFree:"]
  }' /proc/meminfo
}

# A container sees its machine's sensors and kernel log, which tell nothing about it.
hardware() {
  in_container && [[ ! -d /run/bramble-lab/device-tree ]] && return 0
  local hottest
  hottest=$(cat /sys/class/thermal/thermal_zone*/temp 2>/dev/null | sort -n | tail -n 1)
  [[ -z $hottest ]] || line temperature "$hottest"
  ! command -v vcgencmd >/dev/null 2>&1 || line throttled "$(vcgencmd get_throttled 2>/dev/null | cut -d = -f 2)"
  in_container && return 0
  dmesg 2>/dev/null | awk -v OFS='\t' '
    tolower($0) ~ /under-?voltage detected/ {power++}
    /Out of memory: Killed process|oom-kill:/ {memory++}
    /I\/O error, dev (mmcblk|sd|nvme)|EXT4-fs error|mmc[0-9]+: .*(error|timeout)/ {disk++}
    END {print "kernel", power + 0, memory + 0, disk + 0}'
}

reboot_note() {
  local file reason
  for file in /run/bramble/reboot-required /run/reboot-required /var/run/reboot-required; do
    if [[ -e $file ]]; then
      reason=$(head -n 1 "$file" | tr -d '\t*' | xargs || true)
      line reboot "${reason:-something was updated} ($file)"
      return
    fi
  done
}

virtual_ip() {
  [[ -n $1 ]] || return 0
  line virtualip "$(yes_if grep -qwF "inet $1" < <(ip -4 address show | sed 's#/[0-9]*##'))" \
    "$(yes_if curl --silent --insecure --max-time 5 --output /dev/null "https://$1:6443/ping")" \
    "$(ip neighbour show "$1" 2>/dev/null | sed -n 's/.*lladdr \([0-9a-f:]*\).*/\1/p' | head -n 1)"
}

snapshots() {
  find "$data_dir/server/db/snapshots" -maxdepth 1 -type f -printf 'snapshot\t%T@\t%s\t%f\n' 2>/dev/null |
    sort -t $'\t' -k 2 -n | tail -n 1
}

pods() {
  kubectl get pods --all-namespaces --output 'jsonpath={range .items[*]}pod{"\t"}{.metadata.namespace}{"\t"}{.metadata.name}{"\t"}{.spec.nodeName}{"\t"}{.status.phase}{"\t"}{.metadata.creationTimestamp}{"\t"}{range .status.containerStatuses[*]}{.ready}:{.restartCount}:{.state.waiting.reason}{" "}{end}{"\n"}{end}'
  kubectl get events --all-namespaces --field-selector reason=FailedCreate \
    --output 'jsonpath={range .items[*]}refused{"\t"}{.metadata.namespace}{"\t"}{.involvedObject.kind}/{.involvedObject.name}{"\t"}{.message}{"\n"}{end}' |
    grep -F 'violates PodSecurity' || true
}

# Helm's own records of its releases, by their labels: what is in them stays there.
releases() {
  kubectl get secrets --all-namespaces --selector owner=helm \
    --output 'jsonpath={range .items[*]}release{"\t"}{.metadata.namespace}{"\t"}{.metadata.labels.name}{"\t"}{.metadata.labels.version}{"\t"}{.metadata.labels.status}{"\t"}{.metadata.creationTimestamp}{"\n"}{end}'
}

main() {
  local -A option=()
  read_options option "$@"
  clock start
  ./observe.sh --role "${option[role]}" --version "${option[version]}" | sed 's/^/observe\t/' || true
  system
  unit
  certificates
  filesystems
  disk
  synchronous_writes
  memory
  hardware
  reboot_note
  virtual_ip "${option[virtual-ip]:-}"
  if [[ ${option[role]} == server ]]; then
    etcd || true
    snapshots || true
    pods || true
    releases || true
  fi
  clock end
  line end
}

cd "$(dirname "$0")"
main "$@"
