#!/usr/bin/env bash
# Two machines that mount a bucket with s3fs can both get a lock of proper-lockfile. Needs root and /dev/fuse.
#
# Guessed before: whoever lists a folder or opens a file asks the bucket, so that a renewed lock is seen, and a file that another
# machine replaced is read whole, new or old.
# Seen (s3fs 1.90, proper-lockfile 4.1.2, Node 20): size and time of a file that one mount has looked at stay as they were (for 15
# minutes, its manual says), while lists show new names at once. The first read of a file that the other mount replaced by a longer
# one is the new text, cut at the old length, without an error. A lock that A renews every 5 seconds looks abandoned to B after the
# 20 seconds that it was given; B takes it away and has it. A goes on, and is told (`onCompromised`) only if it renews in the moment
# in which B removes and makes it. On one mount, B never gets it.
#
# Who meets it: whoever shares a folder through s3fs and relies on times in it, as locks do. The lock in a store of qlik-sync does
# (`"store": "file:///…"`): `store check` warns where s3fs or rclone mounts the folder, docs/store.md says to name the bucket
# itself, and the empty objects that s3fs puts for folders are no longer taken for a lock that nobody can read
# (test/store/mount.test.ts, test/store/drivers.test.ts).
set -euo pipefail
if [ "${MOUNTS:-shared}" = shared ]; then MOUNTS=own exec unshare --mount bash "$0"; fi
work=$(mktemp -d)
trap 'umount "$work/A" "$work/B" 2> /dev/null || true; kill "${bucket:-}" 2> /dev/null || true; wait; rm -rf "$work"' EXIT
cd "$work"
apt-get download -qq s3fs=1.90-1 libfuse2=2.9.9-6+b1 > /dev/null 2>&1
for package in ./*.deb; do dpkg -x "$package" root; done
npm init -y > /dev/null
npm install --silent --no-audit --no-fund s3rver@3.7.1 proper-lockfile@4.1.2
cat > bucket.cjs <<'JS'
const S3rver = require('s3rver');
const options = { port: 0, address: '127.0.0.1', silent: true, directory: `${__dirname}/objects`, configureBuckets: [{ name: 'shared' }] };
new S3rver(options).run().then(({ port }) => console.log(port));
JS
node bucket.cjs > port &
bucket=$!
until [ -s port ]; do sleep 0.1; done
(umask 077 && echo S3RVER:S3RVER > password)
mkdir A B
for mount in A B; do
  LD_LIBRARY_PATH=$(echo root/lib/*-linux-gnu) root/usr/bin/s3fs shared "$mount" \
    -o "passwd_file=$work/password,url=http://127.0.0.1:$(cat port),use_path_request_style"
  until mountpoint --quiet "$mount"; do sleep 0.1; done
done
cat > try.cjs <<'JS'
const { readFileSync, readdirSync, renameSync, statSync, writeFileSync } = require('node:fs');
const { setTimeout: sleep } = require('node:timers/promises');
const { lock } = require('proper-lockfile');

function replace(text) {
  writeFileSync('A/new', text);
  renameSync('A/new', 'A/settings.json');
}
replace('{"version":1}');
statSync('B/settings.json');
replace('{"version":2,"more":"text"}');
writeFileSync('A/other.json', '{}');
console.log(`B lists: ${readdirSync('B').join(' ')}`);
console.log(`B reads: ${readFileSync('B/settings.json', 'utf8')}`);

async function share(path, other) {
  writeFileSync(path, '');
  const options = { realpath: false, stale: 20_000, update: 5_000, onCompromised: () => undefined };
  await lock(path, options);
  const answers = [];
  for (const end = Date.now() + 35_000; Date.now() < end && answers.at(-1) !== 'got it'; await sleep(1_000))
    answers.push(await lock(other, options).then(() => 'got it', ({ code }) => code));
  return [...new Set(answers)].join(', then ');
}
(async () => {
  console.log(`A holds the lock of A/one, asked for A/one: ${await share('A/one', 'A/one')}`);
  console.log(`A holds the lock of A/two, asked for B/two: ${await share('A/two', 'B/two')}`);
  process.exit();
})();
JS
seen=$(node try.cjs)
echo "$seen"
expected='B lists: other.json settings.json
B reads: {"version":2,
A holds the lock of A/one, asked for A/one: ELOCKED
A holds the lock of A/two, asked for B/two: ELOCKED, then got it'
diff <(echo "$expected") <(echo "$seen") && echo 'as found on 2026-11-30 (s3fs 1.90, proper-lockfile 4.1.2)'
