/** Laws 1, 3, 4, 5 and 7 over 500 generated worlds of both kinds, through the real pipeline and sockets, with faults and concurrency. */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ExtensionRecord } from '../../src/tenant/wire.js';
import { applyByTable, decideByTable, namesOf, type Remote } from '../core/reference-model.js';
import { replayCommand, seedOf } from '../replay.js';
import { inLanes } from './support/lanes.js';
import type { Held } from './support/tenant.js';
import { createWorkspace, type Result } from './support/workspace.js';
import {
  asksForThemes,
  type Case,
  cases,
  flagsOf,
  isSeen,
  knownNames,
  names,
  project,
  shrink,
  toModel,
} from './support/world-cases.js';
import { type BuiltWorld, inWorld, type Lane, packAll } from './support/world-lane.js';

const file = 'test/acceptance/worlds.test.ts';
const worlds = 500;
const lanes = 8;

async function checkWorld(given: Case, lane: Lane): Promise<void> {
  await inWorld(given, lane, async (world) => {
    const before = await world.list();
    await checkPlan(given, world, before);
    const left = await checkFaulty(given, world, before);
    const { code, after } = await checkConverges(given, world, { before, left });
    await checkIdempotent(given, world, { code, after });
  });
}

/** Laws 4 and 5: every name once, decided as the table says, and nothing written anywhere. */
async function checkPlan(given: Case, world: BuiltWorld, before: readonly Held[]): Promise<void> {
  const files = world.snapshot();
  await world.tenant.takeRequests();
  const planned = await world.run(['plan', '--json', ...flagsOf(given)]);
  expect(planned.code).toBe(0);
  const { changes }: { changes: readonly { name: string; action: string; blocked?: { rail: string } }[] } =
    JSON.parse(planned.stdout);
  const model = toModel(given);
  const expected = namesOf(model).map((name) => ({ name, ...decideByTable(name, model) }));
  expect(changes.map(({ name, action, blocked }) => [name, action, blocked?.rail])).toEqual(
    expected.map(({ name, action, rail }) => [name, action, rail]),
  );
  expect(changes.map(({ name }) => name)).toEqual(knownNames(given));
  expect((await world.tenant.takeRequests()).filter(isWrite)).toEqual([]);
  expect(world.snapshot()).toEqual(files);
  expect(await world.list()).toEqual(before);
}

function isWrite({ method }: { readonly method: string }): boolean {
  return method !== 'GET';
}

/** Laws 3 and 7 under faults: no bug, hands off, and success is said of success only. @returns what the tenant holds then */
async function checkFaulty(
  given: Case,
  world: BuiltWorld,
  before: readonly Held[],
): Promise<readonly Held[]> {
  if (given.faults.length === 0) return before;
  await world.tenant.addFaults(given.faults);
  const run = await world.run(['apply', '--yes', ...flagsOf(given)]);
  await world.tenant.clearFaults();
  assertNoBug(run);
  expect([0, 4, 5, 6, 7]).toContain(run.code);
  const after = await world.list();
  checkHandsOff(given, before, after);
  if (run.code === 0) expect(describeSeen(given, after, world)).toEqual(expectedRecords(given));
  return after;
}

function assertNoBug({ code, stderr }: Result): void {
  expect(stderr).not.toMatch(/This is a bug|\n\s+at .*:\d+/);
  expect(code).not.toBe(1);
}

/** Law 2: one run without faults, and the tenant is as the model says. */
async function checkConverges(
  given: Case,
  world: BuiltWorld,
  { before, left }: Readonly<Record<'before' | 'left', readonly Held[]>>,
): Promise<{ readonly code: number; readonly after: readonly Held[] }> {
  const run = await world.run(['apply', '--yes', ...flagsOf(given, knownOf(given, left))]);
  assertNoBug(run);
  const after = await world.list();
  expect(describeSeen(given, after, world), run.stdout + run.stderr).toEqual(expectedRecords(given));
  checkHandsOff(given, before, after);
  expect([0, 6, 7], run.stdout + run.stderr).toContain(run.code);
  return { code: run.code, after };
}

function knownOf(given: Case, held: readonly Held[]): readonly string[] {
  const standing = held.map(({ name }) => name);
  const desired = names.filter((_name, index) => given.locals[index] !== 'absent');
  return [...standing, ...desired].filter((name) => isSeen(given, name));
}

