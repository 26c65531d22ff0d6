/**
 * `watch` over two hundred extensions: how soon a save is on the tenant, beyond the quiet period that it waits for on
 * purpose; and what it costs to leave it running.
 *
 * A save counts from before the file is opened for writing until its `synced` event was read here, which `watch`
 * tells after the tenant's answer, so somewhat more than until the bytes were accepted. The scripts are measured from
 * their start to their end; nothing is added for how they would notice the save.
 */

import { setTimeout as pause } from 'node:timers/promises';
import { buildBase } from './base.mjs';
import { median } from './measure.mjs';
import { ms } from './result.mjs';
import { startSandbox } from './servers.mjs';
import { startWatch } from './watch-client.mjs';
import { measureGrowth, measureIdle } from './watch-rest.mjs';
import { createScript } from './watch-script.mjs';
import { createWatchedWorkspace, mediumNames, smallNames } from './watch-tree.mjs';

/** watch's default. */
const quietMs = 60;
const rounds = 32;
const warmups = 3;

/** @returns {Promise<import('./result.mjs').Result[]>} */
export async function measureWatch() {
  const base = buildBase();
  const before = base && (await measureBefore(base.cli));
  const workspace = createWatchedWorkspace();
  const sandbox = await startSandbox();
  const scriptSandbox = await startSandbox();
  try {
    for (const each of [sandbox, scriptSandbox]) applyAll(workspace, each);
    const script = createScript(workspace, scriptSandbox);
    return await watching(workspace, sandbox, async (watch) => [
      ...compare(await saveInTurn(workspace, watch, script), before),
      ...(await measureIdle(watch)),
    ]);
  } finally {
    workspace.remove();
    await sandbox.stop();
    await scriptSandbox.stop();
  }
}

/** Apart, since it waits ten minutes for Qlik's limits. @returns {Promise<import('./result.mjs').Result[]>} */
export async function measureWatchGrowth() {
  const workspace = createWatchedWorkspace();
  const sandbox = await startSandbox();
  try {
    applyAll(workspace, sandbox);
    return await watching(workspace, sandbox, (watch) => measureGrowth(workspace, watch));
  } finally {
    workspace.remove();
    await sandbox.stop();
  }
}

/** The same saves with another build, a minute before. */
async function measureBefore(program) {
  const workspace = createWatchedWorkspace();
  const sandbox = await startSandbox();
  try {
    applyAll(workspace, sandbox);
    const watch = await startWatch(workspace, sandbox, ['--quiet-period', String(quietMs)], program);
    try {
      const { small, medium } = await saveInTurn(workspace, watch);
      return { small: median(small), medium: median(medium) };
    } finally {
      await watch.kill();
    }
  } finally {
    workspace.remove();
    await sandbox.stop();
  }
}

async function watching(workspace, sandbox, measure) {
  await sandbox.forgetRequests();
  const watch = await startWatch(workspace, sandbox, ['--quiet-period', String(quietMs)]);
  try {
    const results = await measure(watch);
    await assertEachSaveSent(sandbox, await watch.finish());
    assertNothingLeft(workspace, sandbox);
    return results;
  } finally {
    await watch.kill();
  }
}

/** In three processes, since one keeps within Qlik's 100 writes a minute. */
function applyAll(workspace, sandbox) {
  for (const names of ['chart-0*', 'chart-1*', 'chart-2*']) {
    workspace.qlikSync(['apply', '--yes', names], sandbox);
  }
}

/** The same two extensions again and again, as developers do; in turn with the scripts. */
async function saveInTurn(workspace, watch, script) {
  const [small] = smallNames;
  const [medium] = mediumNames;
  const figures = {
    small: [],
    medium: [],
    smallScript: [],
    mediumScript: [],
    allScript: [],
    cold: undefined,
  };
  let number = 0;
  const save = async (name) => {
    // Not in step with anything that watch does in turns.
    await pause(100 + ((number * 37) % 100));
    const started = workspace.save(name, ++number);
    await watch.next({ event: 'synced', name });
    return performance.now() - started - quietMs;
  };
  figures.cold = await save(mediumNames[1]);
  for (let round = -warmups; round < rounds; round++) {
    const keep = (name, figure) => round >= 0 && figures[name].push(figure);
    keep('small', await save(small));
    keep('medium', await save(medium));
    if (script === undefined || round % 4 !== 0) continue;
    keep('smallScript', script([small]));
    keep('mediumScript', script([medium]));
    if (round % 16 === 0) keep('allScript', script([...smallNames, ...mediumNames]));
  }
  return figures;
}

async function assertEachSaveSent(sandbox, synced) {
  const requests = await sandbox.requests();
  const sent = requests.filter((request) => /^PATCH .* → 200$/.test(request)).length;
  const others = requests.filter((request) => !/^(PATCH|GET) .* → 200$/.test(request));
  if (sent !== synced || others.length > 0)
    throw new Error(`${synced} saves were synced, ${sent} sent, and ${others.join(', ') || 'nothing else'}`);
}

function assertNothingLeft(workspace, sandbox) {
  const { summary } = JSON.parse(workspace.qlikSync(['plan', '--json', '--no-cache'], sandbox).stdout);
  if (summary.unchanged !== smallNames.length + mediumNames.length)
    throw new Error(`the tenant is not what was saved: ${JSON.stringify(summary)}`);
}

function compare({ small, medium, smallScript, mediumScript, allScript, cold }, before) {
  return [
    latency('60 kB, 6 files', small, 20, before?.small),
    latency('3 MB, 60 files', medium, 40, before?.medium, `; the first of an extension ${ms(cold)}`),
    ...faster('60 kB', small, { all: allScript, one: smallScript }),
    ...faster('3 MB', medium, { all: allScript, one: mediumScript }),
  ];
}

function latency(what, figures, targetMs, before, more = '') {
  return {
    measure: `watch, save to synced less the quiet period, ${what}, 1 of 200`,
    ...{ unit: 'ms', ratio: median(figures), before },
    target: { atMost: targetMs },
    detail: `median ${ms(median(figures))}, p95 ${ms(percentile(figures, 0.95))}, ${figures.length} saves${more}`,
  };
}

/** Scripts that know which one was saved are shown, not judged: what they spare is what `watch` is for. */
function faster(what, ours, { all, one }) {
  return [
    {
      ...ratioTo(`${what}, how much faster than zip -r + curl of all 200`, ours, all),
      target: { atLeast: 3 },
    },
    ratioTo(`${what}, how much faster than zip -r + curl of that one alone`, ours, one),
  ];
}

function ratioTo(measure, ours, script) {
  if (script.length === 0) return { measure, detail: 'zip or curl is NOT INSTALLED' };
  const detail = `${ms(median(ours))}, the script ${ms(median(script))}`;
  return { measure, ratio: median(script) / median(ours), detail };
}

/** The smallest figure that at least this share of them does not exceed. */
function percentile(figures, share) {
  return [...figures].sort((a, b) => a - b)[Math.ceil(figures.length * share) - 1];
}
