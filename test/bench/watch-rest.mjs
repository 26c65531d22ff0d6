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
/** Each small extension once: whatever is remembered by extension is remembered then. */
const warmups = 200;
const atOnce = 4;
/** A session keeps within Qlik's 100 writes a minute; a saved config begins another, with a count of its own. */
const perSession = 80;
/** Samples of so many saves make a figure. */
const sampled = 200;
/** The garbage collector's own ups and downs were up to 5 %. */
const mostGrowth = 1.1;

/** @returns {Promise<import('./result.mjs').Result[]>} */
export async function measureGrowth(workspace, watch) {
  const measure = `resident memory after ${counted} saves more, to before`;
  const target = { atMost: mostGrowth };
  if (!hasProc) return [{ measure, target, detail: 'no /proc on this system' }];
  const samples = await saveAndSample(workspace, watch);
  const before = median(
    samples.slice(warmups / atOnce - sampled / atOnce / 2, warmups / atOnce + sampled / atOnce / 2),
  );
  const after = median(samples.slice(-sampled / atOnce));
  if (process.env.BENCH_TRACE) process.stdout.write(samples.map((s) => Math.round(s / 1e6)).join(' ') + '\n');
  const detail = `${mb(before)}, then ${mb(after)}; resident, medians over ${sampled} saves`;
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

async function renewSession(workspace, watch) {
  workspace.saveConfig();
  await watch.next({ event: 'config', status: 'reloaded' });
}
