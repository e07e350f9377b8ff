#!/usr/bin/env bash
# Stops the engine that up.sh started in FOLDER, and all that it runs; its images stay.
#   down.sh FOLDER
set -euo pipefail
folder=$1
[ -e "$folder/pid" ] || exit 0
engine=$(cat "$folder/pid")
if kill "$engine" 2> /dev/null; then
  for _ in $(seq 600); do
    kill -0 "$engine" 2> /dev/null || break
    sleep 0.05
  done
  kill -KILL "$engine" 2> /dev/null || true
fi
rm -f "$folder/pid"
