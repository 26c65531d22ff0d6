/** What a watch session leaves behind: one journal, begun with its first write, and copies of what it overwrites. */

import type { ExitCode } from '../../core/errors.js';
import type { Outcome } from '../../core/model.js';
import { countOutcomes } from '../../reconcile/count-outcomes.js';
import type { RunJournal } from '../../reconcile/journal.js';
import type { Backup, Journal } from '../../reconcile/means.js';
import type { RunEnd } from '../../reconcile/run-record.js';
import type { RunPlace } from '../exclusive.js';
import type { ApprovalOptions } from '../options.js';

export interface SessionRecord {
  /** @throws UserError where the journal cannot be written */
  readonly open: () => Promise<{ readonly journal: Journal; readonly backup?: Backup }>;
  readonly note: (outcomes: readonly Outcome[]) => void;
  readonly close: (exitCode: ExitCode) => Promise<void>;
}

export function createSessionRecord(
  place: RunPlace,
  { backup }: Pick<ApprovalOptions, 'backup'>,
): SessionRecord {
  let opening: Promise<{ readonly journal: RunJournal; readonly backup?: Backup }> | undefined;
  let counts = countOutcomes([]);

  async function begin(): Promise<{ readonly journal: RunJournal; readonly backup?: Backup }> {
    const { openBackup, openJournal } = await import('../recording.js');
    const journal = await openJournal(place, { command: 'watch' });
    return { journal, ...(backup !== false && { backup: openBackup(place) }) };
  }

  return {
    open: () => {
      opening ??= begin();
      // What cannot be opened now may be mended by the next save.
      opening.catch(() => {
        opening = undefined;
      });
      return opening;
    },
    note: (outcomes) => {
      counts = add(counts, countOutcomes(outcomes));
    },
    close: async (exitCode) => {
      const opened = await opening?.catch(() => undefined);
      if (opened === undefined) return;
      await opened.journal.end(exitCode, counts).catch(() => undefined);
      const { tidy } = await import('../recording.js');
      await tidy(place);
    },
  };
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
