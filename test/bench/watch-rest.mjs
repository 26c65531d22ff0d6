/** What `watch` costs while nothing is saved, and whether it grows by what is. */

import { setTimeout as pause } from 'node:timers/promises';
import { mb, ms } from './result.mjs';
import { hasProc, processorMs } from './watch-process.mjs';
import { smallNames } from './watch-tree.mjs';

const idleMs = 25_000;
/** For what the last save leaves behind. */
const settleMs = 3_000;
/** Of one processor. */
const mostPercent = 1;

/** @returns {Promise<import('./result.mjs').Result[]>} */
export async function measureIdle({ pid }) {
  const measure = 'idle over 200, to 1 % of a processor';
  const target = { atMost: 1 };
  if (!hasProc) return [{ measure, target, detail: 'no /proc on this system' }];
  await pause(settleMs);
  const before = processorMs(pid);
  const started = performance.now();
  await pause(idleMs);
  const used = processorMs(pid) - before;
  const percent = (used / (performance.now() - started)) * 100;
  const detail = `${percent.toFixed(2)} %: ${ms(used)} in ${idleMs / 1000} s, soon after saves`;
  return [{ measure, ratio: percent / mostPercent, target, detail }];
}

const counted = 1_000;
/** Each small extension once: what is remembered by extension is remembered then. */
const warmups = 200;
const atOnce = 8;
/** A session keeps within Qlik's 100 writes a minute; a saved config begins another, with a count of its own. */
const perSession = 96;
/**
 * It flattens out, as V8 still compiles what has become hot: in 2,000 saves from the 200th on, what was in use grew by
 * 10 %, of which half in the first 500, and what was resident by 2 %.
 */
const mostGrowth = 1.15;

/** @returns {Promise<import('./result.mjs').Result[]>} */
export async function measureGrowth(workspace, watch) {
  if (!hasProc)
    return [{ measure: 'memory of watch', target: { atMost: 1 }, detail: 'no /proc on this system' }];
  await saveAll(workspace, watch, 0, warmups);
  const before = await watch.memory();
  await saveAll(workspace, watch, warmups, counted);
  const after = await watch.memory();
  return ['used', 'resident'].map((kind) => ({
    measure: `memory ${kind} after ${counted} saves, to before`,
    ratio: after[kind] / before[kind],
    target: { atMost: mostGrowth },
    detail: `${mb(before[kind])}, then ${mb(after[kind])}; after a collection, one session of watch each ${perSession} saves`,
  }));
}

async function saveAll(workspace, watch, from, count) {
  for (let number = from; number < from + count; number += atOnce) {
    if (number % perSession === 0) await renewSession(workspace, watch);
    const names = Array.from(
      { length: atOnce },
      (_, index) => smallNames[(number + index) % smallNames.length],
    );
    names.forEach((name, index) => void workspace.save(name, 1_000 + number + index));
    await Promise.all(names.map((name) => watch.next({ event: 'synced', name })));
  }
}

/** Resolves when the new session has looked at everything, since that look waits for no save to be complete. */
async function renewSession(workspace, watch) {
  workspace.saveConfig();
  await watch.next({ event: 'config', status: 'reloaded' });
  let before;
  do {
    before = processorMs(watch.pid);
    await pause(200);
  } while (processorMs(watch.pid) - before > 10);
}
