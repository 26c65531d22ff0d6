#!/usr/bin/env bash
# Nx gives restored output the times of its first build, so a revert makes files older than what was made of those they replace.
#
# Guessed before: output that comes from a cache is as new as if it had just been built, since to every tool that reads it that is
# what it is.
# Seen (nx 24.0.6): build 1, build 2, back to the source of 1: `dist/card.js` has the content of 1 and the time of the first build,
# before build 2. turbo 2.11.11, wireit 0.14.13 and backfill 6.4.18 give it the time of now. What compares times takes it for done:
# gulp-newer 1.4.0 does not pack again, and make 4.3 finds its target up to date: both go on shipping what was reverted, with exit
# code 0.
#
# Who meets it: a team that reverts a bad version of an extension in an Nx workspace and packs or sends what is newer. Only removing
# the target, or forcing it, helps. qlik-sync compares content, and what spares it reading, its index and the rounds of `watch`,
# goes by the inode and the time of the last change as well (test/source/index-file.test.ts); `watch` uploads at each restore.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
mkdir deb card
(cd deb && apt-get download -qq make=4.3-4.1 > /dev/null 2>&1 && dpkg -x make_*.deb .)
echo '{ "private": true, "packageManager": "npm@10.8.2", "workspaces": ["card"] }' > package.json
npm install --silent --no-audit --no-fund nx@24.0.6 turbo@2.11.11 wireit@0.14.13 backfill@6.4.18 \
  gulp@5.0.1 gulp-newer@1.4.0 gulp-zip@6.1.0
export NX_DAEMON=false NX_NO_CLOUD=true TURBO_TELEMETRY_DISABLED=1 DO_NOT_TRACK=1
printf '%s\n' node_modules dist .nx .turbo > .gitignore
echo '{ "targetDefaults": { "build": { "cache": true, "inputs": ["{projectRoot}/src"], "outputs": ["{projectRoot}/dist"] } } }' > nx.json
echo '{ "tasks": { "build": { "inputs": ["src"], "outputs": ["dist/**"] } } }' > turbo.json
cat > card/package.json <<'JSON'
{
  "name": "card",
  "version": "1.0.0",
  "scripts": { "build": "node build.mjs", "wired": "wireit" },
  "wireit": { "wired": { "command": "node build.mjs", "files": ["src"], "output": ["dist/**"] } }
}
JSON
echo 'module.exports = { outputGlob: ["dist/**"] };' > card/backfill.config.js
cat > card/build.mjs <<'JS'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
mkdirSync('dist', { recursive: true });
writeFileSync('dist/card.js', readFileSync('src'));
JS
cat > gulpfile.cjs <<'JS'
const { dest, src } = require('gulp');
const newer = require('gulp-newer');
exports.pack = async () => {
  const { default: zip } = await import('gulp-zip');
  await new Promise((done, failed) =>
    src('card/dist/*').pipe(newer('card.zip')).pipe(zip('card.zip')).pipe(dest('.')).on('finish', done).on('error', failed));
};
JS
printf 'made.js: card/dist/card.js\n\tcp $< $@\n' > Makefile
git init --quiet .
git add .gitignore package.json card
git -c user.name=t -c user.email=t@example.com commit --quiet --message=1

builders=(
  'nx build card'
  'turbo run build --no-daemon'
  'npm run wired --workspace card'
  'backfill -- node build.mjs'
)
export PATH="$work/node_modules/.bin:$PATH"
build() { # command; in its package where it knows no workspaces
  local where=.
  [[ $1 == *backfill* ]] && where=card
  (cd "$where" && CI=true $1 > "$work/log" 2>&1) || cat "$work/log"
  sleep 1.1
}
ship() {
  gulp --silent pack > log 2>&1 || cat log
  deb/usr/bin/make --silent
}
seen=$(
  for builder in "${builders[@]}"; do
    rm -rf card/dist card.zip made.js .nx
    for version in 1 2; do
      echo "version($version)" > card/src
      build "$builder"
      ship
    done
    echo 'version(1)' > card/src
    touch before
    build "$builder"
    ship
    age=$([ card/dist/card.js -nt before ] && echo now || echo 'of the first build')
    name=$(grep -o 'nx\|turbo\|wired\|backfill' <<< "$builder")
    echo "$name: dist has $(cat card/dist/card.js), time $age; zip $(unzip -p card.zip card.js), make $(cat made.js)"
  done
)
echo "$seen"
expected='nx: dist has version(1), time of the first build; zip version(2), make version(2)
turbo: dist has version(1), time now; zip version(1), make version(1)
wired: dist has version(1), time now; zip version(1), make version(1)
backfill: dist has version(1), time now; zip version(1), make version(1)'
diff <(echo "$expected") <(echo "$seen") && echo 'as found on 2026-11-30 (nx 24.0.6)'
