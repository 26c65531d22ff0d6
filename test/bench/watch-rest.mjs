/** What `watch` costs while nothing is saved, and whether it grows by what is. */

import { setTimeout as pause } from 'node:timers/promises';
import { median } from './measure.mjs';
import { mb, ms } from './result.mjs';
import { hasProc, processorMs, residentBytes } from './watch-process.mjs';
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
/** Each small extension twice: what is remembered by extension is remembered then, and the heap has its size. */
const warmups = 400;
const atOnce = 4;
/** A session keeps within Qlik's 100 writes a minute; a saved config begins another, with a count of its own. */
const perSession = 96;
/** The lowest of so many saves is a figure, since the memory rises until garbage is collected. */
const span = 200;
/** Between two collections it rises by up to a fifth. */
const mostGrowth = 1.1;

/** @returns {Promise<import('./result.mjs').Result[]>} */
export async function measureGrowth(workspace, watch) {
  const measure = `resident memory after ${counted} saves, to before`;
  const target = { atMost: mostGrowth };
  if (!hasProc) return [{ measure, target, detail: 'no /proc on this system' }];
  const samples = await saveAndSample(workspace, watch);
  const lowestAfter = (saves) => Math.min(...samples.slice((saves - span) / atOnce, saves / atOnce));
  const before = lowestAfter(warmups);
  const after = lowestAfter(warmups + counted);
  const detail = `${mb(before)}, then ${mb(after)}: the lowest within ${span} saves, at most ${mb(Math.max(...samples))}`;
  if (process.env.BENCH_TRACE) process.stdout.write(`${samples.map((s) => Math.round(s / 1e6)).join(' ')}\n`);
  return [{ measure, ratio: after / before, target, detail }];
}

async function saveAndSample(workspace, watch) {
  const samples = [];
  let saved = 0;
  for (let number = 0; number < warmups + counted; number += atOnce) {
    if (number % perSession === 0) await renewSession(workspace, watch);
    const names = Array.from(
      { length: atOnce },
      (_, index) => smallNames[(number + index) % smallNames.length],
    );
    for (const name of names) workspace.save(name, ++saved);
    await Promise.all(names.map((name) => watch.next({ event: 'synced', name })));
    samples.push(residentBytes(watch.pid));
  }
  return samples;
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
