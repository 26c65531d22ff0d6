/**
 * Acceptance of `preview` on real extensions: the examples, four that Qlik publishes on npm in two versions each, and builds
 * that are broken on purpose, under the stardust of package.json and under a newer one. Each is drawn four times, and every
 * picture has to be the same byte for byte. What would leave the machine is counted at a proxy: nothing that an extension
 * asked for, and what the browser asks of itself, for which there is no proxy by default.
 * Needs the npm registry and a browser, so it is not part of the tests: `npm run test:real`. A folder as its argument keeps
 * the pictures and pages for people to look at.
 */

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';
import { fetchPackage } from './packages.mjs';
import {
  brokenBuilds,
  findBrowser,
  runCommand,
  soundBuild,
  startCountingProxy,
  wrapBrowser,
} from './preview-parts.mjs';
import { startSandbox } from './sandbox.mjs';
import { say } from './say.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const installed = createRequire(import.meta.url);

const stardusts = [installed('@nebula.js/stardust/package.json').version, '7.4.0'];

/** Package, the version on the tenant, the version in the folder. */
const packages = [
  ['action-button', '1.14.3', '1.23.0'],
  ['bar-chart', '1.39.14', '2.14.0'],
  ['kpi', '0.13.4', '1.0.0'],
  ['table', '2.7.0', '2.9.1'],
];

/** What each is, old and new. */
const expected = {
  'hello-table': ['loaded', 'loaded'],
  'progress-ring': ['drawn', 'drawn'],
  'status-board': ['loaded', 'loaded'],
  'sn-action-button': ['drawn', 'drawn'],
  'sn-bar-chart': ['drawn', 'drawn'],
  'sn-kpi': ['drawn', 'drawn'],
  'sn-table': ['drawn', 'drawn'],
  ...Object.fromEntries(Object.entries(brokenBuilds).map(([name, { result }]) => [name, ['drawn', result]])),
};

/** The table asks for a hook that came after the third version of stardust: told, and no fault of ours. */
const tableUnder = (version) =>
  Number.parseInt(version, 10) < 4 ? ['failed', 'failed'] : ['drawn', 'drawn'];

/** A connection for the address of our page, which nobody has, and its maker's servers for updates and accounts. */
const ofTheBrowser =
  /^CONNECT (?:preview\.invalid|(?:accounts\.google|update\.googleapis)\.com):443 |^POST http:\/\/update\.googleapis\.com\//;

const runs = 4;
const folder = mkdtempSync(join(tmpdir(), 'qlik-sync-preview-'));
const [keep] = process.argv.slice(2);
const browser = findBrowser();
const proxy = await startCountingProxy();
const wrapper = wrapBrowser(join(folder, 'browser'), browser, proxy.port);
const sandbox = await startSandbox();
const env = {
  ...{ QLIK_TENANT_URL: sandbox.url, QLIK_API_KEY: sandbox.apiKey, CHROME_PATH: wrapper },
  ...{ HTTPS_PROXY: `http://127.0.0.1:${proxy.port}`, HTTP_PROXY: `http://127.0.0.1:${proxy.port}` },
  NO_PROXY: '127.0.0.1',
};
const preview = (...args) => runCommand(folder, env, ['preview', ...args]);

try {
  const config = { project: 'real', extensions: ['extensions/*'] };
  writeFileSync(join(folder, 'qlik-sync.config.json'), JSON.stringify(config));
  await refuseWithoutPeers();
  mkdirSync(join(folder, 'node_modules', '@nebula.js'), { recursive: true });
  symlinkSync(join(root, 'node_modules/playwright-core'), join(folder, 'node_modules/playwright-core'));
  await deployOld();
  installNew();
  for (const version of stardusts) await drawAndCheck(version);
  assert.deepEqual(
    proxy.asked.filter((line) => !ofTheBrowser.test(line)),
    [],
  );
  say(
    `in ${runs * stardusts.length} runs no extension reached the proxy; ${proxy.asked.length} lines are the browser's own`,
  );
} finally {
  await sandbox.stop();
  await proxy.stop();
  rmSync(folder, { recursive: true, force: true });
}

/** One line each, and 3. */
async function refuseWithoutPeers() {
  writeExtension('lonely', brokenBuilds.blank.code);
  const withoutPeers = await preview();
  const withoutBrowser = await runCommand(root, { ...env, CHROME_PATH: '/no/browser' }, [
    'preview',
    ...['--config', join(folder, 'qlik-sync.config.json')],
  ]);
  for (const { code, stdout, stderr } of [withoutPeers, withoutBrowser]) {
    assert.deepEqual({ code, stdout }, { code: 3, stdout: '' }, stderr);
    assert.equal(stderr.trim().split('\n').length, 1, stderr);
    say(`ends with 3: ${stderr.trim()}`);
  }
  rmSync(join(folder, 'extensions'), { recursive: true });
}

async function deployOld() {
  for (const name of ['hello-table', 'progress-ring', 'status-board'])
    cpSync(join(root, 'examples', name), join(folder, 'extensions', name), { recursive: true });
  for (const [name, old] of packages) install(name, old);
  for (const name of Object.keys(brokenBuilds)) writeExtension(name, soundBuild);
  const { code, stderr, stdout } = await runCommand(folder, env, ['apply', '--yes']);
  assert.equal(code, 0, stderr + stdout);
}

