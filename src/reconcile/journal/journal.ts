/** Writes a run's journal: append-only, each line that a request waits for on the disk before the request is sent. */

import { type ExitCode, exitCodes } from '../../core/exit-codes.js';
import type { Store } from '../../store/store.js';
import { ownPlace, tenantKey, unwritable } from '../own-place.js';
import type { RunEnd, RunLine, RunStart } from '../run-record.js';
import type { Journal } from '../write-dependencies.js';
import { createGrowingFile, type GrowingFile } from './growing-file.js';
import { createJournalParts, type JournalParts } from './journal-parts.js';
import { listRunFiles, runFileOf } from './run-files.js';
import { nextRunId } from './run-id.js';
import { type Survey, settle } from './survey.js';

/** The first line of a journal, without what the journal adds itself. */
export type RunOptions = Omit<RunStart, 'kind' | 'version' | 'id' | 'startedAt'> & {
  /** Absolute: the folder of the config. */
  readonly root: string;
  /** Where each line also has to be before the run goes on; absent: on the disk alone. */
  readonly store?: Store | undefined;
  /** The ids of the runs in the store, as far as they are known; their journals may not be here. */
  readonly stored?: () => readonly string[];
  /** Asked at the end: what earlier runs of all machines left; `undefined` if another run may have come between. */
  readonly earlier?: () => Survey | undefined;
  /** Called with work that may be done later, before the store is closed. */
  readonly onLater?: (work: Promise<void>) => void;
  /** Called if somebody removes the journal while it is written. It is complete again; what was beside it may be gone. */
  readonly onRemoved?: () => void;
};

export interface RunJournal extends Journal {
  /** The argument of `rollback`. */
  readonly id: string;
  /** Writes the last line and closes the file, even if the line cannot be written. */
  end(exitCode: ExitCode, counts: RunEnd['counts']): Promise<void>;
  /** Whether it still exists and no other run has begun in the same folder since. */
  isNewest(): Promise<boolean>;
}

/**
 * Creates `.qlik-sync/runs/<tenant>/<id>.jsonl` with its first line, or nothing if that cannot be written.
 *
 * @throws UserError if it cannot be written, here and from every method. After one failure all calls fail.
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
  const lines = createLineWriter(file, folder, parts);
  try {
    await lines.writeSoon({ kind: 'run', version: 1, id, startedAt: now.toISOString(), ...run });
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
      await lines.write({ kind: 'before', at: timestamp(), step, ...details });
      return step;
    },
    assertMaySend: () => undefined,
    after: (details) => lines.writeSoon({ kind: 'after', at: timestamp(), ...details }),
    end: async (exitCode, counts) => {
      const last: RunEnd = { kind: 'end', at: timestamp(), exitCode, counts };
      const whole = await lines
        .writeHere(last)
        .then(() => parts && file.read())
        .finally(() => file.close());
      if (parts === undefined || whole === undefined) return;
      const before = earlier();
      await parts.join(whole, textOf(last), before && settle(before, whole.toString('utf8')));
    },
    isNewest: async () => {
      const since = [...(await listIds())].filter((other) => !others.has(other));
      return since.length === 1 && since[0] === id;
    },
  };
}

interface LineWriter {
  /** Resolves when the line is on this disk and in the store. */
  write(line: RunLine): Promise<void>;
  /**
   * Resolves when the line is in the file, for every process to see. No request waits for it, so neither is the disk waited
   * for (without the line, the next run asks the tenant, as after an answer that never came), nor the store, which gets it
   * with the next line that one does.
   */
  writeSoon(line: RunLine): Promise<void>;
  /** Resolves when the line is on this disk; the store does not get it. */
  writeHere(line: RunLine): Promise<void>;
}

function createLineWriter(file: GrowingFile, folder: string, parts: JournalParts | undefined): LineWriter {
  const append = (text: string) => file.append(text).catch((error) => explain(error, folder, 'write'));
  return {
    write: async (line) => {
      const text = textOf(line);
      await allOf([append(text), parts?.append(text)]);
    },
    writeSoon: async (line) => {
      const text = textOf(line);
      parts?.note(text);
      await file.note(text).catch((error) => explain(error, folder, 'write'));
    },
    writeHere: (line) => append(textOf(line)),
  };
}

function textOf(line: RunLine): string {
  return `${JSON.stringify(line)}\n`;
}

/** Waits for all, even if one fails, so that nothing is under way when it throws. */
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
