/** apply(): executes a plan, in an order that can be interrupted anywhere, and returns one outcome per change. */

import pLimit from 'p-limit';
import { workOf } from '../core/change.js';
import { type Kind, kindOf } from '../core/kind.js';
import { isOwned } from '../core/marker.js';
import type { Action, ActualState, Change, DesiredState, Plan } from '../core/model.js';
import type { Outcome, OutcomeError } from '../core/outcome.js';
import type { Packer } from '../source/archive/pack.js';
import { createSlots, type Slots } from './slots.js';
import { describeStop, Halt } from './stop.js';
import { pauseFor } from './write/deliver.js';
import { createRevisions, type Revisions } from './write/revisions.js';
import { type WriteContext, type Written, write } from './write/write.js';
import { type Gate, usualPatience, type WriteDependencies } from './write-dependencies.js';

/** A plan with the two sides that it was made from, and what its writes need. */
export interface ApplyInput extends WriteDependencies {
  readonly plan: Plan;
  readonly desired: DesiredState;
  readonly actual: ActualState;
  /** Requests in flight at once. */
  readonly concurrency: number;
  /**
   * As many as `concurrency`. Present if changes also wait for a store, which they do without a slot, so that more changes
   * than requests are under way.
   */
  readonly slots?: Slots | undefined;
  /** Called once for each outcome, which is final by then except for `overwrote`. */
  readonly onOutcome: (outcome: Outcome) => void;
  /** Shared by the runs of one session; absent: a new one. */
  readonly revisions?: Revisions;
}

type Applying = ApplyInput & WriteContext & Lanes;

interface Lanes {
  readonly slots: Slots;
  /** Changes that have begun and not ended. */
  readonly changesAtOnce: number;
}

/**
 * Creates, updates and replaces first, side by side; deletes last, and only if all of those are done.
 * One outcome for each change that the plan writes. Throws only for bugs.
 */
export async function apply(given: ApplyInput): Promise<readonly Outcome[]> {
  const keeping: Promise<void>[] = [];
  const revisions = given.revisions ?? createRevisions();
  revisions.noteAtRest(given.actual.extensions.map(({ revision }) => revision));
  const slots = given.slots ?? createSlots(given.concurrency);
  const input: Applying = {
    ...withoutCredential(given),
    pack: inTurn(given.pack, slots),
    ...{ slots, changesAtOnce: given.slots === undefined ? given.concurrency : countAhead(given) },
    revisions,
    onKeeping: (work) => keeping.push(work),
  };
  try {
    const { uploads, deletes } = orderChanges(input.plan);
    const uploaded = await upload(uploads, input);
    const deleted = uploaded.every(({ status }) => status === 'done')
      ? await writeAll(deletes, input)
      : notAttempted(deletes, leftOutBecause(input.signal), input);
    return markLost([...uploaded, ...deleted], input.revisions);
  } finally {
    await Promise.all(keeping);
  }
}

/** Once the credential is no longer accepted, every further request would only be refused, too. */
function withoutCredential(given: ApplyInput): ApplyInput {
  const halt = new AbortController();
  return {
    ...given,
    signal: AbortSignal.any([given.signal, halt.signal]),
    onOutcome: (outcome) => {
      const { name, status, error } = outcome;
      if (status === 'failed' && error?.status === 401) {
        halt.abort(new Halt(`${name} showed that the credential is no longer accepted`, 401));
      }
      given.onOutcome(outcome);
    },
  };
}

/**
 * Packs one archive at a time. Deflating is CPU-bound: side by side, all archives would be ready at the same late moment
 * and then wait for the tenant together (measured: 18 % slower).
 */
function inTurn(pack: Packer, { outside }: Slots): Packer {
  const limit = pLimit(1);
  return (extension) => outside(() => limit(pack, extension), 'prepares');
}

/** Enough to keep the tenant busy even if the store takes twice as long. */
const changesPerSlot = 4;

/** The archives of these changes are in memory. */
const bytesAhead = 64 * 2 ** 20;

/** How many changes may be under way, even if they are the largest. */
function countAhead({ plan, desired, concurrency }: ApplyInput): number {
  const uploads = new Set(workOf(plan).map(({ name }) => name));
  const sizes = desired.extensions.filter(({ name }) => uploads.has(name)).map(({ bytes }) => bytes);
  sizes.sort((a, b) => b - a);
  let [count, bytes] = [0, 0];
  for (const size of sizes.slice(0, concurrency * changesPerSlot)) {
    bytes += size;
    if (bytes <= bytesAhead) count += 1;
  }
  return Math.max(concurrency, count);
}

function leftOutBecause({ aborted, reason }: AbortSignal): OutcomeError {
  return aborted ? describeStop(reason) : { message: 'another change failed, so nothing is deleted' };
}

