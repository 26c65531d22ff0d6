/**
 * What a watch session leaves behind: a journal, begun with its first write, and copies of what it overwrites. Another
 * one is begun where the journal cannot be written any more, and where somebody else wrote since, so that the order of
 * journals is the order of writes.
 */

import { type ExitCode, exitCodes } from '../core/exit-codes.js';
import type { Outcome } from '../core/outcome.js';
import { countOutcomes } from '../core/past-run.js';
import type { RunJournal } from '../reconcile/journal/journal.js';
import type { Backup, Journal } from '../reconcile/means.js';
import type { RunEnd } from '../reconcile/run-record.js';
import type { RunPlace } from '../run/connect.js';
import type { ApprovalOptions } from '../run/flags.js';

export interface SessionRecord {
  /** For what is about to be written. @throws UserError where the journal cannot be written */
  readonly open: () => Promise<OpenRecord>;
  readonly close: (exitCode: ExitCode) => Promise<void>;
}

export interface OpenRecord {
  readonly means: { readonly journal: Journal; readonly backup?: Backup };
  /** To be called when nothing is written any more. */
  readonly end: (outcomes: readonly Outcome[]) => Promise<void>;
}

/** One journal of the session, and who writes to it. */
interface Volume {
  readonly journal: RunJournal;
  counts: RunEnd['counts'];
  writers: number;
  isBroken: boolean;
}

export function createSessionRecord(
  place: RunPlace,
  { backup }: Pick<ApprovalOptions, 'backup'>,
): SessionRecord {
  let current: Promise<Volume | undefined> = Promise.resolve(undefined);

  async function enter(before: Volume | undefined): Promise<Volume> {
    const volume = before !== undefined && (await isGood(before)) ? before : await begin(before);
    volume.writers += 1;
    return volume;
  }

  async function begin(before: Volume | undefined): Promise<Volume> {
    if (before?.writers === 0) await finish(before, exitCodes.ok);
    const { openJournal } = await import('../pipeline/recording.js');
    const journal = await openJournal(place, { command: 'watch' });
    return { journal, counts: countOutcomes([]), writers: 0, isBroken: false };
  }

  async function leave(volume: Volume, outcomes: readonly Outcome[]): Promise<void> {
    volume.counts = add(volume.counts, countOutcomes(outcomes));
    volume.writers -= 1;
    if (volume.writers === 0 && volume !== (await current)) await finish(volume, exitCodes.ok);
  }

  return {
    open: async () => {
      const entering = current.then(enter);
      // What cannot be opened now may be mended by the next save.
      current = entering.catch(() => undefined);
      const volume = await entering;
      const { openBackup } = await import('../pipeline/recording.js');
      const journal = noticeFailure(volume);
      return {
        means: { journal, ...(backup !== false && { backup: openBackup(place) }) },
        end: (outcomes) => leave(volume, outcomes),
      };
    },
    close: async (exitCode) => {
      const volume = await current;
      if (volume === undefined) return;
      await finish(volume, exitCode);
      const { tidy } = await import('../pipeline/recording.js');
      await tidy(place);
    },
  };
}

/** While somebody writes, nobody else has the lock. */
async function isGood({ journal, writers, isBroken }: Volume): Promise<boolean> {
  return !isBroken && (writers > 0 || (await journal.isNewest().catch(() => false)));
}

/** A journal that failed once fails for good. */
function noticeFailure(volume: Volume): Journal {
  const note = (error: unknown): never => {
    volume.isBroken = true;
    throw error;
  };
  return {
    before: (step) => volume.journal.before(step).catch(note),
    after: (step) => volume.journal.after(step).catch(note),
  };
}

/** Nobody can be told but by the next run, which finds it without an end. */
async function finish({ journal, counts }: Volume, exitCode: ExitCode): Promise<void> {
  await journal.end(exitCode, counts).catch(() => undefined);
}

type Counts = RunEnd['counts'];

function add(some: Counts, more: Counts): Counts {
  return {
    created: some.created + more.created,
    updated: some.updated + more.updated,
    replaced: some.replaced + more.replaced,
    deleted: some.deleted + more.deleted,
    failed: some.failed + more.failed,
    notAttempted: some.notAttempted + more.notAttempted,
  };
}
