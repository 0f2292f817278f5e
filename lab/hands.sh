#!/usr/bin/env bash
# Does to a lab's hosts what hands do to real ones; BRAMBLE_HANDS names this file.
# Usage: hands.sh reflash|power-on HOST
set -euo pipefail

cd "$(dirname "$(readlink -f "$0")")/.."
exec node --import tsx lab/hands.ts "$@"
