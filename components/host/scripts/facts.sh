#!/usr/bin/env bash
# Prints what a host is, as one JSON object. Changes nothing.
# Usage: facts.sh
source "$(dirname "$0")/lib.sh"

# Writes a JSON string.
quoted() {
  local text=$1
  text=${text//\\/\\\\}
  text=${text//\"/\\\"}
  printf '"%s"' "${text//[$'\001'-$'\037']/ }"
}

cgroup_version() {
  if [[ -f /sys/fs/cgroup/cgroup.controllers ]]; then say v2; else say v1; fi
}

model() {
  local file
  for file in /sys/firmware/devicetree/base/model /run/bramble-lab/device-tree/model \
    /sys/class/dmi/id/product_name; do
    if [[ -r $file ]]; then
      tr -d '\0' <"$file"
      return
    fi
  done
  printf 'unknown'
}

main() {
  local os interface
  os=$(. /etc/os-release && printf '%s' "${PRETTY_NAME:-unknown}")
  interface=$(ip -4 route show default | awk '{for (i = 1; i < NF; i++) if ($i == "dev") {print $(i + 1); exit}}')
  printf '{"hostname":%s,"model":%s,"os":%s,"kernel":%s,"arch":%s,"bits":%s,"cpus":%s,"memoryMb":%s,"cgroup":%s,"disk":%s,"diskFreeMb":%s,"interface":%s}\n' \
    "$(quoted "$(uname -n)")" "$(quoted "$(model)")" "$(quoted "$os")" "$(quoted "$(uname -r)")" \
    "$(quoted "$(machine_arch)")" "$(getconf LONG_BIT)" "$(nproc)" \
    "$(awk '/^MemTotal:/ {print int($2 / 1024)}' /proc/meminfo)" "$(quoted "$(cgroup_version)")" \
    "$(quoted "$(disk_kind /var/lib)")" "$(free_megabytes /var/lib)" "$(quoted "$interface")"
}

main "$@"
