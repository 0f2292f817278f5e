#!/bin/sh
# Takes custom resource definitions out of a chart. Runs in the image of Helm, which has no bash.
# Usage: fetch-definitions.sh <folder for them> <chart> <version> <repository URL or -> <name>...
# A chart is an oci:// address, a name in the repository, or an archive.
set -eu

target=$1 chart=$2 version=$3 repository=$4
shift 4

work=$(mktemp -d)
case $chart in
  /*) tar -xzf "$chart" -C "$work" ;;
  oci://*) helm pull "$chart" --version "$version" --untar --untardir "$work" ;;
  *) helm pull "$chart" --version "$version" --repo "$repository" --untar --untardir "$work" ;;
esac

for name in "$@"; do
  file=$(grep -lx "  name: $name" "$work"/*/crds/*.yaml | head -n 1) || true
  if [ -z "$file" ]; then
    echo "the chart has no definition $name" >&2
    exit 1
  fi
  cp "$file" "$target/$name.yaml"
done
