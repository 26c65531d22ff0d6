/** A rollback as a plan like any other: the state before a run is the desired state. Pure. */

import type { StoredArchives } from './budget.js';
import { summariseActual, summariseDesired } from './change.js';
import { isOwned, markerOf } from './marker.js';
import type {
  Action,
  ActualExtension,
  ActualState,
  Blocked,
  Change,
  DesiredExtension,
  Plan,
  Policy,
  State,
  TenantIdentity,
} from './model.js';
import { assertDistinctNames, spellOutKinds } from './names.js';
import { byName } from './order.js';
import { ownersOf } from './owner.js';
import { noRenames, summarisePlan } from './plan.js';
import { keepsDrift, movedRail, protectedRail, replaceRail, stateRail } from './rails.js';
import {
  describeRestore,
  describeVersion,
  matches,
  matchesArchiveName,
  type RecordSide,
  type Remains,
  restoringWrite,
} from './record-side.js';
import { markRenames, type RenameSearch } from './rename.js';

/** The combined effect of a run on one name. */
export interface NameRollback {
  readonly name: string;
  /** The record before the run; absent where the run created it. */
  readonly before?: RecordSide;
  /** The record after the run; absent where the run deleted it. */
  readonly after?: RecordSide;
  /** What the run may have left instead, if a write that failed took effect all the same. */
  readonly perhaps?: readonly Remains[];
  /** The archive of `before`; absent if it is not stored. */
  readonly archive?: DesiredExtension;
}

interface RollbackInput {
  readonly rollbacks: readonly NameRollback[];
  /** Disjoint from `rollbacks`. */
  readonly lost?: readonly LostChange[];
  readonly actual: ActualState;
  readonly policy: Policy;
  readonly tenant: TenantIdentity;
  /** Requests sent so far to read both sides. */
  readonly reads: number;
  /** Archives that need no download for their backup. */
  readonly stored?: StoredArchives | undefined;
  /** Found by comparing the contents of deletes and creates. */
  readonly renames?: RenameSearch;
  /** The command line that undoes only the creation of this name. */
  readonly deleteAlone: (name: string) => string;
}

/** Names that the run did not touch have no change. @throws RefusedError if names differ only in case */
export function planRollback(input: RollbackInput): Plan {
  const { rollbacks, lost = [], actual, policy, tenant, reads, stored, renames = noRenames } = input;
  const names = [...rollbacks, ...lost].map(({ name }) => name);
  assertDistinctNames({ extensions: [], skipped: [], notSelected: names }, actual, policy.project);
  const records = new Map(actual.extensions.map((record) => [record.name, record]));
  const decided = [
    ...rollbacks.map((rollback) => decideRollback(rollback, records.get(rollback.name), policy)),
    ...lost.map((change) => decideLost(change, records.get(change.name))),
  ].sort(byName);
  const changes = spellOutKinds(holdDeletes(markRenames(decided, renames, policy), input));
  return summarisePlan(changes, { project: policy.project, tenant, reads, nameless: 0, stored });
}

/** As long as one name cannot be restored, nothing is deleted: it may be what the run created in its place. */
function holdDeletes(changes: readonly Change[], { deleteAlone }: RollbackInput): readonly Change[] {
  const stuck = changes.find(({ action, blocked }) => action !== 'delete' && blocked !== undefined);
  if (stuck === undefined) return changes;
  return changes.map((change) =>
    change.action === 'delete' && change.blocked === undefined
      ? { ...change, blocked: noSubstitute(stuck.name, deleteAlone(change.name)) }
      : change,
  );
}

function noSubstitute(stuck: string, command: string): Blocked {
  return {
    rail: 'no-substitute',
    message: `it may replace ${stuck}, which cannot be restored; ${command} deletes it anyway`,
  };
}

function decideRollback(rollback: NameRollback, record: ActualExtension | undefined, policy: Policy): Change {
  const { name, before } = rollback;
  if (record === undefined)
    return before === undefined
      ? nothing(name, 'missing', 'already gone')
      : recreate(rollback, before, policy);
  const actual = summariseActual(record);
  if (before === undefined && remainsOf(rollback).every((side) => side === 'nothing'))
    return { ...nothing(name, 'orphan', 'the run left nothing behind'), actual };
  if (before !== undefined && matches(record, before))
    return { ...nothing(name, 'in-sync', 'already as it was before'), actual };
  const moved = !remainsOf(rollback).some((side) => side !== 'nothing' && matches(record, side));
  if (moved && keepsDrift(name, policy))
    return {
      ...nothing(name, 'drifted', 'kept: changed since that run; onDrift is skip'),
      reason: 'kept',
      actual,
    };
  const blocked = movedRail(moved ? 'moved' : 'as-left', name, record, policy);
  return before === undefined
    ? removeCreated(name, record, policy, blocked)
    : restore({ ...rollback, before }, record, policy, blocked);
}

