#!/usr/bin/env bash
# Stages the verified k3s binary (and images, if given) under /var/lib/bramble/k3s. Nothing that
# runs is touched: k3s.sh puts the binary in place when it may.
# Usage: k3s-install.sh check|converge --version VERSION [--url BASE] [--directory DIR]
#          [--sha256-amd64 DIGEST] [--sha256-arm64 DIGEST]
source "$(dirname "$0")/lib.sh"

readonly staged_dir=$state_dir/k3s
readonly needed_megabytes=400

digest_of() { sha256sum "$1" | cut -d ' ' -f 1; }

# Brings one file of the release from the directory or the URL.
# Usage: bring FILE TARGET
bring() {
  if [[ -n ${option[directory]:-} ]]; then
    [[ -f ${option[directory]}/$1 ]] || return 1
    cp "${option[directory]}/$1" "$2"
  else
    curl --fail --silent --show-error --location --retry 5 --retry-delay 2 --retry-connrefused \
      --connect-timeout 20 --output "$2" "${option[url]}/${option[version]/+/%2B}/$1"
  fi
}

wanted_digest() {
  local arch=$1 file=$2 sums
  if [[ -n ${option[sha256-$arch]:-} ]]; then
    say "${option[sha256-$arch]}"
    return
  fi
  sums=$staged_dir/sha256sum-$arch.txt
  bring "sha256sum-$arch.txt" "$sums.part" || return 1
  mv -f "$sums.part" "$sums"
  awk -v file="$file" '$2 == file || $2 == "*" file {print $1; exit}' "$sums"
}

stage_images() {
  local arch=$1 file found="" images=/var/lib/rancher/k3s/agent/images
  [[ -n ${option[directory]:-} ]] || return 0
  for file in "k3s-airgap-images-$arch.tar.zst" "k3s-airgap-images-$arch.tar.gz" "k3s-airgap-images-$arch.tar"; do
    [[ -f ${option[directory]}/$file ]] && found=$file && break
  done
  [[ -n $found ]] || return 0
  cmp -s "${option[directory]}/$found" "$images/$found" && return 0
  change "stage images $found" || return 0
  mkdir -p "$images"
  cp "${option[directory]}/$found" "$images/.$found.part"
  mv -f "$images/.$found.part" "$images/$found"
}

main() {
  set_mode "$1"
  local -A option=()
  read_options option "${@:2}"
  lock
  local arch file wanted got target=$staged_dir/k3s-${option[version]} part
  arch=$(machine_arch)
  file=k3s
  [[ $arch == arm64 ]] && file=k3s-arm64
  # The digest beside a staged binary was verified when it was staged; the file may have rotted since.
  if [[ -f $target && -f $target.sha256 && $(digest_of "$target") == "$(cat "$target.sha256")" ]] &&
    [[ -z ${option[sha256-$arch]:-} || ${option[sha256-$arch]} == "$(cat "$target.sha256")" ]]; then
    stage_images "$arch"
    finish
    return
  fi
  if change "stage k3s ${option[version]} ($arch)"; then
    mkdir -p "$staged_dir"
    [[ $(free_megabytes "$staged_dir") -ge $needed_megabytes ]] ||
      fail "disk full: $(free_megabytes "$staged_dir") MB free under $staged_dir, k3s needs $needed_megabytes MB; free some and run again"
    part=$target.part
    wanted=$(wanted_digest "$arch" "$file") || wanted=""
    [[ -n $wanted ]] ||
      fail "no checksum for $file: neither k3s.checksums.$arch nor sha256sum-$arch.txt ${option[directory]:+in the air-gap directory}${option[url]:+under ${option[url]}/${option[version]}}"
    bring "$file" "$part" || {
      rm -f "$part"
      fail "k3s could not be brought: $file ${option[directory]:+is not in the air-gap directory}${option[url]:+from ${option[url]}/${option[version]}}"
    }
    got=$(digest_of "$part")
    if [[ $got != "$wanted" ]]; then
      rm -f "$part"
      fail "checksum mismatch for $file ${option[version]}: wanted $wanted, got $got; nothing was installed"
    fi
    chmod 755 "$part"
    sync "$part"
    mv -f "$part" "$target"
    say "$got" >"$target.sha256"
    find "$staged_dir" -maxdepth 1 -name 'k3s-v*' ! -name "$(basename "$target")*" -delete
  fi
  stage_images "$arch"
  finish
}

main "$@"
