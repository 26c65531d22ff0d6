/**
 * Plans with nothing to do, of this build, an earlier one, and scripts that do the least that a plan must: get one list,
 * look at every file, or read every file. By the clock, by processor time and by memory, of whole processes.
 */

import { cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildBase } from './base.mjs';
import { assertNoZipLibrary } from './loaded-code.mjs';
import { median, raceAll } from './measure.mjs';
import { cli, isInstalled, run, runNode } from './programs.mjs';
import { mb, ms } from './result.mjs';
import { listRequest, startSandbox } from './servers.mjs';
import { createWorkspace } from './workspace.mjs';

/** The median real extension: 9 files, 154 kB (qlik-facts). */
const ordinary = { extensions: 10, files: 9, fileBytes: 17_000, content: 'program' };
/** 120 MB in 6,000 files. */
const large = { extensions: 200, files: 30, fileBytes: 20_700, content: 'program' };

const preload = fileURLToPath(new URL('usage.cjs', import.meta.url));
const floor = fileURLToPath(new URL('floor.cjs', import.meta.url));

/** @returns {Promise<import('./result.mjs').Result[]>} */
export async function measurePlans() {
  const base = buildBase()?.cli;
  const few = await withTree(ordinary, (place) => raceFew(place, base));
  const many = await withTree(large, (place) => raceMany(place, base));
  return [...resultsOfFew(few), ...resultsOfMany(many), noise(few, many)];
}

/** Each build has a folder of its own with its own index. @returns what `measure` does */
async function withTree(shape, measure) {
  const sandbox = await startSandbox();
  const [here, there] = [createWorkspace(shape), createWorkspace(shape)];
  try {
    // In processes of a hundred, since one keeps within Qlik's 100 writes a minute.
    const names = ['chart-0*', 'chart-1*', 'chart-2*'].slice(0, shape.extensions < 100 ? 1 : 3);
    for (const each of names) here.qlikSync(['apply', '--yes', each], sandbox);
    await assertNothingToDo(here, sandbox, shape.extensions);
    const figures = await measure({ here, there, sandbox });
    return Object.fromEntries(Object.entries(figures).map(([name, each]) => [name, figuresOf(each)]));
  } finally {
    here.remove();
    there.remove();
    await sandbox.stop();
  }
}

async function assertNothingToDo(workspace, sandbox, extensions) {
  await sandbox.forgetRequests();
  const { stdout } = workspace.qlikSync(['plan', '--json', '--no-cache'], sandbox);
  const requests = await sandbox.requests();
  const { summary } = JSON.parse(stdout);
  if (summary.unchanged !== extensions) throw new Error(`not all unchanged: ${JSON.stringify(summary)}`);
  if (requests.join() !== listRequest) throw new Error(`not one list request, but ${requests.join(', ')}`);
  assertNoZipLibrary(workspace, sandbox);
}

function raceFew({ here, there, sandbox }, base) {
  return raceAll(
    {
      node: () => usage(here, ['-e', '0']),
      list: () => usage(here, [floor, 'list', sandbox.url, sandbox.apiKey]),
      version: () => usage(here, [cli, '--version']),
      plan: () => usage(here, planOf(cli, sandbox), sandbox),
      ...(base !== undefined && {
        versionBefore: () => usage(there, [base, '--version']),
        planBefore: () => usage(there, planOf(base, sandbox), sandbox),
      }),
    },
    { rounds: 15, warmups: 2 },
  );
}

function raceMany({ here, there, sandbox }, base) {
  const { url, apiKey } = sandbox;
  return raceAll(
    {
      node: () => usage(here, ['-e', '0']),
      stat: () => usage(here, [floor, 'stat', here.tree, url, apiKey]),
      read: () => usage(here, [floor, 'read', here.tree, url, apiKey]),
      plan: () => usage(here, planOf(cli, sandbox), sandbox),
      cold: () => usage(here, [...planOf(cli, sandbox), '--no-cache'], sandbox),
      ...(base !== undefined && {
        planBefore: () => usage(there, planOf(base, sandbox), sandbox),
        coldBefore: () => usage(there, [...planOf(base, sandbox), '--no-cache'], sandbox),
      }),
      sha256sum: sha256sumOf(here.tree),
      ...(isInstalled('rsync') && { rsync: rsyncOf(here) }),
    },
    { rounds: 7, warmups: 2 },
  );
}

export function planOf(program, { url }) {
  return [program, 'plan', '--tenant', url];
}