/** Law 3: byte for byte, the record whole. Themes that no run asked for are nobody's to touch. */
function checkHandsOff(given: Case, before: readonly Held[], after: readonly Held[]): void {
  const approved = new Set<string>([...given.adopt, ...given.takeOwnership]);
  for (const held of before) {
    if (isSeen(given, held.name) && (isOurs(held.record) || approved.has(held.name))) continue;
    expect(after).toContainEqual(held);
  }
}

function isOurs({ tags }: ExtensionRecord): boolean {
  const owners = (tags ?? []).filter((tag) => tag.startsWith('qlik-sync:'));
  return owners.length === 1 && owners[0] === `qlik-sync:${project}`;
}

/** Law 1: one list request, or one for each kind, and no write; what is still drifted has to be downloaded to be known. */
async function checkIdempotent(
  given: Case,
  world: BuiltWorld,
  { code, after }: { readonly code: number; readonly after: readonly Held[] },
): Promise<void> {
  const flags = flagsOf({ ...given, allowReplace: [] }, knownOf(given, after));
  await world.tenant.takeRequests();
  const again = await world.run(['apply', '--yes', ...flags]);
  const requests = await world.tenant.takeRequests();
  expect(requests.filter(isWrite)).toEqual([]);
  expect(again.code).toBe(code);
  const lists = ['/api/v1/extensions', ...(asksForThemes(given) ? ['/api/v1/themes'] : [])];
  const asked = requests.map(({ path }) => path);
  expect(asked.filter((path) => /\/(?:extensions|themes)$/.test(path)).sort()).toEqual(lists);
  const drifted = toModelAfter(given).filter(({ archive }) => archive === 'edited' || archive === 'by-hand');
  if (drifted.length === 0) expect(requests).toHaveLength(lists.length);
}

function toModelAfter(given: Case): readonly Remote[] {
  return applyByTable(toModel(given), () => true);
}

function expectedRecords(given: Case): readonly string[] {
  return toModelAfter(given)
    .map(({ name, content, supernova, owners, tags }) => {
      const owned = owners.map((owner) => `qlik-sync:${owner === 'us' ? project : owner}`);
      return JSON.stringify([name, content, supernova, [...tags, ...owned].sort()]);
    })
    .sort();
}

function describeSeen(given: Case, all: readonly Held[], { contentOf }: BuiltWorld): readonly string[] {
  return all
    .filter(({ name }) => isSeen(given, name))
    .map(({ name, record }) =>
      JSON.stringify([
        ...[name, contentOf(record), record.supernova ?? false],
        [...(record.tags ?? [])].sort(),
      ]),
    )
    .sort();
}

// ── Worlds ──────────────────────────────────────────────────────────────────────────────────────────────

async function explain(given: Case, lane: Lane, cause: unknown, replay: string): Promise<Error> {
  const fails = (smaller: Case): Promise<boolean> =>
    checkWorld(smaller, lane).then(
      () => false,
      () => true,
    );
  const smallest = await shrink(given, fails);
  const message = cause instanceof Error ? cause.message : String(cause);
  const test = `it('a world', () => checkWorld(${fc.stringify(smallest)}, lane));`;
  return new Error(`${message}\n\nReplay: ${replay}\n\nA ready test:\n\n${test}`, { cause });
}

describe('laws over generated worlds', () => {
  it(`hold in ${worlds} worlds with faults, at concurrency 1 to 8`, async () => {
    const seed = seedOf('SOCKETS');
    const only = process.env['SOCKETS_INPUT'];
    const all = fc.sample(cases, { seed, numRuns: worlds });
    const archives = await packAll();
    const work = async (given: Case, lane: Lane, index: number): Promise<void> => {
      if (only !== undefined && Number(only) !== index) return;
      const replay = `SOCKETS_INPUT=${index} ${replayCommand('SOCKETS', file, seed)}`;
      await checkWorld(given, lane).catch(async (cause: unknown) => {
        throw await explain(given, lane, cause, replay);
      });
    };
    const open = async (): Promise<Lane> => ({ workspace: createWorkspace(), archives });
    const close = async ({ workspace }: Lane): Promise<void> => workspace.dispose();
    await inLanes(all, open, work, { lanes, close });
  }, 1_800_000);
});
