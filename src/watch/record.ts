/**
 * What a watch session leaves behind: a journal, begun with its first write, and copies of what it overwrites. A new part
 * of the journal is begun if the last one can no longer be written, or if another run has written since, so that the order
 * of journals is the order of writes.
 */

import { type ExitCode, exitCodes } from '../core/exit-codes.js';
import type { Outcome } from '../core/outcome.js';
import { countOutcomes } from '../core/past-run.js';
import { createUploadedArchives } from '../reconcile/backup/uploaded.js';
import type { RunJournal } from '../reconcile/journal/journal.js';
import type { RunEnd } from '../reconcile/run-record.js';
import type { Backup, Journal } from '../reconcile/write-dependencies.js';
import type { Approvals } from '../run/flags.js';
import type { Run } from '../run/run.js';
import type { SourceFiles } from '../source/git/state.js';

export interface SessionRecord {
  /** To be called before a write. @param sources of what is written. @throws UserError if the journal cannot be written */
  readonly open: (sources: readonly SourceFiles[]) => Promise<OpenRecord>;
  readonly close: (exitCode: ExitCode) => Promise<void>;
}

interface OpenRecord {
  readonly recording: { readonly journal: Journal; readonly backup?: Backup };
  /** To be called after the last write. */
  readonly end: (outcomes: readonly Outcome[]) => Promise<void>;
}

/** One journal of the session, and how many writes are using it. */
interface JournalPart {
  readonly journal: RunJournal;
  counts: RunEnd['counts'];
  writers: number;
  isBroken: boolean;
}

export function createSessionRecord(
  run: Pick<Run, 'settings' | 'tenant' | 'io' | 'store' | 'notices'>,
  { backup }: Pick<Approvals, 'backup'>,
): SessionRecord {
  let current: Promise<JournalPart | undefined> = Promise.resolve(undefined);
  const uploaded = createUploadedArchives();

  async function enter(
    before: JournalPart | undefined,
    sources: readonly SourceFiles[],
  ): Promise<JournalPart> {
    const part = before !== undefined && (await isGood(before)) ? before : await begin(before, sources);
    part.writers += 1;
    return part;
  }

  async function begin(
    before: JournalPart | undefined,
    sources: readonly SourceFiles[],
  ): Promise<JournalPart> {
    if (before?.writers === 0) await finish(before, exitCodes.ok);
    const [{ beginJournal }, { readRunFacts }] = await Promise.all([
      import('../pipeline/recording.js'),
      import('../run/facts.js'),
    ]);
    const facts = readRunFacts(run.settings, run.io, sources);
    const journal = await beginJournal(run, { command: 'watch' }, facts);
    return { journal, counts: countOutcomes([]), writers: 0, isBroken: false };
  }

  async function leave(part: JournalPart, outcomes: readonly Outcome[]): Promise<void> {
    part.counts = add(part.counts, countOutcomes(outcomes));
    part.writers -= 1;
    if (part.writers === 0 && part !== (await current)) await finish(part, exitCodes.ok);
  }

  return {
    open: async (sources) => {
      const entering = current.then((before) => enter(before, sources));
      // The next save may find it writable again.
      current = entering.catch(() => undefined);
      const part = await entering;
      const { backupOf } = await import('../pipeline/recording.js');
      const journal = noticeFailure(part);
      return {
        recording: { journal, ...(backup !== false && { backup: await backupOf(run, uploaded) }) },
        end: (outcomes) => leave(part, outcomes),
      };
    },
    close: async (exitCode) => {
      const part = await current;
      if (part === undefined) return;
      await finish(part, exitCode);
      const { tidy } = await import('../pipeline/recording.js');
      await tidy(run);
    },
  };
}

/** While a write is under way, no other run has the lock. */
async function isGood({ journal, writers, isBroken }: JournalPart): Promise<boolean> {
  return !isBroken && (writers > 0 || (await journal.isNewest().catch(() => false)));
}

/** A journal that failed once fails for good. */
function noticeFailure(part: JournalPart): Journal {
  const note = (error: unknown): never => {
    part.isBroken = true;
    throw error;
  };
  return {
    ...part.journal,
    before: (step) => part.journal.before(step).catch(note),
    after: (step) => part.journal.after(step).catch(note),
  };
}

/** If this fails, the next run finds the journal without an end and says so. */
async function finish({ journal, counts }: JournalPart, exitCode: ExitCode): Promise<void> {
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