/** What a run of Node takes: milliseconds by the clock and of the processors, and bytes at its largest. */
export function usage({ folder }, args, { apiKey } = {}) {
  const file = join(folder, 'usage.json');
  const env = { USAGE_FILE: file, ...(apiKey !== undefined && { QLIK_API_KEY: apiKey }) };
  const { ms: clock } = runNode(['--require', preload, ...args], { cwd: folder, env });
  return { clock, ...JSON.parse(readFileSync(file, 'utf8')) };
}

function sha256sumOf(tree) {
  return () => ({ clock: run('sh', ['-c', 'find "$0" -type f -print0 | xargs -0 sha256sum', tree]).ms });
}

function rsyncOf({ folder, tree }) {
  const copy = join(folder, 'copy');
  cpSync(tree, copy, { recursive: true, preserveTimestamps: true });
  return () => ({ clock: run('rsync', ['-na', '--delete', `${tree}/`, `${copy}/`]).ms });
}

/** Medians, the least processor time, and the fastest and slowest tenth by the clock. */
function figuresOf(each) {
  const clock = each.map((one) => one.clock).sort((a, b) => a - b);
  const at = (share) => clock[Math.round((clock.length - 1) * share)];
  const processor = each.map((one) => one.processor);
  return {
    ...{ clock: median(clock), fast: at(0.1), slow: at(0.9) },
    ...{ processor: median(processor), leastProcessor: Math.min(...processor) },
    peak: median(each.map((one) => one.peak)),
  };
}

/** One row: the same figure of the build before, of this one and of a bare script, each to the peer's. */
function row(measure, { now, before, bare, peer }, target, kind = 'clock') {
  const spell = kind === 'peak' ? mb : ms;
  const ratio = (each) => each && peer && each[kind] / peer[kind];
  const said = [
    ['now', now],
    ['before', before],
    ['bare', bare],
    ['peer', peer],
  ].flatMap(([name, each]) => (each ? `${name} ${spell(each[kind])}` : []));
  return {
    measure,
    ...{ ratio: ratio(now), before: ratio(before), bare: ratio(bare) },
    target: { atMost: target },
    detail: peer === undefined ? 'the peer is NOT INSTALLED' : said.join(', '),
  };
}

function resultsOfFew({ node, list, version, versionBefore, plan, planBefore }) {
  const starting = { now: version, before: versionBefore, bare: node, peer: node };
  return [
    row(
      'plan of 10, nothing changed, to node -e 0',
      { now: plan, before: planBefore, bare: list, peer: node },
      1.9,
    ),
    ...toBefore('plan of 10', plan, planBefore),
    row('--version, to node -e 0', starting, 1.12),
  ];
}

function resultsOfMany({ node, stat, read, plan, planBefore, cold, coldBefore, sha256sum, rsync }) {
  const reading = { now: cold, before: coldBefore, bare: read };
  return [
    row(
      'plan of 200 × 30 files, warm index, to rsync -na',
      { now: plan, before: planBefore, bare: stat, peer: rsync },
      2,
    ),
    row('the same, --no-cache, to find | xargs sha256sum', { ...reading, peer: sha256sum }, 0.75),
    ...toBefore('plan of 200 × 30 files, warm index', plan, planBefore),
    ...toBefore('the same, --no-cache', cold, coldBefore),
    row('peak memory of the cold plan, to node -e 0', { ...reading, peer: node }, 1.4, 'peak'),
  ];
}

function toBefore(what, now, before) {
  const target = { atMost: 0.55 };
  if (before === undefined)
    return [{ measure: `${what}, to the build before`, target, detail: 'that commit is not here' }];
  return [
    {
      measure: `${what}, to the build before, by the clock`,
      before: 1,
      ratio: now.clock / before.clock,
      target,
      detail: `${ms(now.clock)}, before ${ms(before.clock)}`,
    },
    {
      measure: `${what}, to the build before, processor time`,
      ...{ before: 1, ratio: now.processor / before.processor, target },
      detail: `${ms(now.processor)}, before ${ms(before.processor)}; the least ${ms(now.leastProcessor)}, before ${ms(before.leastProcessor)}`,
    },
  ];
}

/** How much the slowest tenth of the runs of `node -e 0` took more than the fastest: what no ratio can be finer than. */
function noise({ node }, { node: later }) {
  return {
    measure: 'noise: node -e 0, its slow tenth to its fast tenth',
    ratio: node.slow / node.fast,
    detail: `${ms(node.fast)} to ${ms(node.slow)}, later ${ms(later.fast)} to ${ms(later.slow)}`,
  };
}
