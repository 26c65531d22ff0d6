/**
 * One process for a fleet of 2,000 tenants and ten extensions: a plan, an apply and `fleet status`. What each tenant adds has
 * to stay the same from 20 tenants to 2,000, and the process small. Qlik's limits are a user's and a tenant's, and ten writes
 * are far below them: what bounds a run is the latency, of one list and two rounds of writes with 8 tenants at once.
 */

import { assertEndsWith, atOnce, describeLoad, listsAtOnce, openFleet, shape } from './fleet-scene.mjs';
import { mb, ms } from './result.mjs';
import { createRequest, listRequest } from './servers.mjs';

const sizes = [20, 200, 2_000];
const most = sizes.at(-1);
const mostBytes = 400e6;
/** Writes of one tenant that are under way at once. */
const writesAtOnce = 8;
/** Of every answer: a near tenant, and about what a list takes over the internet. */
const [shortMs, longMs] = [40, 100];

/** @returns {Promise<import('./result.mjs').Result[]>} */
export async function measureFleet() {
  return [...(await measureNear()), ...(await measureFar())];
}

async function measureNear() {
  const fleet = await openFleet(most, shortMs);
  try {
    await fleet.run(['plan'], 1);
    const plans = await eachSize((size) => runAll(fleet, ['plan'], size));
    const applied = await runAll(fleet, ['apply', '--yes'], most);
    await assertRequests(fleet, sizes);
    const statuses = await eachSize((size) => runStatus(fleet, size));
    const eightAtOnce = await runStatus(fleet, most, ['--concurrency', String(atOnce)]);
    return [
      growth('plan', plans),
      memory('plan', plans),
      applyTime(applied, shortMs),
      memory('apply', [applied]),
      growth('fleet status', statuses),
      statusTime(eightAtOnce, shortMs, atOnce),
      memory('fleet status', statuses),
    ];
  } finally {
    await fleet.close();
  }
}

async function measureFar() {
  const fleet = await openFleet(most, longMs);
  try {
    const applied = await runAll(fleet, ['apply', '--yes'], most);
    const status = await runStatus(fleet, most);
    return [applyTime(applied, longMs), statusTime(status, longMs, listsAtOnce)];
  } finally {
    await fleet.close();
  }
}

async function eachSize(run) {
  const runs = [];
  for (const size of sizes) runs.push(await run(size));
  return runs;
}

async function runAll(fleet, command, size) {
  const ended = await fleet.run(command, size);
  assertEndsWith(ended, `${size} environments: ${size} done.\n`);
  return ended;
}

async function runStatus(fleet, size, options = []) {
  const ended = await fleet.run(['fleet', 'status', ...options], size);
  assertEndsWith(ended, `${size} tenants: ${size} up to date, 0 behind.\n`);
  return ended;
}

/** One list of the plans with its size or a larger one, and of the apply one list and the writes. */
async function assertRequests(fleet, planned) {
  const writes = Array(shape.extensions).fill(createRequest);
  for (const [at, requests] of (await fleet.takeRequests(most)).entries()) {
    const plans = planned.filter((size) => at < size).length + (at === 0 ? 1 : 0);
    const expected = [...Array(plans + 1).fill(listRequest), ...writes];
    if (requests.join() !== expected.join())
      throw new Error(`tenant ${at}: not ${plans + 1} lists and the writes, but:\n${requests.join('\n')}`);
  }
}

function growth(what, [few, some, many]) {
  const [a, b, c] = sizes;
  const early = (some.processor - few.processor) / (b - a);
  const late = (many.processor - some.processor) / (c - b);
  return {
    measure: `${what} for ${c} tenants: processor time that one more adds, of what it adds to ${b}`,
    ratio: late / early,
    target: { atMost: 1.3 },
    detail: `${ms(early)}, then ${ms(late)}; ${(many.wallMs / 1000).toFixed(1)} s in all, ${describeCost(many)}`,
  };
}

function memory(what, runs) {
  return {
    measure: `${what} for ${most} tenants: memory of the process, of ${mb(mostBytes)}`,
    ratio: runs.at(-1).peak / mostBytes,
    target: { atMost: 1 },
    detail: `${runs.map(({ peak }) => mb(peak)).join(', ')} for ${sizes.slice(-runs.length).join(', ')}`,
  };
}

function applyTime(ended, latencyMs) {
  const rounds = 1 + Math.ceil(shape.extensions / writesAtOnce);
  const what = `apply to ${most} tenants, 1 list and ${shape.extensions} writes each,`;
  return timeOf(what, ended, { latencyMs, rounds, lanes: atOnce, atMost: 1.1 });
}

function statusTime(ended, latencyMs, lanes) {
  return timeOf(`fleet status of ${most} tenants`, ended, { latencyMs, rounds: 1, lanes, atMost: 1.2 });
}

function timeOf(what, ended, { latencyMs, rounds, lanes, atMost }) {
  const leastMs = (most * rounds * latencyMs) / lanes;
  return {
    measure: `${what} at ${latencyMs} ms, of the least that ${lanes} at once can take`,
    ratio: ended.wallMs / leastMs,
    target: { atMost },
    detail: `${(ended.wallMs / 1000).toFixed(1)} s of ${(leastMs / 1000).toFixed(1)} s, ${describeCost(ended)}`,
  };
}

/** What a tenant costs here and in the processes that play the tenants, which share the machine. */
function describeCost(ended) {
  const each = `${ms(ended.processor / most)} of processor time a tenant, ${ms(ended.servers / most)} in the servers`;
  return `${each}, ${describeLoad(ended)}`;
}
