#!/usr/bin/env bash
# Starts a Docker Engine beside any other, in a folder of its own:
#   up.sh FOLDER [FLAG…]
# FOLDER/docker.sock is where it listens, FOLDER/pid and FOLDER/log tell of it; more flags go to dockerd. Its containers
# have no network but the machine's own, and no rule of the machine's firewall is touched. Needs root.
set -euo pipefail
folder=$1
shift
[ -x /usr/sbin/dockerd ] || { echo "no dockerd here: install the package docker.io" >&2; exit 1; }
((EUID == 0)) || { echo "an engine of one's own needs root" >&2; exit 1; }
mkdir -p "$folder"
if [ -e "$folder/pid" ] && kill -0 "$(cat "$folder/pid")" 2> /dev/null; then
  echo "there is one already" >&2
  exit 1
fi
# Whether it answers before it ends, or a minute is over.
begin() {
  rm -f "$folder/pid" "$folder/docker.sock"
  setsid /usr/sbin/dockerd --host "unix://$folder/docker.sock" --data-root "$folder/data" --exec-root "$folder/exec" \
    --pidfile "$folder/pid" --bridge none --iptables=false "$@" < /dev/null >> "$folder/log" 2>&1 &
  local engine=$!
  for _ in $(seq 1200); do
    curl -sf --unix-socket "$folder/docker.sock" http://engine/_ping > /dev/null 2>&1 && return
    kill -0 "$engine" 2> /dev/null || return 1
    sleep 0.05
  done
  return 1
}

# One that comes after a killed one gives up when the containerd that it finds is slow to answer.
for _ in 1 2 3; do
  if begin "$@"; then exit 0; fi
done
echo "dockerd did not begin to answer; the end of $folder/log:" >&2
tail -n 5 "$folder/log" >&2
exit 1
