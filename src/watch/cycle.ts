/** One run of the pipeline for what was woken: read, plan, apply, tell. The same as `plan` and `apply` use. */

import { workOf } from '../core/change.js';
import { SourceError, TenantError, UserError } from '../core/errors.js';
import { exitCodes } from '../core/exit-codes.js';
import { assertSafe } from '../core/guard.js';
import type { Change, Finding } from '../core/model.js';
import type { Outcome } from '../core/outcome.js';
import { isSystemError } from '../core/system-error.js';
import { withImpact } from '../pipeline/impact.js';
import { type FolderProposal, propose } from '../pipeline/plan-folders.js';
import { withPolicy } from '../pipeline/policy-command.js';
import { apply } from '../reconcile/apply.js';
import type { Release } from '../reconcile/lock/lock.js';
import type { Patience } from '../reconcile/means.js';
import type { Revisions } from '../reconcile/write/revisions.js';
import type { Connection } from '../run/connect.js';
import type { Io } from '../run/io.js';
import { type Selector, selectExactly } from '../run/selection.js';
import { concurrencyOf, type Settings } from '../run/settings.js';
import type { Packer } from '../source/archive/pack.js';
import type { UploadCheck } from '../source/watch/watch.js';
import type { Teller } from './announcer.js';
import { type SessionApprovals, withoutUnmeant } from './approvals.js';
import type { SessionRecord } from './record.js';

export interface CycleInput {
  /** Exact names; absent: everything that the selector selects. */
  readonly names: ReadonlySet<string> | undefined;
  readonly selector: Selector | undefined;
  readonly settings: Settings;
  readonly approvals: SessionApprovals;
  readonly connection: Connection;
  readonly io: Io;
  readonly pack: Packer;
  /** Opened before this run; what it does not confirm is left to the wake that follows. */
  readonly uploadCheck: UploadCheck;
  readonly tell: Teller;
  readonly record: SessionRecord;
  readonly revisions: Revisions;
  /** Keeps other processes from writing meanwhile. */
  readonly lock: () => Promise<Release>;
  /** Milliseconds since the change that woke a name. */
  readonly sinceSave: (name: string) => number;
  /** The names that are about to be written; told before the first write. */
  readonly onWrites: (names: readonly string[]) => void;
  /** A written name may be looked at again; `retry`: it has to. */
  readonly onWritten: (name: string, how: 'done' | 'retry') => void;
}

/** Resolves to `retry` when the tenant or the folders could not be read. Throws only for bugs. */
export async function runCycle(input: CycleInput): Promise<'done' | 'retry'> {
  const { tell } = input;
  try {
    await alone(input);
    return 'done';
  } catch (error) {
    if (input.io.interrupted.aborted) return 'done';
    if (!(error instanceof UserError)) throw error;
    if (error instanceof TenantError) {
      tell.offline(error.message);
      return 'retry';
    }
    tell.refused(undefined, error);
    return isPassing(error) ? 'retry' : 'done';
  }
}

/** A folder that is being written, another run that is writing to the tenant, or a disk that is full for now. */
function isPassing(error: UserError): boolean {
  if (error instanceof SourceError || error.exitCode === exitCodes.conflict) return true;
  return isSystemError(error.cause);
}

async function alone(input: CycleInput): Promise<void> {
  const release = await input.lock();
  try {
    await proposeAndApply(input);
  } finally {
    await release();
  }
}