/** Everything that the run may have left. */
export function remainsOf({
  after,
  perhaps = [],
}: Pick<NameRollback, 'after' | 'perhaps'>): readonly Remains[] {
  return [after ?? 'nothing', ...perhaps];
}

function nothing(name: string, state: State, message: string): Change {
  return { name, action: 'none', state, reason: 'in-sync', message };
}

/** For a record that was deleted, by the run or after it. */
function recreate(rollback: NameRollback, before: RecordSide, policy: Policy): Change {
  const { name, archive } = rollback;
  const blocked =
    (archive === undefined ? notStored : undefined) ??
    movedRail(remainsOf(rollback).includes('nothing') ? 'as-left' : 'moved', name, undefined, policy);
  return {
    name,
    action: 'create',
    state: 'missing',
    reason: 'restored',
    message: `restored from its backup${describeVersion(before)}; it gets a new id, the old one cannot be restored`,
    ...(archive && { desired: summariseDesired(archive) }),
    write: { carries: 'file-and-data', ...restoringWrite(name, before) },
    ...(blocked && { blocked }),
  };
}

function removeCreated(
  name: string,
  record: ActualExtension,
  policy: Policy,
  moved: Blocked | undefined,
): Change {
  const blocked = protectedRail(name, policy) ?? notOursRail(record, policy) ?? moved ?? pruneRail(policy);
  return {
    name,
    action: 'delete',
    state: 'orphan',
    reason: 'restored',
    message: 'undoes its creation',
    actual: summariseActual(record),
    ...(blocked && { blocked }),
  };
}

function restore(
  { name, before, archive }: NameRollback & { readonly before: RecordSide },
  record: ActualExtension,
  policy: Policy,
  moved: Blocked | undefined,
): Change {
  const keepsArchive = record.md5 === before.md5 && matchesArchiveName(record, before);
  const supernova = before.supernova ?? archive?.manifest.supernova ?? false;
  const replaces = record.supernova && !supernova && record.md5 !== before.md5;
  const state = ownershipOf(record, policy.project);
  const blocked =
    protectedRail(name, policy) ??
    (state === undefined ? undefined : stateRail(state, name, record, policy)) ??
    moved ??
    (keepsArchive || archive !== undefined ? undefined : notStored) ??
    (replaces ? replaceRail(name, policy) : undefined);
  return {
    name,
    action: replaces ? 'replace' : 'update',
    state: moved === undefined ? (state ?? 'changed') : 'drifted',
    reason: 'restored',
    message: describeRestore(before, record, keepsArchive ? 'tags' : 'all', policy.project),
    ...(archive && !keepsArchive && { desired: summariseDesired(archive) }),
    actual: summariseActual(record),
    write: keepsArchive
      ? { carries: 'data', tags: before.tags }
      : { carries: 'file-and-data', ...restoringWrite(name, before) },
    ...(blocked && { blocked }),
  };
}

/** `undefined` for a record that is ours. */
function ownershipOf(record: ActualExtension, project: string): State | undefined {
  if (record.bundled) return 'unmanaged';
  if (isOwned(record, project)) return undefined;
  if (ownersOf(record.tags).length > 0) return 'foreign';
  return markerOf(record).kind === 'ours' ? 'disowned' : 'unmanaged';
}

const notStored: Blocked = {
  rail: 'no-backup',
  message:
    'its previous archive is not stored here (--no-backup, another machine, or removed by age), so it cannot be restored',
};

/** Only records that are ours are ever deleted, and no flag lifts that. */
function notOursRail(record: ActualExtension, { project }: Policy): Blocked | undefined {
  if (isOwned(record, project)) return undefined;
  const rail = ownersOf(record.tags).length > 0 ? 'foreign' : 'unmanaged';
  return { rail, message: 'no longer ours, so it is not deleted' };
}

function pruneRail({ prune }: Policy): Blocked | undefined {
  if (prune) return undefined;
  return {
    rail: 'prune',
    message: 'undoing its creation deletes it',
    lift: '--prune',
    effect: 'permits deletes',
  };
}

/** A planned change of a run whose journal is damaged: nobody knows whether it was made, so it cannot be undone. */
export interface LostChange {
  readonly name: string;
  readonly action: Action;
}

const inverse = {
  create: 'delete',
  update: 'update',
  replace: 'update',
  delete: 'create',
  none: 'none',
} as const satisfies Record<Action, Action>;

function decideLost({ name, action }: LostChange, record: ActualExtension | undefined): Change {
  return {
    name,
    action: inverse[action],
    state: record === undefined ? 'missing' : 'changed',
    reason: 'restored',
    message: 'its journal is damaged',
    ...(record && { actual: summariseActual(record) }),
    blocked: {
      rail: 'no-backup',
      message: "that run's journal is damaged, so the previous content is unknown",
    },
  };
}
