/**
 * One process for a fleet of 2,000 tenants and ten extensions: a plan, an apply and `fleet status`. What each tenant adds has
 * to stay the same from 20 tenants to 2,000, and the process small. Qlik's limits are a user's and a tenant's, and ten writes
 * are far below them: what bounds a run is the latency, of one list and two rounds of writes with 8 tenants at once.
 */

import { assertEndsWith, atOnce, describeLoad, latencyMs, openFleet, shape } from './fleet-scene.mjs';
import { mb, ms } from './result.mjs';
import { createRequest, listRequest } from './servers.mjs';

const sizes = [20, 200, 2_000];
const mostBytes = 400e6;
/** Writes of one tenant that are under way at once. */
const writesAtOnce = 8;

/** @returns {Promise<import('./result.mjs').Result[]>} */
export async function measureFleet() {
  const most = sizes.at(-1);
  const fleet = await openFleet(most);
  try {
    fleet.run(['plan'], 1);
    const plans = sizes.map((size) => runAll(fleet, ['plan'], size));
    const applied = runAll(fleet, ['apply', '--yes'], most);
    await assertRequests(fleet, most);
    const statuses = sizes.map((size) => runStatus(fleet, size));
    return [
      growth('plan', plans),
      memory('plan', plans),
      applyTime(applied, most),
      memory('apply', [applied]),
      growth('fleet status', statuses),
      statusTime(statuses.at(-1), most),
      memory('fleet status', statuses),
    ];
  } finally {
    await fleet.close();
  }
}

function runAll(fleet, command, size) {
  const ended = fleet.run(command, size);
  assertEndsWith(ended, `${size} environments: ${size} done.\n`);
  return ended;
}

function runStatus(fleet, size) {
  const ended = fleet.run(['fleet', 'status'], size);
  assertEndsWith(ended, `${size} tenants: ${size} up to date, 0 behind.\n`);
  return ended;
}

/** One list of the plans with its size or a larger one, and of the apply one list and the writes. */
async function assertRequests(fleet, most) {
  const writes = Array(shape.extensions).fill(createRequest);
  for (const [at, requests] of (await fleet.takeRequests(most)).entries()) {
    const plans = sizes.filter((size) => at < size).length + (at === 0 ? 1 : 0);
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
    detail: `${ms(early)}, then ${ms(late)}; ${(many.wallMs / 1000).toFixed(1)} s in all, ${describeLoad(many)}`,
  };
}

function memory(what, runs) {
  return {
    measure: `${what} for ${sizes.at(-1)} tenants: memory of the process, of ${mb(mostBytes)}`,
    ratio: runs.at(-1).peak / mostBytes,
    target: { atMost: 1 },
    detail: `${runs.map(({ peak }) => mb(peak)).join(', ')} for ${sizes.slice(-runs.length).join(', ')}`,
  };
}

function applyTime(ended, tenants) {
  const rounds = 1 + Math.ceil(shape.extensions / writesAtOnce);
  const detail = `1 list and ${shape.extensions} writes each, ${ms(ended.processor / tenants)} of processor time`;
  return timeOf(`apply to ${tenants} tenants`, ended, (tenants * rounds * latencyMs) / atOnce, 1.1, detail);
}

function statusTime(ended, tenants) {
  const detail = `1 list each, ${ms(ended.processor / tenants)} of processor time`;
  return timeOf(`fleet status of ${tenants} tenants`, ended, (tenants * latencyMs) / atOnce, 1.2, detail);
}

function timeOf(what, ended, leastMs, atMost, detail) {
  return {
    measure: `${what} at ${latencyMs} ms, of the least that ${atOnce} at once can take`,
    ratio: ended.wallMs / leastMs,
    target: { atMost },
    detail: `${(ended.wallMs / 1000).toFixed(1)} s of ${(leastMs / 1000).toFixed(1)} s, ${detail}, ${describeLoad(ended)}`,
  };
}
