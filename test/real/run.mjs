/**
 * Acceptance on real extensions: thirteen that Qlik publishes on npm, in two versions each, are applied to an empty
 * sandbox by the built command line. Every stored archive must pass `unzip -t` and unpack to exactly the kept files;
 * applying again must write nothing; moving half of them to another version must update exactly those.
 * Needs the npm registry and `unzip`, so it is not part of the tests: `npm run test:real`.
 */

import assert from 'node:assert/strict';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';

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

const cli = resolve('dist/cli.js');
const folder = mkdtempSync(join(tmpdir(), 'qlik-sync-real-'));
const { server, url, apiKey } = await startSandbox();

try {
  const config = { project: 'real', extensions: ['extensions/*'] };
  writeFileSync(join(folder, 'qlik-sync.config.json'), JSON.stringify(config));
  for (const [name, version] of packages) install(name, version);

  const first = qlikSync('apply', '--yes', '--json');
  assert.equal(first.summary.create, packages.length);
  say(
    `created ${first.summary.create}, findings: ${first.findings.map(({ rule, extension }) => `${rule} ${extension}`).join(', ') || 'none'}`,
  );
  for (const [name] of packages) await checkArchive(`sn-${name}`);
  say('every stored archive passes unzip -t and unpacks to exactly the kept files');

  await clearRequests();
  assert.equal(qlikSync('apply', '--yes', '--json').summary.unchanged, packages.length);
  assert.deepEqual(await requests(), ['GET /api/v1/extensions']);
  say('applied again: one list request, no write');

  const moved = packages.filter(([, from, to], index) => from !== to && index % 2 === 1);
  for (const [name, , to] of moved) install(name, to);
  await clearRequests();
  const update = qlikSync('apply', '--yes', '--json');
  const updated = update.outcomes.map(({ name, action, status }) => `${name} ${action} ${status}`).sort();
  assert.deepEqual(updated, moved.map(([name]) => `sn-${name} update done`).sort());
  assert.equal((await requests()).length, 1 + moved.length);
  for (const [name] of moved) await checkArchive(`sn-${name}`);
  say(
    `moved ${moved.length} to another version: exactly those were updated, with ${1 + moved.length} requests`,
  );
} finally {
  server.kill();
  rmSync(folder, { recursive: true, force: true });
}

function say(text) {
  process.stdout.write(`${text}\n`);
}

async function startSandbox() {
  const process_ = spawn(process.execPath, [cli, 'sandbox', '--json'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = await once(createInterface({ input: process_.stdout }), 'line');
  return { server: process_, ...JSON.parse(line) };
}

/** The folder that `nebula sense` built, as the package ships it. */
function install(name, version) {
  const store = join(folder, 'packages', `${name}-${version}`);
  mkdirSync(store, { recursive: true });
  const tarball = execFileSync('npm', ['pack', '--silent', `@nebula.js/sn-${name}@${version}`], {
    cwd: store,
    encoding: 'utf8',
  });
  execFileSync('tar', ['xzf', tarball.trim(), '--strip-components=1'], { cwd: store });
  const target = join(folder, 'extensions', `sn-${name}`);
  rmSync(target, { recursive: true, force: true });
  cpSync(join(store, `sn-${name}-ext`), target, { recursive: true });
}

function qlikSync(...args) {
  const env = { ...process.env, QLIK_TENANT_URL: url, QLIK_API_KEY: apiKey };
  const result = spawnSync(process.execPath, [cli, ...args], {
    cwd: folder,
    env,
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  });
  assert.equal(result.status, 0, result.stderr);
  return JSON.parse(result.stdout);
}

function call(path, method = 'GET') {
  return fetch(`${url}${path}`, { method, headers: { authorization: `Bearer ${apiKey}` } });
}

async function requests() {
  const log = await (await call('/__sandbox/requests')).json();
  return log.map(({ method, path }) => `${method} ${path}`);
}

function clearRequests() {
  return call('/__sandbox/requests', 'DELETE');
}

async function checkArchive(name) {
  const zip = join(folder, 'stored.zip');
  const unpacked = join(folder, 'unpacked');
  writeFileSync(zip, Buffer.from(await (await call(`/api/v1/extensions/${name}/file`)).arrayBuffer()));
  execFileSync('unzip', ['-tqq', zip]);
  rmSync(unpacked, { recursive: true, force: true });
  execFileSync('unzip', ['-qq', zip, '-d', unpacked]);
  assert.deepEqual(listFiles(unpacked), keptFiles(join(folder, 'extensions', name)));
}

function listFiles(root) {
  return readdirSync(root, { recursive: true })
    .filter((path) => statSync(join(root, path)).isFile())
    .map(
      (path) =>
        `${path} ${createHash('sha256')
          .update(readFileSync(join(root, path)))
          .digest('hex')}`,
    )
    .sort();
}

/** Said again here, apart from the code under test: a name and a suffix, and none of the suffixes ignored by default. */
function keptFiles(root) {
  const ignored =
    /(^|\/)\.|\.(zip|7z|rar|gz|tgz|qvf|qvd|qvw|bat|cmd|ps1|sh|exe|dll|so|jar) |(^|\/)(node_modules|bower_components)\//;
  return listFiles(root).filter(
    (line) => !ignored.test(line) && /[^/.][^/]*\.[^/.\s]+ [0-9a-f]{64}$/.test(line),
  );
}
