#!/usr/bin/env bash
# esbuild in watch mode removes every file that it wrote while one module has an error, those of other entries too.
#
# Guessed before: after a syntax error the last good output stays, or at most the output of the entry with the error goes.
# Seen (esbuild 0.28.2): two entries that share nothing and the CSS of one are built by one `--watch`. A syntax error in one entry
# removes all three files; the folder stays, empty. They come back when it is mended. A single build with the same error, without
# `--watch`, leaves what was there.
#
# Who meets it: `qlik-sync watch` on a folder that esbuild writes to. It waits while the script, the manifest or a module that is
# asked for by name is gone; a file that only code names, such as a worker, is a file that was removed, and the extension is
# uploaded without it until the error is mended. docs/watching.md says so; test/acceptance/watch.test.ts.
set -euo pipefail
work=$(mktemp -d)
trap 'kill "${watching:-}" 2> /dev/null || true; rm -rf "$work"' EXIT
cd "$work"
npm init -y > /dev/null
npm install --silent --no-audit --no-fund esbuild@0.28.2
echo 'import "./card.css"; console.log("card")' > card.js
echo '.card {}' > card.css
echo 'console.log("worker")' > worker.js
esbuild=node_modules/.bin/esbuild

await() { # wanted: until `ls dist` says so, at most a minute
  for _ in $(seq 600); do
    [ "$(ls dist 2> /dev/null | tr '\n' ' ')" = "$1" ] && break
    sleep 0.1
  done
  ls dist | tr '\n' ' '
}
all='card.css card.js worker.js '
seen=$(
  $esbuild card.js worker.js --bundle --outdir=dist --log-level=silent
  echo "built: $(await "$all")"
  echo 'console.log(' > worker.js
  code=0
  $esbuild card.js worker.js --bundle --outdir=dist --log-level=silent || code=$?
  echo "an error, built once: exit $code, $(await "$all")"
)
echo 'console.log("worker")' > worker.js
rm -r dist
$esbuild card.js worker.js --bundle --outdir=dist --log-level=silent --watch=forever &
watching=$!
seen+="
watched: $(await "$all")"
echo 'console.log(' > worker.js
seen+="
an error in the worker: $(await '')"
echo 'console.log("mended")' > worker.js
seen+="
mended: $(await "$all")"
echo "$seen"
expected='built: card.css card.js worker.js 
an error, built once: exit 1, card.css card.js worker.js 
watched: card.css card.js worker.js 
an error in the worker: 
mended: card.css card.js worker.js '
diff <(echo "$expected") <(echo "$seen") && echo 'as found on 2026-11-29 (esbuild 0.28.2)'
