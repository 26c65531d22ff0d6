/** Reports and documents as files: writable is known before there is anything to write, and readers never see half of one. */

import { readFileSync } from 'node:fs';
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

/**
 * The text of a document that qlik-sync printed, as a person or a shell wrote it to a file; without the byte order mark
 * that Windows puts before UTF-8.
 *
 * @param named the file as messages call it, and how to write it properly
 * @throws UserError for UTF-16; the system's error where it cannot be read
 */
export function readDocumentText(
  path: string,
  named: { readonly name: string; readonly hint: string },
): string {
  const bytes = readFileSync(path);
  const [first, second] = bytes;
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)) {
    throw new UserError(`${named.name} is UTF-16, as PowerShell's > writes it.`, { hint: named.hint });
  }
  return bytes.toString('utf8').replace(/^\uFEFF/, '');
}
