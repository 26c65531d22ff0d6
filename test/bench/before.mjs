/** The plans of this build against those of an earlier one and against bare scripts, by the clock and by processor time. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildBase } from './base.mjs';
import { race } from './measure.mjs';
import { cli, runNode } from './programs.mjs';
import { ms } from './result.mjs';
import { startSandbox } from './servers.mjs';
import { createWorkspace } from './workspace.mjs';

const shapes = {
  10: { extensions: 10, files: 9, fileBytes: 17_000, content: 'program' },
  '200 × 30 files': { extensions: 200, files: 30, fileBytes: 20_700, content: 'program' },
};
const preload = fileURLToPath(new URL('cpu-time.cjs', import.meta.url));
const floor = fileURLToPath(new URL('floor.cjs', import.meta.url));

/** @returns {Promise<import('./result.mjs').Result[]>} */
export async function measureBefore() {
  const base = buildBase();
  const results = [];
  for (const [name, shape] of Object.entries(shapes)) results.push(...(await compareOn(name, shape, base)));
  return results;
}

/** Each build has a folder of its own, with its own index. */
async function compareOn(name, shape, base) {
  const sandbox = await startSandbox();
  const [here, there] = [createWorkspace(shape), createWorkspace(shape)];
  try {
    for (const names of ['chart-0*', 'chart-1*', 'chart-2*'].slice(0, shape.extensions < 100 ? 1 : 3))
      here.qlikSync(['apply', '--yes', names], sandbox);
    const timed = timesOf({ here, there }, base, sandbox);
    return [...resultsOf(name, await race(timed, { rounds: 11, warmups: 2 }), base !== undefined)];
  } finally {
    here.remove();
    there.remove();
    await sandbox.stop();
  }
}

function timesOf({ here, there }, base, sandbox) {
  const plan = (workspace, program, more) => () =>
    workspace.qlikSync(['plan', ...more], sandbox, { program }).ms;
  const work = (workspace, program, more) => () => {
    const file = join(workspace.folder, 'cpu-time');
    const options = { program, node: ['--require', preload], env: { CPU_TIME_FILE: file } };
    workspace.qlikSync(['plan', ...more], sandbox, options);
    return Number(readFileSync(file, 'utf8'));
  };
  const cold = ['--no-cache'];
  return {
    node: () => runNode(['-e', '0']).ms,
    list: () => runNode([floor, 'list', sandbox.url, sandbox.apiKey]).ms,
    stat: () => runNode([floor, 'stat', here.tree]).ms,
    read: () => runNode([floor, 'read', here.tree]).ms,
    plan: plan(here, cli, []),
    cold: plan(here, cli, cold),
    planWork: work(here, cli, []),
    coldWork: work(here, cli, cold),
    ...(base !== undefined && {
      basePlan: plan(there, base, []),
      baseCold: plan(there, base, cold),
      basePlanWork: work(there, base, []),
      baseColdWork: work(there, base, cold),
    }),
  };
}

function* resultsOf(name, times, hasBase) {
  const rows = [
    ['plan', 'basePlan', 'by the clock'],
    ['planWork', 'basePlanWork', 'processor time'],
    ['cold', 'baseCold', 'all read, by the clock'],
    ['coldWork', 'baseColdWork', 'all read, processor time'],
  ];
  for (const [ours, before, what] of rows) {
    yield {
      measure: `plan of ${name} (${what}), to the build before`,
      ...(hasBase && { ratio: times[ours] / times[before] }),
      target: { atMost: 0.55 },
      detail: hasBase ? `${ms(times[ours])}, before ${ms(times[before])}` : 'that commit is not here',
    };
  }
  for (const [ours, bare] of [
    ['plan', 'list'],
    ['plan', 'stat'],
    ['cold', 'read'],
  ]) {
    yield {
      measure: `plan of ${name}${ours === 'cold' ? ' (all read)' : ''}, to a bare script: ${bare}`,
      ratio: times[ours] / times[bare],
      detail: `${ms(times[ours])}, ${ms(times[bare])}; node -e 0 ${ms(times.node)}, before: ${hasBase ? (times[ours === 'cold' ? 'baseCold' : 'basePlan'] / times[bare]).toFixed(2) : '–'} ×`,
    };
  }
}