function installNew() {
  for (const [name, , fresh] of packages) install(name, fresh);
  for (const [name, { code }] of Object.entries(brokenBuilds)) writeExtension(name, code);
  const ring = join(folder, 'extensions/progress-ring/progress-ring.js');
  writeFileSync(ring, readFileSync(ring, 'utf8').replace(/#[0-9a-f]{6}/, '#c0392b'));
}

/** The folder that `nebula sense` built, as the package ships it. */
function install(name, version) {
  const store = join(folder, 'packages', `${name}-${version}`);
  fetchPackage(`@nebula.js/sn-${name}@${version}`, store);
  const target = join(folder, 'extensions', `sn-${name}`);
  rmSync(target, { recursive: true, force: true });
  if (existsSync(join(store, `sn-${name}-ext`)))
    cpSync(join(store, `sn-${name}-ext`), target, { recursive: true });
  else wrap(`sn-${name}`, join(store, 'dist'));
}

/** As `nebula sense` does it, where the package ships what `nebula build` made. */
function wrap(name, dist) {
  writeExtension(name, `define(['./dist/${name}'], (supernova) => supernova);\n`);
  cpSync(dist, join(folder, 'extensions', name, 'dist'), { recursive: true });
}

function writeExtension(name, code) {
  const target = join(folder, 'extensions', name);
  mkdirSync(target, { recursive: true });
  const manifest = { name, type: 'visualization', version: '1.0.0', supernova: true };
  writeFileSync(join(target, `${name}.qext`), JSON.stringify(manifest));
  writeFileSync(join(target, `${name}.js`), code);
}

async function drawAndCheck(version) {
  const target = join(folder, 'node_modules/@nebula.js/stardust');
  rmSync(target, { recursive: true, force: true });
  fetchPackage(`@nebula.js/stardust@${version}`, target);
  const documents = [];
  for (let run = 1; run <= runs; run++) {
    const out = join(folder, 'pictures', version, String(run));
    const report = ['--report', `html=${join(out, 'page.html')}`, '--json'];
    const { code, stdout, stderr } = await preview(...Object.keys(expected), '--out', out, ...report);
    assert.equal(code, 0, stderr + stdout);
    documents.push(JSON.parse(stdout));
  }
  const pictures = join(folder, 'pictures', version);
  if (keep !== undefined) cpSync(pictures, join(keep, version), { recursive: true });
  const [{ previews, browser: facts }] = documents;
  assert.equal(facts.stardust, version);
  for (const { name, old, new: fresh, difference } of previews)
    say(
      `  ${name}: ${old.result} → ${fresh.result}, ${difference?.pixels ?? 'no'} pixels ${fresh.why ?? ''}`,
    );
  const seen = previews.map(({ name, old, new: fresh }) => [name, [old.result, fresh.result]]);
  assert.deepEqual(Object.fromEntries(seen), { ...expected, 'sn-table': tableUnder(version) });
  checkBroken(previews);
  const [first, ...others] = Array.from({ length: runs }, (_, at) =>
    hashesOf(join(pictures, String(at + 1))),
  );
  for (const other of others) assert.deepEqual(other, first);
  await checkPage(join(pictures, '1', 'page.html'), Object.keys(first).length);
  say(`stardust ${version}: ${Object.keys(first).length} pictures, the same byte for byte in ${runs} runs`);
}

/** Each is told as what it is. */
function checkBroken(previews) {
  const byName = new Map(previews.map((each) => [each.name, each]));
  for (const [name, { why, blocked = [] }] of Object.entries(brokenBuilds)) {
    const { new: fresh, worse } = byName.get(name);
    if (why !== undefined) assert.match(fresh.why, why);
    assert.deepEqual(fresh.blocked, blocked);
    assert.equal(worse, fresh.result !== 'drawn');
  }
}

function hashesOf(out) {
  const names = readdirSync(out).filter((name) => name.endsWith('.png'));
  const hash = (name) =>
    createHash('sha256')
      .update(readFileSync(join(out, name)))
      .digest('hex');
  return Object.fromEntries(names.sort().map((name) => [name, hash(name)]));
}

/** No message, no request but for itself, all pictures, and nothing that axe finds. */
async function checkPage(file, pictures) {
  const opened = await chromium.launch({ executablePath: browser, args: ['--no-sandbox'] });
  try {
    const page = await opened.newPage();
    const seen = [];
    page.on('console', (message) => seen.push(message.text()));
    page.on('pageerror', (error) => seen.push(error.message));
    page.on('request', (request) => seen.push(request.url().slice(0, 22)));
    const address = pathToFileURL(file).href;
    await page.goto(address);
    const told = seen.filter((one) => one !== 'data:image/png;base64,' && one !== address.slice(0, 22));
    assert.deepEqual(told, []);
    assert.equal(
      await page.evaluate('[...document.images].filter((one) => one.naturalWidth > 0).length'),
      pictures,
    );
    await page.evaluate(readFileSync(installed.resolve('axe-core/axe.min.js'), 'utf8'));
    const { violations } = await page.evaluate('axe.run(document)');
    assert.deepEqual(
      violations.map(({ id, impact }) => `${id} ${impact}`),
      [],
    );
  } finally {
    await opened.close();
  }
}
