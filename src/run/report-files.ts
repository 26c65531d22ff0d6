/** Files that others may read at any time: whole or absent, and known to be writable before there is anything to write. */

import { appendFile, mkdir, realpath, rm, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { UserError } from '../core/errors.js';
import { reasonOf } from '../core/system-error.js';
import { temporaryNameOf, writeAtomically } from '../source/write-atomically.js';

/**
 * Makes the folder that holds it. `what` begins the message: `--report: out/plan.md`.
 *
 * @throws UserError
 */
export async function assertWritable(path: string, what: string): Promise<void> {
  await assertReplaceable(path, what);
  const probe = temporaryNameOf(path);
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(probe, '', { flag: 'wx' });
    await rm(probe);
  } catch (error) {
    throw new UserError(`${what} cannot be written: ${reasonOf(error)}`, { cause: error });
  }
}

/** Writing replaces what is there, and root may replace even a device: `/dev/stdout` would be gone for everyone. */
async function assertReplaceable(path: string, what: string): Promise<void> {
  const there = await stat(path).catch(() => undefined);
  if (there?.isDirectory() === true) throw new UserError(`${what} cannot be written: it is a folder.`);
  if ((there === undefined || there.isFile()) && !/^\/(?:dev|proc)\//.test(path)) return;
  throw new UserError(`${what} cannot be written: it is a device or a pipe.`, {
    hint: 'Name a file; --json prints a document to stdout.',
  });
}

/** The same for a file that other steps append to. @throws UserError */
export async function assertAppendable(path: string, what: string): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true });
    await appendFile(path, '');
  } catch (error) {
    throw new UserError(`${what} cannot be written: ${reasonOf(error)}`, { cause: error });
  }
}

/** No reader ever sees half of it. A link stays a link. */
export async function writeReportFile(path: string, text: string): Promise<void> {
  await writeAtomically(await realpath(path).catch(() => path), text);
}
