/**
 * One run of the pipeline for the names that changed: read, plan, apply, announce. The same pipeline as `plan` and
 * `apply`.
 */

import { workOf } from '../core/change.js';
import { SourceError, TenantError, UserError } from '../core/errors.js';
import { exitCodes } from '../core/exit-codes.js';
import { assertSafe } from '../core/guard.js';
import type { Change } from '../core/model.js';
import type { Outcome } from '../core/outcome.js';
import { isSystemError } from '../core/system-error.js';
import { addImpact } from '../pipeline/impact.js';
import { planFolders } from '../pipeline/plan-folders.js';
import { editChanges, guardOf, type PlannedRun } from '../pipeline/planned.js';
import { askPolicyCommand } from '../pipeline/policy-command.js';
import { apply } from '../reconcile/apply.js';
import type { Release } from '../reconcile/lock/lock.js';
import type { Revisions } from '../reconcile/write/revisions.js';
import type { Patience } from '../reconcile/write-dependencies.js';
import type { Approvals } from '../run/flags.js';
import { createPast } from '../run/past.js';
import type { Run } from '../run/run.js';
import { type Selector, selectExactly } from '../run/selection.js';
import { concurrencyOf } from '../run/settings.js';
import type { ListFolder } from '../source/discover/expand-folders.js';
import { ignoreLineOf } from '../source/ignore-rules.js';
import type { Packs } from '../source/watch/packs.js';
import type { UploadCheck } from '../source/watch/watch.js';
import { StoreError } from '../store/store.js';
import type { Announcer } from './announcer.js';
import { dropUnusedCounts, type SessionApprovals } from './approvals.js';
import type { Brake } from './brake.js';
import type { DeleteGrace } from './delete-grace.js';
import { type FileGrace, holdLosses } from './file-grace.js';
import type { SessionRecord } from './record.js';
import type { RenameHolds } from './rename-holds.js';
import type { Tally } from './tally.js';
import { findAwaited, findErrors, findKept, isBetweenBuilds } from './waits.js';

export interface CycleInput {
  readonly run: Run;
  /** Exact names; absent: everything that the selector selects. */
  readonly names: ReadonlySet<string> | undefined;
  readonly selector: Selector | undefined;
  readonly approvals: SessionApprovals;
  readonly brake: Brake;
  readonly grace: DeleteGrace;
  readonly fileGrace: FileGrace;
  readonly renameHolds: RenameHolds;
  readonly tally: Tally;
  /** Lists folders from memory if nothing was added or removed. */
  readonly list: ListFolder;
  /** Opened before this cycle; what it does not confirm is left to a later cycle. */
  readonly uploadCheck: UploadCheck;
  /** Of this cycle. */
  readonly packs: Packs;
  readonly announce: Announcer;
  readonly record: SessionRecord;
  readonly revisions: Revisions;
  /** Keeps other runs from writing meanwhile. */
  readonly lock: () => Promise<Release>;
  /** How many milliseconds ago the change was that woke a name. */
  readonly sinceSave: (name: string) => number;
  /** Takes the names that are about to be written, before the first write. */
  readonly onWrites: (names: readonly string[]) => void;
  /** A written name may be looked at again; with `retry` it has to be. */
  readonly onWritten: (name: string, how: 'done' | 'retry') => void;
}

/** Resolves to `retry` when the tenant or the folders could not be read. Throws only for bugs. */
export async function runCycle(input: CycleInput): Promise<'done' | 'retry'> {
  const { announce, run } = input;
  try {
    await locked(input);
    return 'done';
  } catch (error) {
    if (run.io.interrupted.aborted) return 'done';
    if (!(error instanceof UserError)) throw error;
    if (error instanceof TenantError) {
      announce.offline(error.message);
      return 'retry';
    }
    announce.refused(undefined, error);
    return isTransient(error) ? 'retry' : 'done';
  }
}

/**
 * A folder that is being written, another run that is writing to the tenant, a store or a disk that cannot be used for
 * now.
 */
function isTransient(error: UserError): boolean {
  if (error instanceof SourceError || error.exitCode === exitCodes.conflict) return true;
  if (error instanceof StoreError) return true;
  return isSystemError(error.cause);
}

