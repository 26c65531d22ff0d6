#!/usr/bin/env bash
# `vite build --watch` does not copy a file of `public` that changes; the next build for another reason brings it.
#
# Guessed before: `public` is watched like the modules, and a changed file is in `dist` at once. And the output folder is emptied
# once, before the first build.
# Seen (vite 8.4.0): a save in `public` starts no build, so `dist` keeps the old file. A save in a module starts one, which
# removes everything in `dist`, the files of `public` included, and writes all of it again.
#
# Who meets it: an extension whose `.qext` lies in `public`. A new version there is not uploaded by `qlik-sync watch` until a module
# is saved, and the version then comes with that change. docs/watching.md says so. That the manifest is gone for a moment at each
# build is waited for (test/acceptance/watch-deletes.test.ts).
set -euo pipefail
work=$(mktemp -d)
trap 'kill "${watching:-}" 2> /dev/null || true; rm -rf "$work"' EXIT
cd "$work"
npm init -y > /dev/null
npm install --silent --no-audit --no-fund vite@8.4.0
mkdir src public
echo 'export default 1' > src/card.js
echo '{ "version": "1.0.0" }' > public/card.qext
echo 'export default { build: { lib: { entry: "src/card.js", formats: ["es"], fileName: "card" } } }' > vite.config.mjs

await() { # file, text: until the file in dist has it, at most a minute
  for _ in $(seq 600); do
    grep -qs "$2" "dist/$1" && break
    sleep 0.1
  done
}
version() { grep -o '[0-9.]*' dist/card.qext | grep '[0-9]'; }
node_modules/.bin/vite build --watch > log 2>&1 &
watching=$!
await card.js 1
await card.qext 1.0.0
sleep 2
seen="at first: $(version)"
touch dist/not-of-the-build
builds=$(grep -c 'built in' log || true)
echo '{ "version": "2.0.0" }' > public/card.qext
sleep 8
seen+="
8 s after a save in public: $(version), $(($(grep -c 'built in' log || true) - builds)) builds"
echo 'export default 2' > src/card.js
await card.qext 2.0.0
await card.js 2
seen+="
after a save in a module: $(version), $([ -e dist/not-of-the-build ] && echo 'the folder as it was' || echo 'the folder emptied')"
echo "$seen"
expected='at first: 1.0.0
8 s after a save in public: 1.0.0, 0 builds
after a save in a module: 2.0.0, the folder emptied'
diff <(echo "$expected") <(echo "$seen") && echo 'as found on 2026-11-29 (vite 8.4.0)'
