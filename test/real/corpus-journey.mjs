/** What a person does with a repository from its first day on; every step must tell the truth and end as it should. */

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, closeSync, existsSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { cli } from '../bench/programs.mjs';
import { listRequest } from '../bench/servers.mjs';
import { createRepository } from './corpus-repository.mjs';
import { startSandbox } from './sandbox.mjs';

const patienceMs = 120_000;

/** More than a quiet period and a sweep: whatever watch still has to say is said by then. */
const settleMs = 3_000;

/** Where the program says that it does not know, in its texts and findings. */
const shrug =
  /\bunknown\b|\bcannot (?:be )?(?:told|tell|know|read)\b|\bnot known\b|could not be (?:read|told)|does not know|\bno telling\b|\bno one (?:can|knows)|\bnobody (?:can|outside|knows)\b/i;

/**
 * The whole way.
 * @param {string} folder holds the files of the repository
 * @param {string} state folder of the machine's own state
 * @returns {Promise<{ deployed: readonly string[], findings: readonly object[], shrugs: readonly string[] }>} names
 *   of what was deployed
 */
export async function travel(folder, state) {
  const sandbox = await startSandbox();
  try {
    const { shrugs, hear } = createListener();
    const repository = createRepository(folder, sandbox, state, hear);
    const findings = await begin(repository);
    const deployed = await deploy(repository, sandbox);
    await save(repository, deployed);
    await leave(repository, sandbox);
    return { deployed, findings, shrugs };
  } finally {
    await sandbox.stop();
  }
}

/** As far as validate, which needs no tenant. */
export async function look(folder, state) {
  const { shrugs, hear } = createListener();
  const nowhere = { url: 'https://corpus.example.com', apiKey: 'none' };
  const findings = await begin(createRepository(folder, nowhere, state, hear));
  return { deployed: [], findings, shrugs };
}

/** Every sentence once, however many commands say it. */
function createListener() {
  const shrugs = [];
  const hear = (text) => {
    for (const line of text.split('\n').map((each) => each.replace(/^\s*"\w+": |,$/g, '').trim()))
      if (shrug.test(line) && !shrugs.includes(line)) shrugs.push(line);
  };
  return { shrugs, hear };
}

/** init and validate, whose errors must be true. @returns {Promise<readonly object[]>} the findings */
async function begin(repository) {
  const { folder, start, url } = repository;
  const init = await start(
    ...['init', '--project', 'corpus', '--tenant', url, '--api-key-variable', 'QLIK_API_KEY'],
  );
  const validated = await start('validate', '--json');
  const { findings } = JSON.parse(validated.stdout);
  const errors = findings.filter(isError);
  const wrong = errors.filter((finding) => !isTrue(folder, finding));
  assert.deepEqual(wrong, [], `errors that nobody expects\n${init.said}`);
  assert.equal(validated.status, errors.length > 0 ? 3 : 0, validated.said);
  assert.equal(init.status, validated.status, init.said);
  if (errors.length > 0) await accept(repository, errors);
  return findings;
}

function isError({ severity }) {
  return severity === 'error';
}

/** Looked at again here, apart from the code under test. */
function isTrue(folder, { rule, file }) {
  return rule === 'not-built' && /"version"\s*:\s*"(?:@@|<%)/.test(readFileSync(join(folder, file), 'utf8'));
}

/** As a person does who wants to go on all the same. */
async function accept({ folder, document }, errors) {
  const path = join(folder, 'qlik-sync.config.json');
  const rules = Object.fromEntries(errors.map(({ rule }) => [rule, 'off']));
  writeFileSync(path, JSON.stringify({ ...JSON.parse(readFileSync(path, 'utf8')), rules }));
  assert.deepEqual((await document('validate')).findings.filter(isError), []);
}

/** A reviewed plan is applied, then all is applied again with reports beside the files. @returns names */
async function deploy({ document, intoFile }, sandbox) {
  const reports = ['--report', 'html=plan.html', '--report', 'markdown=plan.md'];
  const { summary } = await document('plan', '--out', 'plan.json', ...reports);
  const applied = await document('apply', 'plan.json', '--yes', '--report', 'junit=report.xml');
  const names = applied.outcomes.map(({ name, action, status }) => {
    assert.equal(`${action} ${status}`, 'create done', name);
    return name;
  });
  assert.equal(names.length, summary.create);
  await sandbox.forgetRequests();
  const again = await document(
    'apply',
    '--yes',
    '--report',
    'junit=report.xml',
    '--report',
    'sarif=report.sarif',
  );
  assert.deepEqual(again.outcomes, []);
  await intoFile('apply.log', 'apply', '--yes', '--report', 'junit=report.xml');
  assert.deepEqual(await sandbox.requests(), [listRequest, listRequest]);
  return names;
}

/** One save while `watch > watch.log` runs: one upload, of that extension. */
async function save(repository, names) {
  const { folder, options } = repository;
  const { extensions } = await repository.document('validate');
  const extension = extensions.find(({ name }) => names.includes(name));
  const log = join(folder, 'watch.log');
  const file = openSync(log, 'w');
  const child = spawn(process.execPath, [cli, 'watch', '--json'], {
    ...options,
    stdio: ['ignore', file, 'inherit'],
  });
  const exited = once(child, 'exit');
  try {
    await until(log, ({ event }) => event === 'watching', exited);
    appendFileSync(join(folder, extension.folder, `${extension.name}.js`), '\n// saved\n');
    await until(log, ({ event }) => event === 'synced', exited);
    await pause(settleMs);
    child.kill('SIGINT');
    assert.equal((await exited)[0], 130, readFileSync(log, 'utf8'));
  } finally {
    child.kill('SIGKILL');
    closeSync(file);
  }
  const synced = eventsOf(log).filter(({ event }) => event === 'synced');
  assert.deepEqual(
    synced.map(({ name, action }) => `${name} ${action}`),
    [`${extension.name} update`],
    readFileSync(log, 'utf8'),
  );
}

async function until(log, isEnough, exited) {
  const end = Date.now() + patienceMs;
  let code;
  exited.then(([status]) => {
    code = status;
  });
  while (!eventsOf(log).some(isEnough)) {
    assert.ok(code === undefined && Date.now() < end, `watch: ${code}\n${readFileSync(log, 'utf8')}`);
    await pause(50);
  }
}

/** Whole lines only: the last one may be half written. */
function eventsOf(log) {
  if (!existsSync(log)) return [];
  return readFileSync(log, 'utf8')
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line));
}

/** Nothing has moved, everywhere. */
async function leave({ document }, sandbox) {
  const { drift } = await document('drift', '--verify');
  assert.deepEqual(drift, []);
  const { pulled } = await document('pull');
  for (const { name, result } of pulled) assert.equal(result, 'unchanged', name);
  await sandbox.forgetRequests();
  assert.deepEqual((await document('apply', '--yes')).outcomes, []);
  assert.deepEqual(await sandbox.requests(), [listRequest]);
}