async function proposeAndApply(input: CycleInput): Promise<void> {
  const { names, settings, connection, tell } = input;
  const selector = names === undefined ? input.selector : selectExactly(names);
  const halfReplaces = names === undefined ? 'finish' : 'leave';
  const approvals = input.approvals.left();
  const asked = { ...input, ...forWatch, command: 'plan', selector, halfReplaces, approvals } as const;
  const looked = await withImpact(await propose(asked), input, approvals, { most: 'deletes' });
  const proposal = await withPolicy(withoutUnmeant(looked), input);
  tell.online();
  if (names === undefined) {
    tell.watching(proposal.folders.found, {
      tenant: connection.header.url,
      project: settings.config.project,
    });
  }
  tell.waiting(findTrouble(proposal), names);
  input.uploadCheck.review(names, proposal.folders.desired.extensions);
  const { plan } = proposal.guard;
  for (const change of plan.changes) tell.blocked(change);
  if (isBetweenBuilds(proposal.folders, proposal.guard)) return;
  assertSafe(proposal.guard);
  input.approvals.use(proposal, approvals);
  const writes = workOf(plan);
  input.onWrites(writes.map(({ name }) => name));
  if (writes.length > 0) await writeAll(input, proposal, writes);
}

/** One that cannot be read holds up no other, and nothing is looked up that only documents tell. */
const forWatch = { broken: 'leave-out', forecasts: 'none', origin: 'nowhere' } as const;

async function writeAll(
  input: CycleInput,
  proposal: FolderProposal,
  writes: readonly Change[],
): Promise<void> {
  const { settings, connection, tell, io } = input;
  const { plan, actual } = proposal.guard;
  const unconfirmed = new Set<string>();
  const record = await input.record.open();
  const outcomes = await apply({
    ...record.means,
    revisions: input.revisions,
    patience: onceOnly,
    plan,
    desired: proposal.folders.desired,
    actual,
    tenant: connection.extensions,
    concurrency: concurrencyOf(settings),
    signal: io.interrupted,
    pack: proposal.packWith(packChecked(input, unconfirmed)),
    onOutcome: (outcome) => {
      if (unconfirmed.has(outcome.name)) input.onWritten(outcome.name, 'done');
      else settle(input, outcome, writes);
    },
  });
  await record.end(outcomes);
  for (const { name, overwrote } of outcomes) {
    if (overwrote !== undefined) tell.refused(name, { message: overwrote, hint: undefined });
  }
}

/** What failed is looked at again soon, with whatever was saved meanwhile. */
const onceOnly: Patience = { tries: 1, pauseMs: () => 0 };

/** With nothing to delete, a project without a folder is a build that has just begun. */
function findTrouble({ folders, guard }: FolderProposal): readonly Finding[] {
  const errors = folders.findings.filter(({ severity }) => severity === 'error');
  if (!isBetweenBuilds(folders, guard)) return errors;
  return [...errors, { rule: 'no-match', severity: 'error', message: 'no extension folder is there' }];
}

function isBetweenBuilds({ found }: FolderProposal['folders'], { plan }: FolderProposal['guard']): boolean {
  return found === 0 && plan.summary.delete === 0;
}

/** A folder that is being written fails without a word, since it is woken for again when it has come to rest. */
function packChecked({ pack, uploadCheck }: CycleInput, unconfirmed: Set<string>): Packer {
  return async (extension) => {
    if (uploadCheck.confirms(extension)) {
      try {
        return await pack(extension);
      } catch (error) {
        if (!(error instanceof SourceError) || uploadCheck.confirms(extension)) throw error;
      }
    }
    unconfirmed.add(extension.name);
    throw new SourceError('it is being written', { file: extension.displayFolder });
  };
}

function settle(
  { tell, sinceSave, onWritten }: CycleInput,
  outcome: Outcome,
  writes: readonly Change[],
): void {
  const { name } = outcome;
  const change = writes.find((write) => write.name === name);
  if (outcome.status === 'done' && change !== undefined) tell.synced(outcome, change, sinceSave(name));
  else if (outcome.status !== 'not-attempted') tell.failed(outcome);
  onWritten(name, isWorthRetrying(outcome) ? 'retry' : 'done');
}

/** What may be otherwise in a moment: no answer, a failing tenant, a moved record, a file that changed meanwhile. */
function isWorthRetrying({ status, error }: Outcome): boolean {
  if (status === 'done' || status === 'not-attempted') return false;
  if (status === 'not-applied') return true;
  const code = error?.status;
  return code === undefined || code >= 500 || [401, 404, 408, 409, 410, 429].includes(code);
}
