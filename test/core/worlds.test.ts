/** plan() and the guard against the reference model, and laws 1 to 4 on a tenant made of values. */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RefusedError } from '../../src/core/errors.js';
import { findRefusals } from '../../src/core/guard.js';
import { stemOf } from '../../src/core/kind.js';
import { archiveName } from '../../src/core/marker.js';
import type { ActualExtension, ActualState, Change, DesiredState, Plan } from '../../src/core/model.js';
import { plan } from '../../src/core/plan.js';
import { assertGenerated } from '../replay.js';
import { actualOf, desiredOf, limitsOf, policyOf, recordOf, worlds } from './generated-worlds.js';
import {
  applyByTable,
  decideByTable,
  hasTwins,
  isOurs,
  namesOf,
  refusalsOf,
  type Verdict,
  type World,
} from './reference-model.js';
import { md5 } from './worlds.js';

const file = 'test/core/worlds.test.ts';

function planOf(world: World, actual: ActualState = actualOf(world)): Plan {
  const [desired, policy] = [desiredOf(world), policyOf(world)];
  return plan({ desired, actual, policy, tenant: 'https://t.example', reads: 1 });
}

// ── The decision ────────────────────────────────────────────────────────────────────────────────────────

function checkDecision(world: World): void {
  if (hasTwins(world)) {
    expect(() => planOf(world)).toThrow(RefusedError);
    return;
  }
  const decided = planOf(world);
  const names = namesOf(world);
  const verdicts = names.map((name) => decideByTable(name, world));
  const { summary } = decided;
  const counts = { deletes: summary.delete, updates: summary.update + summary.replace };
  expect({
    changes: decided.changes.map((change) => ({ name: change.name, ...verdictOf(change) })),
    summary,
    refusals: refusedBy(world, decided),
  }).toEqual({
    changes: verdicts.map(({ action, state, rail }, index) => ({ name: names[index], action, state, rail })),
    summary: countsOf(world, verdicts),
    refusals: refusalsOf(world, counts),
  });
}

function verdictOf({ action, state, blocked }: Change): Omit<Verdict, 'counted'> {
  return { action, state, rail: blocked?.rail };
}

function countsOf(world: World, verdicts: readonly Verdict[]): Record<Verdict['counted'], number> {
  const count = (kind: Verdict['counted']): number =>
    verdicts.filter(({ counted }) => counted === kind).length;
  const twins = world.remotes.length - new Set(world.remotes.map(({ name }) => name)).size;
  return {
    ...{ create: count('create'), update: count('update'), replace: count('replace') },
    ...{ delete: count('delete'), blocked: count('blocked'), unchanged: count('unchanged') },
    ...{ kept: count('kept'), notSelected: count('notSelected') },
    unmanaged: count('unmanaged') + world.nameless + twins,
  };
}

const refusalKinds = {
  empty: /^No local/,
  'folder-missing': /in "extensions" match/,
  deletes: /would delete/,
  updates: /would update/,
} as const;

function refusedBy(world: World, decided: Plan): readonly string[] {
  const found = world.locals.length + world.unread.length;
  const unmatched = world.folderMissing ? ['gone/*'] : [];
  const given = { plan: decided, actual: actualOf(world), found, unmatched, limits: limitsOf(world) };
  const refusals = findRefusals(given);
  return refusals.map(({ message }) => {
    const kind = Object.entries(refusalKinds).find(([, pattern]) => pattern.test(message));
    return kind?.[0] ?? message;
  });
}

// ── What becomes of it ──────────────────────────────────────────────────────────────────────────────────

/** Names whose first write fails, and of those the ones whose replace dies half-way. */
interface Failures {
  readonly fail: readonly string[];
  readonly dieHalfway: readonly string[];
}

function checkOutcome(world: World, failures: Failures): void {
  if (hasTwins(world)) return;
  const desired = desiredOf(world);
  const before = actualOf(world);
  const broken = applyPurely(planOf(world).changes, desired, before, failures);
  const whole = applyPurely(planOf(world, broken).changes, desired, broken);
  expect(describeState(whole, failures)).toEqual(describeState(expectedState(world), failures));
  const again = planOf(world, whole).changes.filter((change) => isWork(change));
  expect(again).toEqual([]);
  checkHandsOff(world, before, whole);
  checkComplete(world, whole);
}

function isWork({ action, blocked }: Change): boolean {
  return action !== 'none' && blocked === undefined;
}

/** Deletes last, and only when everything else was done. */
function applyPurely(
  changes: readonly Change[],
  desired: DesiredState,
  actual: ActualState,
  { fail, dieHalfway }: Failures = { fail: [], dieHalfway: [] },
): ActualState {
  const work = changes.filter(isWork);
  const uploads = work.filter(({ action }) => action !== 'delete');
  const failed = uploads.some(({ name }) => fail.includes(name));
  const done = work.filter(({ name, action }) =>
    action === 'delete' ? !failed && !fail.includes(name) : !fail.includes(name),
  );
  const lost = uploads.filter(({ name, action }) => action === 'replace' && dieHalfway.includes(name));
  const gone = new Set([...done.filter(({ action }) => action !== 'update' && action !== 'create'), ...lost]);
  const goneIds = new Set([...gone].map(({ actual: standing }) => standing?.id));
  const kept = actual.extensions.filter(({ id }) => !goneIds.has(id));
  const patched = kept.map((record) => {
    const change = done.find((each) => each.action === 'update' && each.actual?.id === record.id);
    return change === undefined ? record : writeRecord(change, desired, record);
  });
  const made = done.filter(({ action }) => action === 'create' || action === 'replace');
  return { extensions: [...patched, ...made.map((change) => writeRecord(change, desired, undefined))] };
}

