#!/usr/bin/env bash
# Runs the lab's engine as if it were the CLI; BRAMBLE_ENGINE names this file.
# Usage: engine.sh up|destroy [OPTION...]
#        engine.sh stack output kubeconfig [OPTION...]
set -euo pipefail

cd "$(dirname "$(readlink -f "$0")")/../.."
exec node --import tsx lab/engine/main.ts "$@"
