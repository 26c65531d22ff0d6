/** Files that others read while we write them: whole or not there, and known to be writable before there is anything to write. */

import { appendFile, mkdir, realpath, rm, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { UserError } from '../core/errors.js';
import { reasonOf } from '../core/system-error.js';
import { temporaryNameOf, writeAtomically } from '../source/write-atomically.js';

/**
 * Makes the folder above. `what` begins the message: `--report: out/plan.md`.
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

/** A file takes the place of what is there, which root may do to a device too: `/dev/stdout` would be gone for all. */
async function assertReplaceable(path: string, what: string): Promise<void> {
  const there = await stat(path).catch(() => undefined);
  if (there?.isDirectory() === true) throw new UserError(`${what} cannot be written: it is a folder.`);
  if ((there === undefined || there.isFile()) && !/^\/(?:dev|proc)\//.test(path)) return;
  throw new UserError(`${what} cannot be written: it is a device or a pipe.`, {
    hint: 'Name a file; --json prints a document to stdout.',
  });
}

/** The same for a file that others have written to before. @throws UserError */
export async function assertAppendable(path: string, what: string): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true });
    await appendFile(path, '');
  } catch (error) {
    throw new UserError(`${what} cannot be written: ${reasonOf(error)}`, { cause: error });
  }
}

/** Nobody ever sees half of it. A link stays one. */
export async function writeReportFile(path: string, text: string): Promise<void> {
  await writeAtomically(await realpath(path).catch(() => path), text);
}