function writeRecord(change: Change, desired: DesiredState, before: ActualExtension | undefined) {
  const extension = desired.extensions.find(({ name }) => name === change.name);
  const { write } = change;
  if (extension === undefined || write === undefined) throw new Error(`${change.name} has nothing to send`);
  if (write.carries === 'data' && before !== undefined) return { ...before, tags: write.tags };
  const { manifest, digest } = extension;
  // The archive is all of the content here, so its md5 is that of the digest.
  const zip = md5(digest);
  return {
    id: before?.id ?? `new-${change.name}`,
    ...{ name: change.name, tags: write.tags, bundled: false, md5: zip },
    supernova: manifest.supernova || before?.supernova === true,
    ...(manifest.version !== undefined && { qextVersion: manifest.version }),
    archiveName: archiveName(digest, zip),
  };
}

function expectedState(world: World): ActualState {
  const nameless = actualOf({ ...world, remotes: [] }).extensions;
  const unseen = world.remotes.filter(
    (remote, index) => world.remotes.findIndex(({ name }) => name === remote.name) !== index,
  );
  return { extensions: [...[...applyByTable(world, () => true), ...unseen].map(recordOf), ...nameless] };
}

/** What a person can distinguish. Tags that people added are lost with a record whose replace died half-way. */
function describeState({ extensions }: ActualState, { dieHalfway }: Failures): readonly string[] {
  return extensions
    .map(({ name, tags, bundled, supernova, qextVersion, archiveName: archive }) => {
      const seen = [...tags].filter(
        (tag) => tag.startsWith('qlik-sync:') || !dieHalfway.includes(name ?? ''),
      );
      const digest = archive?.replace(/-[0-9a-f]{12}\.zip$/, '');
      return JSON.stringify([name, seen.sort(), bundled, supernova, qextVersion, digest]);
    })
    .sort();
}

/** Law 3. */
function checkHandsOff(world: World, before: ActualState, after: ActualState): void {
  const approved = new Set([...world.allows.adopt, ...world.allows.takeOwnership]);
  world.remotes.forEach((remote, index) => {
    if (isOurs(remote) || approved.has(remote.name)) return;
    expect(after.extensions).toContainEqual(before.extensions[index]);
  });
}

/** Law 4: with prune and no selection nothing owned is undesired, but for what is protected or not deployable. */
function checkComplete(world: World, after: ActualState): void {
  const { prune, selection, protect } = world.allows;
  if (!prune || selection !== undefined) return;
  if (world.unbuilt.includes('*')) return;
  const folders = [...world.skipped, ...world.unread];
  const unbuilt = world.unbuilt.map(stemOf);
  const known = [...world.locals.map(({ name }) => name), ...folders, ...protect];
  const owned = after.extensions.filter(
    ({ name, tags, bundled }) =>
      name !== undefined && !bundled && tags.filter((tag) => tag.startsWith('qlik-sync:')).length === 1,
  );
  const undesired = owned.filter(
    ({ name, tags }) =>
      tags.includes('qlik-sync:acme-charts') &&
      !known.includes(name ?? '') &&
      !unbuilt.includes(stemOf(name ?? '')),
  );
  expect(undesired).toEqual([]);
}

// ── Worlds ──────────────────────────────────────────────────────────────────────────────────────────────

const failing = fc.record({
  fail: fc.subarray<string>(['-x', 'alpha', 'bravo', 'theme:bravo', 'delta', 'größe', 'theme:two words']),
  dieHalfway: fc.subarray<string>(['alpha', 'bravo', 'theme:bravo']),
});

describe('generated worlds', () => {
  it('are decided as the table says: actions, states, rails, counters, refusals (10,000)', () => {
    const toTest = (world: World): string => `it('a world', () => checkDecision(${fc.stringify(world)}));`;
    assertGenerated(worlds, checkDecision, { name: 'WORLDS', file, runs: 10_000, toTest });
  });

  it("converge after any failure, leave others' records alone, and are complete (5,000)", () => {
    type Case = readonly [World, Failures];
    const toTest = ([world, failures]: Case): string =>
      `it('a world', () => checkOutcome(${fc.stringify(world)}, ${fc.stringify(failures)}));`;
    const check = ([world, failures]: Case): void =>
      checkOutcome(world, {
        ...failures,
        dieHalfway: failures.dieHalfway.filter((name) => failures.fail.includes(name)),
      });
    const cases = fc.tuple(worlds, failing);
    assertGenerated<Case>(cases, check, { name: 'OUTCOMES', file, runs: 5_000, toTest });
  });

  it('meet every state, action and rail', () => {
    const seen = new Set<string>();
    for (const world of fc.sample(worlds, { numRuns: 2_000, seed: 1 })) {
      if (hasTwins(world)) continue;
      for (const name of namesOf(world)) {
        const { action, state, rail } = decideByTable(name, world);
        for (const word of [action, state, rail ?? 'none']) seen.add(word);
      }
    }
    const words =
      'create update replace delete none missing in-sync changed unmarked drifted disowned unmanaged foreign orphan skipped drift bundled protected version downgrade';
    expect([...seen].sort()).toEqual(words.split(' ').sort());
  });
});