/**
 * The tenant is read when no other run writes. The folders of a save are read before that: what another run, such as a
 * pull, changes in them meanwhile is not confirmed before the upload.
 */
async function locked(input: CycleInput): Promise<void> {
  const locking = input.lock();
  const begun = locking.then(() => undefined);
  begun.catch(() => undefined);
  try {
    if (input.names === undefined) await begun;
    await planAndApply({ ...input, run: { ...input.run, begun } });
  } finally {
    await locking.then(
      (release) => release(),
      () => undefined,
    );
  }
}

async function planAndApply(input: CycleInput): Promise<void> {
  const { run, names, announce } = input;
  const approvals = approvalsOf(input);
  const whole = await planCycle(input, approvals);
  const { planned, waiting } = holdLosses(input.fileGrace, holdDeletes(input, whole));
  announce.online();
  if (names === undefined) {
    const { tenant, settings } = run;
    const where = { tenant: tenant.header.url, project: settings.config.project };
    announce.watching(planned.rails.found ?? 0, { ...where, deletes: deletesOf(input, approvals) });
  }
  const { awaited, patterns } = findAwaited(input.selector, planned);
  const read = names && new Set([...names, ...patterns]);
  announce.waiting([...waiting, ...awaited, ...findErrors(whole), ...findKept(planned, approvals)], read);
  input.uploadCheck.review(names, planned.desired.extensions);
  const lookedAt = planned.plan.changes.filter(({ name }) => names?.has(name) !== false);
  for (const change of lookedAt) announce.blocked(change);
  const writes = workOf(planned.plan);
  announce.resumed(new Set(writes.map(({ name }) => name)));
  if (isBetweenBuilds(whole)) return;
  // Deletes that wait are judged at once: if too much is gone, nothing is written.
  assertSafe(guardOf(whole));
  input.approvals.use(planned, approvals);
  input.onWrites(writes.map(({ name }) => name));
  if (writes.length === 0) return;
  const outcomes = await writeAll(input, planned, writes);
  input.tally.note(outcomes, planned.rails.limits);
}

/** Only the command line turns deletes on: a config that is made for pipelines must not delete while somebody develops. */
function approvalsOf({ approvals }: CycleInput): Approvals {
  const left = approvals.left();
  return { ...left, prune: left.prune === true };
}

/** If names are selected, nobody has searched for what is missing. */
function deletesOf({ selector }: CycleInput, { prune }: Approvals): 'on' | 'off' {
  return prune === true && selector === undefined ? 'on' : 'off';
}

/** A folder that cannot be read holds back no other, and what only documents contain is not looked up. */
const background = {
  broken: 'leave-out',
  endings: 'not-compared',
  forecasts: 'none',
  origin: 'nowhere',
} as const;

async function planCycle(input: CycleInput, approvals: Approvals): Promise<PlannedRun> {
  const { names, selector, list, packs } = input;
  // Journals grow while the session lasts.
  const run = { ...input.run, past: createPast(input.run) };
  const planned = await planFolders(run, {
    ...background,
    command: 'plan',
    selector: names === undefined ? selector && { ...selector, unused: () => [] } : selectExactly(names),
    halfReplaces: names === undefined ? 'finish' : 'leave',
    // A look at everything has to find what is gone, so it does not list from memory.
    list: names === undefined ? undefined : list,
    onRead: (extensions) => packs.onRead(extensions, names === undefined ? 'everything' : 'save'),
    approvals,
  });
  input.grace.saw(planned.sources.map(({ folder }) => folder));
  const look = names === undefined ? 'everything' : 'names';
  const held = input.renameHolds.hold(holdCircles(input, planned), look, run.tenant.identity);
  const withApps = await addImpact(run, held, approvals, { most: 'deletes' });
  return askPolicyCommand(run, addCounted(input, dropUnusedCounts(withApps)));
}

/**
 * Leaves out the deletes that have to wait. Deletes are done alone, right after the folders were read: uploads take a
 * while, and a folder may come back meanwhile.
 */