/** Whether a tenant keeps tags shows at the first create, which is therefore sent alone while others are prepared. */
async function upload(changes: readonly Change[], input: Applying): Promise<readonly Outcome[]> {
  const tagsAreKept = input.actual.extensions.some((record) => isOwned(record, input.plan.project));
  const probe = tagsAreKept ? undefined : changes.find(({ action }) => action === 'create');
  if (probe === undefined) return writeAll(changes, input);
  const halt = new AbortController();
  const first = writeAll([probe], input);
  const judged = first.then(
    (outcomes) => {
      if (outcomes.every(({ status }) => status !== 'not-applied')) return;
      halt.abort(new Halt(`${probe.name} showed that the tenant does not keep what is sent`));
    },
    (bug: unknown) => halt.abort(bug),
  );
  const rest = changes.filter((change) => change !== probe);
  const signal = AbortSignal.any([input.signal, halt.signal]);
  const written = await writeAll(rest, { ...input, signal, gate: createGate(judged, input.slots) });
  return [...(await first), ...written];
}

/** A change that waits at the gate frees its slot, since what it waits for may need one. */
function createGate(opening: Promise<void>, { outside }: Slots): Gate {
  let isOpen = false;
  void opening.then(() => {
    isOpen = true;
  });
  return { isOpen: () => isOpen, pass: () => outside(() => opening) };
}

/** Changes that may take effect late are checked once more when the others are done. */
async function writeAll(changes: readonly Change[], input: Applying): Promise<readonly Outcome[]> {
  const limit = pLimit(input.changesAtOnce);
  const writeInSlot = (change: Change): Promise<Written> => input.slots.inside(() => writeOne(change, input));
  const settled = await Promise.allSettled(changes.map((change) => limit(writeInSlot, change)));
  const written = settled.map((result) => {
    if (result.status === 'rejected') throw result.reason;
    return result.value;
  });
  const { lastLookMs } = input.patience ?? usualPatience;
  const late = written.filter(({ lookAgain }) => lookAgain !== undefined);
  if (late.length === 0) return written.map(({ outcome }) => outcome);
  if (lastLookMs === undefined) {
    for (const { outcome } of late) input.onOutcome(outcome);
    return written.map(({ outcome }) => outcome);
  }
  await pauseFor(lastLookMs, input.signal);
  return lookAgain(written, input);
}

/** One list request serves all of a kind. */
async function lookAgain(written: readonly Written[], input: Applying): Promise<readonly Outcome[]> {
  const listings = new Map<Kind, ReturnType<Applying['tenant']['list']>>();
  const listOf = (kind: Kind) => () => {
    const listing = listings.get(kind) ?? clientFor(kind, input).list();
    listings.set(kind, listing);
    return listing;
  };
  const limit = pLimit(input.concurrency);
  const look = async (one: Written): Promise<Outcome> => {
    const outcome = (await one.lookAgain?.(listOf(kindOf(one.outcome.name)))) ?? one.outcome;
    if (one.lookAgain !== undefined) input.onOutcome(outcome);
    return outcome;
  };
  return Promise.all(written.map((each) => limit(look, each)));
}

async function writeOne(change: Change, input: Applying): Promise<Written> {
  if (input.signal.aborted) {
    const [outcome] = notAttempted([change], describeStop(input.signal.reason), input);
    if (outcome !== undefined) return { outcome };
  }
  const desired = input.desired.extensions.find(({ name }) => name === change.name);
  const tenant = clientFor(kindOf(change.name), input);
  const written = await write(change, desired, { ...input, tenant });
  if (written.lookAgain === undefined) input.onOutcome(written.outcome);
  return written;
}

function clientFor(kind: Kind, { tenant, themes }: Applying): Applying['tenant'] {
  if (kind === 'extension') return tenant;
  if (themes === undefined) throw new Error('a theme is to be written, and no client of themes is given');
  return themes;
}

function notAttempted(
  changes: readonly Change[],
  error: OutcomeError,
  { onOutcome }: Applying,
): readonly Outcome[] {
  return changes.map(({ name, action }) => {
    const outcome = { name, action, status: 'not-attempted', error } as const;
    onOutcome(outcome);
    return outcome;
  });
}

/** Lost edits show only when all overwrites are known, since a tenant may count revisions in steps of its own. */
function markLost(outcomes: readonly Outcome[], revisions: Revisions): readonly Outcome[] {
  const lost = revisions.takeLost();
  return outcomes.map((outcome) => {
    const overwrote = lost.get(outcome.name);
    return overwrote === undefined || outcome.status !== 'done' ? outcome : { ...outcome, overwrote };
  });
}

/** What a plan writes, safest first, so that a run that stops half-way has done the least harm. */
interface OrderedChanges {
  /** New ones, tags, archives, replaces. */
  readonly uploads: readonly Change[];
  readonly deletes: readonly Change[];
}

/** Only changes that are written: neither blocked nor `none`. */
export function orderChanges(plan: Pick<Plan, 'changes'>): OrderedChanges {
  const work = workOf(plan);
  const uploads = work.filter(({ action }) => action !== 'delete').sort((a, b) => rankOf(a) - rankOf(b));
  return { uploads, deletes: work.filter(({ action }) => action === 'delete') };
}

const ranks: Readonly<Record<Action, number>> = { create: 0, update: 2, replace: 3, delete: 4, none: 5 };

function rankOf({ action, write }: Change): number {
  return action === 'update' && write?.carries === 'data' ? 1 : ranks[action];
}
