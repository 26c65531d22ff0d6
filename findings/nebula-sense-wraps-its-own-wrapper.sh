#!/usr/bin/env bash
# `nebula sense --output dist`, given the folder of the build, works once; a second run replaces the bundle by a script that asks
# for a file which is nowhere, with exit code 0.
#
# Guessed before: it refuses a folder that holds what it copies, as `--output .` does; or a second run gives what the first gave.
# Seen (@nebula.js/cli-sense 5.17.0): it copies `dist/card.js` to `dist/dist/card.js` and then writes its own script, one line that
# asks for `./dist/card`, over `dist/card.js`. The next run takes that line for the bundle and copies it: both files ask for
# `./dist/card` now, and the bundle is gone until the next build. There is no message.
#
# Who meets it: whoever wants bundle and `.qext` in one folder and runs `nebula sense` again without `nebula build` before, after a
# change of the icon, say. Sheets show "Invalid visualization". qlik-sync refuses such a folder (missing-module) and says how it
# came about (test/core/modules.test.ts).
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
mkdir dist
echo '{ "name": "card", "version": "1.0.0", "main": "dist/card.js" }' > package.json
npm install --silent --no-audit --no-fund --no-save @nebula.js/cli-sense@5.17.0
bundle='define(["@nebula.js/stardust"], (stardust) => () => ({ component() {} }));'
echo "$bundle" > dist/card.js

look() {
  for file in dist/card.js dist/dist/card.js; do
    if [ "$(cat "$file")" = "$bundle" ]; then echo "  $file: the bundle"; else echo "  $file: asks for $(grep -o "'[^']*'" "$file")"; fi
  done
  echo "  dist/dist/dist/card.js: $([ -e dist/dist/dist/card.js ] && echo there || echo nowhere)"
}
sense() { # output → exit code
  node -e "require('@nebula.js/cli-sense')({ output: '$1' }).catch(() => process.exit(1))" && echo "exit code 0" || echo "exit code 1"
}
seen="once: $(sense dist)
$(look)
twice: $(sense dist)
$(look)
--output .: $(sense .)"
echo "$seen"
expected="once: exit code 0
  dist/card.js: asks for './dist/card'
  dist/dist/card.js: the bundle
  dist/dist/dist/card.js: nowhere
twice: exit code 0
  dist/card.js: asks for './dist/card'
  dist/dist/card.js: asks for './dist/card'
  dist/dist/dist/card.js: nowhere
--output .: exit code 1"
diff <(echo "$expected") <(echo "$seen") && echo 'as found on 2026-11-29 (@nebula.js/cli-sense 5.17.0)'
