#!/usr/bin/env bash
# Stages the verified k3s binary under /var/lib/bramble/k3s, and the release's images where k3s takes
# them from. Nothing that runs is touched: k3s.sh puts the binary in place when it may.
# Usage: k3s-install.sh check|converge --version VERSION [--url BASE] [--directory DIR]
#          [--images required] [--sha256-amd64 DIGEST] [--sha256-arm64 DIGEST]
source "$(dirname "$0")/lib.sh"

readonly staged_dir=$state_dir/k3s
readonly images_dir=/var/lib/rancher/k3s/agent/images
readonly needed_megabytes=400
readonly needed_megabytes_images=1200

digest_of() { sha256sum "$1" | cut -d ' ' -f 1; }

# Where a release comes from, as error lines name it.
origin() {
  if [[ -n ${option[directory]:-} ]]; then
    say "in the air-gap directory"
  else
    say "under ${option[url]}/${option[version]}"
  fi
}

require_room() {
  mkdir -p "$1"
  [[ $(free_megabytes "$1") -ge $2 ]] ||
    fail "disk full: $(free_megabytes "$1") MB free under $1, $3 $2 MB; free some and run again"
}

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

# Brings a file and compares it; a file with another digest is never left behind.
# Usage: bring_verified FILE PART DIGEST
bring_verified() {
  local file=$1 part=$2 wanted=$3 got
  bring "$file" "$part" || {
    rm -f "$part"
    fail "$file could not be brought: there is none $(origin)"
  }
  got=$(digest_of "$part")
  if [[ $got != "$wanted" ]]; then
    rm -f "$part"
    fail "checksum mismatch for $file ${option[version]}: wanted $wanted, got $got; nothing was installed"
  fi
  sync "$part"
}

# The release's own digests, `<digest>  <file>` a line; told once a run.
sums_of() {
  local sums=$staged_dir/sha256sum-$1.txt
  if [[ -z ${sums_read:-} ]]; then
    mkdir -p "$staged_dir"
    bring "sha256sum-$1.txt" "$sums.part" || {
      rm -f "$sums.part"
      return 1
    }
    mv -f "$sums.part" "$sums"
    sums_read=yes
  fi
}

# Usage: listed_digest ARCHITECTURE FILE
listed_digest() {
  awk -v file="$2" '$2 == file || $2 == "*" file {print $1; exit}' "$staged_dir/sha256sum-$1.txt"
}

# Usage: wanted_digest ARCHITECTURE FILE
wanted_digest() {
  if [[ -n ${option[sha256-$1]:-} ]]; then
    say "${option[sha256-$1]}"
  elif sums_of "$1"; then
    listed_digest "$1" "$2"
  fi
}

# A staged file whose digest was verified when it was staged; it may have rotted since.
# Usage: is_staged FILE RECORD
is_staged() { [[ -f $1 && -f $2 && $(digest_of "$1") == "$(cat "$2")" ]]; }

# The tarball of images, in the form that the directory holds or the release lists first.
images_file() {
  local arch=$1 form file
  for form in tar.zst tar.gz tar; do
    file=k3s-airgap-images-$arch.$form
    if [[ -n ${option[directory]:-} ]]; then
      [[ -f ${option[directory]}/$file ]] || continue
    else
      [[ -n $(listed_digest "$arch" "$file") ]] || continue
    fi
    say "$file"
    return
  done
}

stage_images() {
  local arch=$1 file wanted part record=$staged_dir/images.sha256
  # Without being asked for, images come from a directory that has some, and never over the network.
  [[ -n ${option[images]:-} || -n ${option[directory]:-} ]] || return 0
  # A look brings nothing, not even digests.
  if [[ $mode == check ]]; then
    [[ -z ${option[images]:-} || -f $record ]] || change "stage images" || true
    return 0
  fi
  [[ -n ${option[directory]:-} ]] || sums_of "$arch" ||
    fail "no checksums for the images: sha256sum-$arch.txt is not $(origin)"
  file=$(images_file "$arch")
  if [[ -z $file ]]; then
    [[ -z ${option[images]:-} ]] || fail "no images for $arch: k3s-airgap-images-$arch.tar.zst is not $(origin)"
    return 0
  fi
  sums_of "$arch" || fail "no checksum for $file: copy sha256sum-$arch.txt of the release into the air-gap directory"
  wanted=$(listed_digest "$arch" "$file")
  [[ -n $wanted ]] || fail "no checksum for $file: sha256sum-$arch.txt $(origin) does not list it"
  [[ $(cat "$record" 2>/dev/null) == "$wanted" ]] && is_staged "$images_dir/$file" "$record" && return 0
  say "stage images $file"
  changes=$((changes + 1))
  require_room "$images_dir" "$needed_megabytes_images" "images need"
  part=$images_dir/.$file.part
  bring_verified "$file" "$part" "$wanted"
  mv -f "$part" "$images_dir/$file"
  printf '%s\n' "$wanted" | install_text "$record" 0644 >/dev/null
  find "$images_dir" -maxdepth 1 -name "k3s-airgap-images-*" ! -name "$file" -delete
}

stage_binary() {
  local arch=$1 file=k3s wanted target=$staged_dir/k3s-${option[version]}
  [[ $arch == arm64 ]] && file=k3s-arm64
  if is_staged "$target" "$target.sha256" &&
    [[ -z ${option[sha256-$arch]:-} || ${option[sha256-$arch]} == "$(cat "$target.sha256")" ]]; then
    return
  fi
  change "stage k3s ${option[version]} ($arch)" || return 0
  require_room "$staged_dir" "$needed_megabytes" "k3s needs"
  wanted=$(wanted_digest "$arch" "$file")
  [[ -n $wanted ]] ||
    fail "no checksum for $file: neither k3s.checksums.$arch nor sha256sum-$arch.txt $(origin)"
  bring_verified "$file" "$target.part" "$wanted"
  chmod 755 "$target.part"
  mv -f "$target.part" "$target"
  say "$wanted" >"$target.sha256"
  find "$staged_dir" -maxdepth 1 -name 'k3s-v*' ! -name "$(basename "$target")*" -delete
}

main() {
  set_mode "$1"
  local -A option=()
  read_options option "${@:2}"
  lock
  local arch sums_read=""
  arch=$(machine_arch)
  # Images first: a tarball that is refused leaves everything as it was.
  stage_images "$arch"
  stage_binary "$arch"
  finish
}

main "$@"
