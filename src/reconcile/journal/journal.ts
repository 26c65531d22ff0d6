/** Writes a run's journal: append-only, each line on the disk before the run goes on. */

import { type ExitCode, exitCodes } from '../../core/exit-codes.js';
import type { Store } from '../../store/store.js';
import { ownPlace, tenantKey, unwritable } from '../own-place.js';
import type { RunEnd, RunLine, RunStart } from '../run-record.js';
import type { Journal } from '../write-dependencies.js';
import { createGrowingFile, type GrowingFile } from './growing-file.js';
import { createJournalParts } from './journal-parts.js';
import { listRunFiles, runFileOf } from './run-files.js';
import { nextRunId } from './run-id.js';
import { type Survey, settle } from './survey.js';

/** The first line of a journal, without what the journal adds itself. */
export type RunOptions = Omit<RunStart, 'kind' | 'version' | 'id' | 'startedAt'> & {
  /** Absolute: the folder of the config. */
  readonly root: string;
  /** Where each line has to be too before the run goes on; absent: on the disk alone. */
  readonly store?: Store | undefined;
  /** The ids of the runs in the store, as far as they are known; their journals may not be here. */
  readonly stored?: () => readonly string[];
  /** Asked at the end: what the runs before it left, of all machines; `undefined` where another may have come between. */
  readonly earlier?: () => Survey | undefined;
  /** Called with what may be done later, before the store is closed. */
  readonly onLater?: (work: Promise<void>) => void;
  /** Called where somebody removed the journal while it was written. It is whole again; what lay beside it may be gone. */
  readonly onRemoved?: () => void;
};

export interface RunJournal extends Journal {
  /** The argument of `rollback`. */
  readonly id: string;
  /** Writes the last line and closes the file, even where the line cannot be written. */
  end(exitCode: ExitCode, counts: RunEnd['counts']): Promise<void>;
  /** Whether it still exists and no other run has begun in the same folder since. */
  isNewest(): Promise<boolean>;
}

/**
 * Creates `.qlik-sync/runs/<tenant>/<id>.jsonl` with its first line, or nothing where that cannot be written.
 *
 * @throws UserError where it cannot be written, here and from every method. After one failure all calls fail.
 */
export async function openRun({
  root,
  store,
  stored = () => [],
  earlier = () => undefined,
  onLater = () => undefined,
  onRemoved = () => undefined,
  ...run
}: RunOptions): Promise<RunJournal> {
  const folder = ownPlace(root, 'runs', tenantKey(run.tenant));
  const now = new Date();
  const listIds = async (): Promise<ReadonlySet<string>> =>
    new Set([...(await listRunFiles(root, run.tenant)).map(({ id: here }) => here), ...stored()]);
  // A folder that cannot be read is reported by creating a file in it.
  const others = await listIds().catch(() => new Set(stored()));
  const { id, file } = await createJournal({ root, folder, onRemoved }, now, others).catch((error) =>
    explain(error, folder, 'open'),
  );
  const parts = store && createJournalParts({ store, ...run }, id, onLater);
  const writeHere = (text: string) => file.append(text).catch((error) => explain(error, folder, 'write'));
  const write = async (line: RunLine): Promise<void> => {
    const text = `${JSON.stringify(line)}\n`;
    await allOf([writeHere(text), parts?.append(text)]);
  };
  // The result of a request is on this disk at once, and in the store with the next line that a request waits for.
  const writeSoon = async (line: RunLine): Promise<void> => {
    const text = `${JSON.stringify(line)}\n`;
    parts?.note(text);
    await writeHere(text);
  };
  try {
    // The store has it with the first line that a request waits for.
    await writeSoon({ kind: 'run', version: 1, id, startedAt: now.toISOString(), ...run });
  } catch (error) {
    parts?.discard();
    // A file without a first line is not a journal.
    await file.discard();
    throw error;
  }
  let steps = 0;
  return {
    id,
    before: async (details) => {
      steps += 1;
      const step = steps;
      await write({ kind: 'before', at: timestamp(), step, ...details });
      return step;
    },
    assertMaySend: () => undefined,
    after: (details) => writeSoon({ kind: 'after', at: timestamp(), ...details }),
    end: async (exitCode, counts) => {
      const text = `${JSON.stringify({ kind: 'end', at: timestamp(), exitCode, counts } satisfies RunEnd)}\n`;
      const whole = await writeHere(text)
        .then(() => parts && file.read())
        .finally(() => file.close());
      if (parts === undefined || whole === undefined) return;
      const before = earlier();
      await parts.join(whole, text, before && settle(before, whole.toString('utf8')));
    },
    isNewest: async () => {
      const since = [...(await listIds())].filter((other) => !others.has(other));
      return since.length === 1 && since[0] === id;
    },
  };
}

/** Waits for all, even where one fails, so that nothing is under way when it throws. */
async function allOf(writes: readonly (Promise<void> | undefined)[]): Promise<void> {
  const ended = await Promise.allSettled(writes);
  const failed = ended.find((one) => one.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}

interface Journaling extends Pick<RunOptions, 'root'> {
  readonly folder: string;
  readonly onRemoved: () => void;
}

/** @param others the ids of the existing runs */
async function createJournal(
  place: Journaling,
  now: Date,
  others: ReadonlySet<string>,
): Promise<{ readonly id: string; readonly file: GrowingFile }> {
  const id = nextRunId(now, [...others]);
  const path = runFileOf(place.folder, id);
  const file = await createGrowingFile({ ...place, path });
  return file === undefined ? createJournal(place, now, others) : { id, file };
}

function timestamp(): string {
  return new Date().toISOString();
}

function explain(error: unknown, folder: string, when: 'open' | 'write'): never {
  throw unwritable(error, `The journal in ${folder}`, {
    hint: 'After a crash it is the only record of what was done, so nothing more is written to the tenant. Free some space or make the folder writable, and run again.',
    exitCode: when === 'open' ? exitCodes.usage : exitCodes.incomplete,
  });
}
