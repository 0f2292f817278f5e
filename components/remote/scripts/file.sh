#!/usr/bin/env bash
# Writes one file from standard input: root's, whole or not at all, never echoed.
# Usage: file.sh check|converge --path PATH --mode MODE
source "$(dirname "$0")/lib.sh"

main() {
  set_mode "$1"
  local -A option=()
  read_options option "${@:2}"
  # A full disk is told before the old file is touched: install_text writes beside it first.
  install_text "${option[path]}" "${option[mode]}"
  finish
}

main "$@"
