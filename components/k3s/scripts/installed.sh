# shellcheck shell=bash
# Sourced by k3s.sh, whose folders it reads: whether what k3s runs with is what is staged. Needs
# lib.sh and service.sh.
# shellcheck disable=SC2154

# Names, as check mode does, each installed file that is not as staged; nothing is written.
# Usage: check_installed ROLE VERSION
check_installed() {
  # Read by lib.sh.
  # shellcheck disable=SC2034
  local mode=check
  local role=$1 version=$2 file name unit recorded
  for file in "$wanted_dir"/*; do
    if [[ -f $file ]]; then install_file "$file" "$config_dir/$(basename "$file")" 0600; fi
  done
  if [[ $role == server ]]; then
    for file in "$wanted_dir"/manifests/*; do
      if [[ -f $file ]]; then install_file "$file" "$data_dir/server/manifests/$(basename "$file")" 0600; fi
    done
  fi
  # The digest of what was verified, not the staged file, which may have rotted itself.
  recorded=$(cat "$state_dir/k3s/k3s-$version.sha256" 2>/dev/null || true)
  if [[ ! -f /usr/local/bin/k3s ]]; then
    change "install k3s $version (missing)" || true
  elif [[ -n $recorded && $(sha256sum /usr/local/bin/k3s | cut -d ' ' -f 1) != "$recorded" ]]; then
    change "install k3s $version" || true
  fi
  for name in kubectl crictl ctr; do
    [[ -e /usr/local/bin/$name ]] || change "link /usr/local/bin/$name" || true
  done
  unit=$(unit_of "$role")
  unit_text "$role" | install_text "/etc/systemd/system/$unit" 0644
}

# Usage: as_installed ROLE VERSION
as_installed() { [[ -z $(check_installed "$1" "$2") ]]; }
