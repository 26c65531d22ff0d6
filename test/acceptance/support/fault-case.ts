/** One case of the fault matrix: a run under faults, a run without, and one more that has nothing to do. */

import { expect } from 'vitest';
import { describeFault, expectedExitCode, type Fault } from './fault-reference.js';
import { type FaultWorld, openFaultWorld, type Prototype } from './fault-world.js';

/** Runs cases side by side, since most of them wait. Resolves to the number of runs by exit code. */
export async function runCases(
  cases: readonly (readonly Fault[])[],
  prototype: Prototype,
): Promise<ReadonlyMap<number, number>> {
  const codes = new Map<number, number>();
  const waiting = [...cases];
  const work = async (): Promise<void> => {
    for (let faults = waiting.pop(); faults !== undefined; faults = waiting.pop()) {
      const code = await runCase(faults, prototype);
      codes.set(code, (codes.get(code) ?? 0) + 1);
    }
  };
  await Promise.all(Array.from({ length: 12 }, work));
  return codes;
}

async function runCase(faults: readonly Fault[], prototype: Prototype): Promise<number> {
  const world = await openFaultWorld(prototype);
  try {
    return await checkCase(faults, world, prototype);
  } finally {
    await world.dispose();
  }
}

async function checkCase(
  faults: readonly Fault[],
  { tenant, apply, addFaults }: FaultWorld,
  { md5s }: Prototype,
): Promise<number> {
  const about = faults.map(describeFault).join(' and ');
  const stranger = await tenant.client.get('stranger');
  await addFaults(faults);
  const first = await apply();
  const told = `${about}\n${first.stdout}${first.stderr}`;
  expect(first.code, told).toBe(expectedExitCode(faults));
  await tenant.clearFaults();
  const second = await apply();
  expect(second.code, `${told}\nthen\n${second.stdout}${second.stderr}`).toBe(0);
  await tenant.takeRequests();
  const third = await apply();
  expect(third.code, told).toBe(0);
  const requests = (await tenant.takeRequests()).map(({ method, path }) => `${method} ${path}`);
  const lists = ['GET /api/v1/extensions', 'GET /api/v1/themes'];
  expect(requests, `law 1: ${told}\n${third.stdout}`).toEqual(lists);
  const records = await tenant.held();
  const owned = [...records].filter(([name]) => name !== 'stranger');
  const held = owned.map(([name, { file }]) => [name, file?.md5] as const).sort();
  expect(held, told).toEqual([...md5s].sort());
  const both = (await tenant.client.list()).length + (await tenant.themes.list()).length;
  expect(both, told).toBe(owned.length + 1);
  expect(await tenant.client.get('stranger'), `law 3: ${about}`).toEqual(stranger);
  return first.code;
}
