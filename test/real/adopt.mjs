/**
 * Acceptance on real extensions that somebody else deployed: nineteen that Qlik publishes on npm and two of the old
 * style, uploaded to an empty sandbox half by `@qlik/api` and half by `zip` and `curl`. `pull` must write exactly
 * their files, after `adopt` the plan must be empty, and applying twice must write nothing.
 * Needs the npm registry, `zip` and `curl`, so it is not part of the tests: `npm run test:real`.
 */

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createQlikApi } from '@qlik/api';
import { listRequest } from '../bench/servers.mjs';
import { linesOf, readFiles } from './files.mjs';
import { fetchPackage } from './packages.mjs';
import { startSandbox } from './sandbox.mjs';
import { say } from './say.mjs';

const packages = [
  ['action-button', '1.23.0'],
  ['bar-chart', '2.14.0'],
  ['bullet-chart', '1.22.1'],
  ['combo-chart', '1.26.5'],
  ['filter-pane', '0.14.0'],
  ['funnel-chart', '1.6.1'],
  ['grid-chart', '1.11.1'],
  ['kpi', '1.0.0'],
  ['line-chart', '1.47.7'],
  ['map', '0.9.2'],
  ['mekko-chart', '1.4.7'],
  ['nav-menu', '0.14.1'],
  ['org-chart', '1.0.3'],
  ['pie-chart', '1.26.7'],
  ['pivot-table', '2.6.1'],
  ['sankey-chart', '1.10.0'],
  ['scatter-plot', '3.44.0'],
  ['slider', '0.20.0'],
  ['table', '2.9.1'],
];

/** Built folders of `sense-extension-recipes`, which people copied for years. */
const recipes = {
  'qssample-angularjs-basicexample': 'Angular-BasicExample/dist',
  'qssample-angular-events': 'Angular-Events/dist_dev',
};

const scratch = mkdtempSync(join(tmpdir(), 'qlik-sync-adopt-'));
const originals = join(scratch, 'originals');
const folder = join(scratch, 'project');
const sandbox = await startSandbox();
const { url, apiKey } = sandbox;
const qlikSync = (...args) => sandbox.qlikSync(folder, ...args);

try {
  mkdirSync(folder);
  writeFileSync(
    join(folder, 'qlik-sync.config.json'),
    JSON.stringify({ project: 'real', extensions: ['extensions/*'] }),
  );
  for (const [name, version] of packages) {
    const store = join(scratch, 'packages', name);
    fetchPackage(`@nebula.js/sn-${name}@${version}`, store);
    cpSync(join(store, `sn-${name}-ext`), join(originals, `sn-${name}`), { recursive: true });
  }
  const store = join(scratch, 'packages', 'recipes');
  fetchPackage('sense-extension-recipes@0.2.1', store);
  for (const [name, path] of Object.entries(recipes)) {
    cpSync(join(store, path), join(originals, name), { recursive: true });
  }
  const names = readdirSync(originals).sort();
  assert.equal(names.length, 21);
  for (const [index, name] of names.entries()) {
    const zip = zipUp(name, index % 4 < 2 ? 'wrapped' : 'bare');
    await (index % 2 === 0 ? uploadByApi(zip) : uploadByCurl(zip));
  }
  say(`uploaded ${names.length}: half by @qlik/api, half by zip and curl, half of each in a wrapping folder`);

  const pulled = qlikSync('pull', '--json');
  assert.deepEqual(
    pulled.pulled.map(({ name, result, leftOut }) => [name, result, leftOut]),
    names.map((name) => [name, 'written', []]),
  );
  for (const name of names) {
    const [ours, theirs] = [join(folder, 'extensions', name), join(originals, name)];
    assert.deepEqual(linesOf(readFiles(ours)), linesOf(readFiles(theirs)));
  }
  say('pulled: every folder holds exactly the files that were uploaded');

  await sandbox.forgetRequests();
  const adopted = qlikSync('adopt', '*', '--yes', '--json');
  assert.deepEqual(
    adopted.outcomes.map(({ action, status }) => `${action} ${status}`),
    names.map(() => 'update done'),
  );
  say(`adopted ${adopted.outcomes.length} with ${(await sandbox.requests()).length} requests`);

  const { summary } = qlikSync('plan', '--detailed-exitcode', '--json');
  assert.equal(summary.unchanged, names.length);
  assert.equal(summary.create + summary.update + summary.replace + summary.delete + summary.blocked, 0);
  qlikSync('drift', '--verify', '--json');
  await sandbox.forgetRequests();
  for (const run of [1, 2])
    assert.deepEqual(qlikSync('apply', '--yes', '--json').outcomes, [], `apply ${run}`);
  assert.deepEqual(await sandbox.requests(), [listRequest, listRequest]);
  say('the plan is empty, drift --verify finds nothing, and applying twice writes nothing');
} finally {
  await sandbox.stop();
  rmSync(scratch, { recursive: true, force: true });
}

function zipUp(name, shape) {
  const zip = join(scratch, `${name}.zip`);
  const [cwd, what] = shape === 'wrapped' ? [originals, name] : [join(originals, name), '.'];
  execFileSync('zip', ['-qr', zip, what], { cwd });
  return zip;
}

async function uploadByApi(zip) {
  const qlik = createQlikApi({ hostConfig: { host: url, apiKey } });
  const { status } = await qlik.extensions.uploadExtension({ file: Uint8Array.from(readFileSync(zip)) });
  assert.equal(status, 201);
}

function uploadByCurl(zip) {
  const args = ['-sSf', '--noproxy', '*', '-H', `Authorization: Bearer ${apiKey}`, '-F', `file=@${zip}`];
  execFileSync('curl', [...args, `${url}/api/v1/extensions`], { encoding: 'utf8' });
}
