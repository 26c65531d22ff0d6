#!/usr/bin/env bash
# `nebula build` writes the current year into the script, so the same source gives another extension in January.
#
# Guessed before: two builds of one source with one version of the tools differ in nothing, whenever they are made, since two builds
# of one day do not.
# Seen (@nebula.js/cli-build 5.17.0): the bundle's first comment says "Copyright (c) <this year>", minified too; its other lines are
# the same. There is no option for it, and SOURCE_DATE_EPOCH is not asked.
#
# Who meets it: a pipeline that builds before it compares. On New Year's Day every extension of the house counts as changed and is
# uploaded once, with the version that it had; with `"versionPolicy": "enforce"` each one is blocked. docs/pipelines.md says so.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
cat > package.json <<'JSON'
{
  "name": "card",
  "version": "1.0.0",
  "author": "A Company",
  "license": "MIT",
  "main": "dist/card.js",
  "peerDependencies": { "@nebula.js/stardust": ">=5" }
}
JSON
npm install --silent --no-audit --no-fund --no-save --legacy-peer-deps @nebula.js/cli-build@5.17.0
mkdir src
echo "import { useElement } from '@nebula.js/stardust';
export default () => ({ component: () => useElement().replaceChildren('1') });" > src/index.js

# The year is moved in Node alone, so that it needs no rights on the machine's clock.
cat > later.cjs <<'JS'
const RealDate = Date;
globalThis.Date = class extends RealDate {
  constructor(...parts) {
    super(...(parts.length > 0 ? parts : [RealDate.now()]));
    if (parts.length === 0) this.setFullYear(this.getFullYear() + Number(process.env.YEARS));
  }
};
JS
build() { # years from now, file
  SOURCE_DATE_EPOCH=1700000000 YEARS=$1 node --require ./later.cjs -e "require('@nebula.js/cli-build')()" > log 2>&1 || cat log
  cp dist/card.js "$2"
}
build 0 first.js
build 0 second.js
build 1 next-year.js
year=$(date +%Y)
lines=$(diff first.js next-year.js | grep '^[<>]' || true)
seen="this year, twice: $(cmp -s first.js second.js && echo the same || echo different)
a year later: $(cmp -s first.js next-year.js && echo the same || echo different)
$(echo "$lines" | sed "s/$year/this year/; s/$((year + 1))/next year/")"
echo "$seen"
expected='this year, twice: the same
a year later: different
< * Copyright (c) this year A Company
> * Copyright (c) next year A Company'
diff <(echo "$expected") <(echo "$seen") && echo 'as found on 2026-11-29 (@nebula.js/cli-build 5.17.0)'
