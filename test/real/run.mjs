/**
 * Acceptance on real extensions: thirteen that Qlik publishes on npm, in two versions each, are applied to an empty
 * sandbox by the built command line. Every stored archive must pass `unzip -t` and unpack to exactly the kept files;
 * applying again must write nothing; moving half of them to another version must update exactly those.
 * Needs the npm registry and `unzip`, so it is not part of the tests: `npm run test:real`.
 */

import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { listRequest } from '../bench/servers.mjs';
import { linesOf, readArchive, readFiles } from './files.mjs';
import { fetchPackage } from './packages.mjs';
import { startSandbox } from './sandbox.mjs';
import { say } from './say.mjs';

/** Package, the version to begin with, the version to move to. */
const packages = [
  ['action-button', '1.23.0', '1.23.0'],
  ['bar-chart', '1.39.14', '2.14.0'],
  ['bullet-chart', '1.19.6', '1.22.1'],
  ['combo-chart', '1.23.1', '1.26.5'],
  ['funnel-chart', '1.5.3', '1.6.1'],
  ['grid-chart', '1.8.6', '1.11.1'],
  ['kpi', '0.13.4', '1.0.0'],
  ['line-chart', '1.30.10', '1.47.7'],
  ['mekko-chart', '1.4.0', '1.4.7'],
  ['pie-chart', '1.26.2', '1.26.7'],
  ['pivot-table', '2.3.0', '2.6.1'],
  ['sankey-chart', '1.8.1', '1.10.0'],
  ['table', '2.7.0', '2.9.1'],
];

const folder = mkdtempSync(join(tmpdir(), 'qlik-sync-real-'));
const sandbox = await startSandbox();
const apply = () => sandbox.qlikSync(folder, 'apply', '--yes', '--json');

try {
  const config = { project: 'real', extensions: ['extensions/*'] };
  writeFileSync(join(folder, 'qlik-sync.config.json'), JSON.stringify(config));
  for (const [name, version] of packages) install(name, version);

  const first = apply();
  assert.equal(first.summary.create, packages.length);
  say(
    `created ${first.summary.create}, findings: ${first.findings.map(({ rule, extension }) => `${rule} ${extension}`).join(', ') || 'none'}`,
  );
  for (const [name] of packages) await checkArchive(`sn-${name}`);
  say('every stored archive passes unzip -t and unpacks to exactly the kept files');

  await sandbox.forgetRequests();
  assert.equal(apply().summary.unchanged, packages.length);
  assert.deepEqual(await sandbox.requests(), [listRequest]);
  say('applied again: one list request, no write');

  const moved = packages.filter(([, from, to], index) => from !== to && index % 2 === 1);
  for (const [name, , to] of moved) install(name, to);
  await sandbox.forgetRequests();
  const update = apply();
  const updated = update.outcomes.map(({ name, action, status }) => `${name} ${action} ${status}`).sort();
  assert.deepEqual(updated, moved.map(([name]) => `sn-${name} update done`).sort());
  // Each record is looked at right before it is written.
  const needed = 1 + 2 * moved.length;
  assert.equal((await sandbox.requests()).length, needed);
  for (const [name] of moved) await checkArchive(`sn-${name}`);
  say(`moved ${moved.length} to another version: exactly those were updated, with ${needed} requests`);
} finally {
  await sandbox.stop();
  rmSync(folder, { recursive: true, force: true });
}

/** The folder that `nebula sense` built, as the package ships it. */
function install(name, version) {
  const store = join(folder, 'packages', `${name}-${version}`);
  fetchPackage(`@nebula.js/sn-${name}@${version}`, store);
  const target = join(folder, 'extensions', `sn-${name}`);
  rmSync(target, { recursive: true, force: true });
  cpSync(join(store, `sn-${name}-ext`), target, { recursive: true });
}

async function checkArchive(name) {
  const stored = readArchive(await sandbox.download(name), folder);
  assert.deepEqual(linesOf(stored), keptLines(join(folder, 'extensions', name)));
}

/** Said again here, apart from the code under test: a name and a suffix, and none of the suffixes ignored by default. */
function keptLines(root) {
  const ignored =
    /(^|\/)\.|\.(zip|7z|rar|gz|tgz|qvf|qvd|qvw|bat|cmd|ps1|sh|exe|dll|so|jar) |(^|\/)(node_modules|bower_components)\//;
  return linesOf(readFiles(root)).filter(
    (line) => !ignored.test(line) && /[^/.][^/]*\.[^/.\s]+ [0-9a-f]{64}$/.test(line),
  );
}
