#!/usr/bin/env bash
# chokidar reports the first update of a mounted ConfigMap, and none of those that follow.
#
# Kubernetes mounts a ConfigMap as links: `card.js` → `..data/card.js`, and `..data` → a folder with a date for its name. An update
# makes a new folder, renames a new `..data` over the old one and removes the old folder.
#
# Guessed before: a watcher that follows links reports `card.js` at each update, or, as some issues of watchers have it, at none.
# Seen (chokidar 5.0.0, 4.0.3, 3.6.0, Linux): "change card.js" at the first update and silence from then on, whether the folder or
# the files themselves are watched: it listens to the file that the link led to at first, and hears of its removal. With
# `usePolling` every update is reported. watchpack 2.4.4, which webpack has, reports all with `followSymlinks` and none without.
#
# Who meets it: whoever mounts extensions or a config from a ConfigMap or a Secret and has a watcher send them on. A try with one
# update passes; in production the second version never arrives. `qlik-sync watch` asks chokidar for the events of folders alone,
# takes a new `..data` as a reason to look, and so sees each one at once (test/source/watch/watch.test.ts).
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y > /dev/null
npm install --silent --no-audit --no-fund chokidar5@npm:chokidar@5.0.0 chokidar4@npm:chokidar@4.0.3 chokidar3@npm:chokidar@3.6.0 \
  watchpack@2.4.4
cat > try.mjs <<'JS'
import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import Watchpack from 'watchpack';

const update = (number) => {
  mkdirSync(`mount/..${number}`, { recursive: true });
  writeFileSync(`mount/..${number}/card.js`, String(number));
  symlinkSync(`..${number}`, 'mount/..data_tmp');
  renameSync('mount/..data_tmp', 'mount/..data');
  rmSync(`mount/..${number - 1}`, { recursive: true, force: true });
};
update(1);
symlinkSync('..data/card.js', 'mount/card.js');

const told = new Map();
let current = 0;
const listen = (title) => {
  told.set(title, new Set());
  return (path) => path.endsWith('mount/card.js') && told.get(title).add(current);
};
for (const version of [5, 4, 3]) {
  const chokidar = await import(`chokidar${version}`);
  const watch = chokidar.watch ?? chokidar.default.watch;
  for (const [title, target, options] of [
    ['the folder', 'mount', {}],
    ['the file', 'mount/card.js', {}],
    ['the folder, polling', 'mount', { usePolling: true, interval: 100 }],
  ]) {
    const at = listen(`chokidar ${version}, ${title}`);
    const watcher = watch(target, { ignoreInitial: true, ...options }).on('change', at);
    await new Promise((resolve) => watcher.on('ready', resolve));
  }
}
for (const followSymlinks of [true, false]) {
  const watcher = new Watchpack({ aggregateTimeout: 20, followSymlinks });
  watcher.on('change', listen(`watchpack, followSymlinks ${followSymlinks}`));
  watcher.watch({ files: [`${process.cwd()}/mount/card.js`], startTime: Date.now() });
}
await setTimeout(2_000);
for (const number of [2, 3, 4]) {
  current = number - 1;
  update(number);
  await setTimeout(4_000);
}
for (const [title, updates] of told) console.log(`${title}: ${updates.size === 0 ? 'no update' : `updates ${[...updates].join(' ')}`}`);
process.exit();
JS
seen=$(node try.mjs)
echo "$seen"
expected='chokidar 5, the folder: updates 1
chokidar 5, the file: updates 1
chokidar 5, the folder, polling: updates 1 2 3
chokidar 4, the folder: updates 1
chokidar 4, the file: updates 1
chokidar 4, the folder, polling: updates 1 2 3
chokidar 3, the folder: updates 1
chokidar 3, the file: updates 1
chokidar 3, the folder, polling: updates 1 2 3
watchpack, followSymlinks true: updates 1 2 3
watchpack, followSymlinks false: no update'
diff <(echo "$expected") <(echo "$seen") && echo 'as found on 2026-11-29 (chokidar 5.0.0, 4.0.3, 3.6.0)'