function holdDeletes({ grace, run, names }: CycleInput, planned: PlannedRun): PlannedRun {
  if (names !== undefined) return planned;
  const work = workOf(planned.plan);
  const deletes = work.filter(({ action }) => action === 'delete').map(({ name }) => name);
  const wait = grace.review(deletes);
  if (deletes.length === 0) return planned;
  const why = wait ?? (deletes.length < work.length ? afterUploads(grace) : undefined);
  if (why === undefined) return planned;
  return editChanges(planned, run.tenant.identity, (change) =>
    deletes.includes(change.name) ? { ...change, action: 'none', reason: 'kept', message: why } : change,
  );
}

function afterUploads({ restart }: DeleteGrace): string {
  restart();
  return 'gone from the folders; deleted once everything else is there';
}

/** The limits are those of the session. */
function addCounted({ tally }: CycleInput, planned: PlannedRun): PlannedRun {
  const updates = workOf(planned.plan).filter(({ action }) => action === 'update' || action === 'replace');
  const counted = tally.countedBeside(new Set(updates.map(({ name }) => name)));
  return { ...planned, rails: { ...planned.rails, counted } };
}

/** Leaves out the uploads that something answers by writing a file again. */
function holdCircles({ brake, announce, sinceSave, run }: CycleInput, planned: PlannedRun): PlannedRun {
  const { plan, desired } = planned;
  const held = workOf(plan).filter(({ name }) => {
    const extension = desired.extensions.find((each) => each.name === name);
    const path = extension && brake.holds(extension, performance.now() - sinceSave(name));
    if (extension === undefined || path === undefined) return false;
    const line = ignoreLineOf(run.settings.config.root, extension.folder, path);
    announce.refused(name, {
      message: `Held: ${path} is written again after every sync, and nothing else changes. It goes on when another file changes.`,
      hint: `Whatever writes it should write elsewhere; ${JSON.stringify(line)} in "ignore" leaves the file out.`,
    });
    return true;
  });
  if (held.length === 0) return planned;
  return { ...planned, plan: { ...plan, changes: plan.changes.filter((change) => !held.includes(change)) } };
}

async function writeAll(
  input: CycleInput,
  planned: PlannedRun,
  writes: readonly Change[],
): Promise<readonly Outcome[]> {
  const { run, announce, packs } = input;
  const { plan, desired, actual, packWith } = planned;
  const record = await input.record.open(planned.sources);
  const outcomes = await apply({
    ...record.recording,
    ...{ plan, desired, actual },
    revisions: input.revisions,
    patience: onceOnly,
    tenant: run.tenant.extensions,
    themes: run.tenant.themes,
    concurrency: concurrencyOf(run.settings),
    slots: run.store?.slots,
    signal: run.signal,
    pack: packWith(packs.pack),
    onOutcome: (outcome) => {
      if (packs.unconfirmed.has(outcome.name)) input.onWritten(outcome.name, 'done');
      else reportOutcome(input, outcome, writes);
      const synced = desired.extensions.find(({ name }) => name === outcome.name);
      if (outcome.status !== 'done' || synced === undefined) return;
      input.brake.synced(synced);
      input.fileGrace.settled(synced);
    },
  });
  await record.end(outcomes);
  for (const { name, overwrote } of outcomes) {
    if (overwrote !== undefined) announce.refused(name, { message: overwrote, hint: undefined });
  }
  return outcomes;
}

/** What failed is tried again soon, with whatever is saved meanwhile. */
const onceOnly: Patience = { tries: 1, pauseMs: () => 0 };

function reportOutcome(
  { announce, sinceSave, onWritten }: CycleInput,
  outcome: Outcome,
  writes: readonly Change[],
): void {
  const { name } = outcome;
  const change = writes.find((write) => write.name === name);
  if (outcome.status === 'done' && change !== undefined) announce.synced(outcome, change, sinceSave(name));
  else if (outcome.status !== 'not-attempted') announce.failed(outcome);
  onWritten(name, isWorthRetrying(outcome) ? 'retry' : 'done');
}

/** What may be different in a moment: no answer, a failing tenant, a moved record, a file that changed meanwhile. */
function isWorthRetrying({ status, error }: Outcome): boolean {
  const code = error?.status;
  if (status === 'done') return false;
  if (status === 'not-attempted') return code === 401;
  if (status === 'not-applied') return true;
  return code === undefined || code >= 500 || [401, 404, 408, 409, 410, 429].includes(code);
}
