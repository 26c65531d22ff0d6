/** Writes a run's journal: append-only, each line on the disk before anybody goes on. */

import { randomBytes } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { type ExitCode, exitCodes } from '../core/errors.js';
import type { Journal } from './means.js';
import { makeOwnPlace, ownPlace, syncFolder, tenantKey, unwritable } from './own-place.js';
import type { RunEnd, RunLine, RunStart } from './run-record.js';

/** What a run is, beside what the journal itself knows. */
export type RunOptions = Omit<RunStart, 'kind' | 'version' | 'id' | 'startedAt'> & {
  /** Absolute: the folder of the config. */
  readonly root: string;
};

export interface RunJournal extends Journal {
  /** What `rollback` takes. */
  readonly id: string;
  /** The last word; closes the file. */
  end(exitCode: ExitCode, counts: RunEnd['counts']): Promise<void>;
}

/**
 * Creates `.qlik-sync/runs/<tenant>/<id>.jsonl` and its first line.
 *
 * @throws UserError where it cannot be written, here and from every method; after one failure all fail.
 */
export async function openRun({ root, ...run }: RunOptions): Promise<RunJournal> {
  const folder = ownPlace(root, 'runs', tenantKey(run.tenant));
  const now = new Date();
  const { id, handle } = await createFile(root, folder, now).catch((error) => explain(error, folder, 'open'));
  const append = appendDurably(handle);
  const write = (line: RunLine) =>
    append(`${JSON.stringify(line)}\n`).catch((error) => explain(error, folder, 'write'));
  await write({ kind: 'run', version: 1, id, startedAt: now.toISOString(), ...run });
  let steps = 0;
  return {
    id,
    before: async (details) => {
      steps += 1;
      const step = steps;
      await write({ kind: 'before', at: timestamp(), step, ...details });
      return step;
    },
    after: (details) => write({ kind: 'after', at: timestamp(), ...details }),
    end: async (exitCode, counts) => {
      await write({ kind: 'end', at: timestamp(), exitCode, counts });
      await handle.close();
    },
  };
}

interface JournalFile {
  readonly id: string;
  readonly handle: FileHandle;
}

async function createFile(root: string, folder: string, now: Date): Promise<JournalFile> {
  await makeOwnPlace(root, folder);
  const id = `${now.toISOString().replace(/[-:]|\.\d+/g, '')}-${randomBytes(2).toString('hex')}`;
  const handle = await open(join(folder, `${id}.jsonl`), 'ax', 0o600).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'EEXIST') return undefined;
      throw error;
    },
  );
  if (handle === undefined) return createFile(root, folder, now);
  await syncFolder(folder);
  return { id, handle };
}

/** Lines that come while others are being written share the next sync. After a failure nothing is written any more. */
function appendDurably(handle: FileHandle): (text: string) => Promise<void> {
  let waiting = '';
  let current = Promise.resolve();
  let next: Promise<void> | undefined;
  const flush = async (): Promise<void> => {
    const text = waiting;
    waiting = '';
    next = undefined;
    await handle.appendFile(text);
    await handle.datasync();
  };
  return (text) => {
    waiting += text;
    if (next === undefined) {
      next = current.then(flush);
      current = next;
    }
    return next;
  };
}

function timestamp(): string {
  return new Date().toISOString();
}

function explain(error: unknown, folder: string, when: 'open' | 'write'): never {
  throw unwritable(error, `The journal in ${folder}`, {
    hint: 'Without it nobody could tell after a crash what was done, so nothing more is written to the tenant. Free some space or make the folder writable, and run again.',
    exitCode: when === 'open' ? exitCodes.usage : exitCodes.incomplete,
  });
}
