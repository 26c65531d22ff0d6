/** Reports and documents as files: checked before there is anything to write, and readers never see half of one. */

import { readFileSync } from 'node:fs';
import { appendFile, realpath, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join, sep } from 'node:path';
import { isOwnDocument } from '../core/content/own-document.js';
import { UserError } from '../core/errors.js';
import { reasonOf } from '../core/system-error.js';
import { isManifestName, listEntries } from '../source/discover/nested-manifest.js';
import { makeFolders } from '../source/make-folders.js';
import { assertNoLinkInOwnFolder, ownFolder } from '../source/own-folder.js';
import { temporaryNameOf, writeAtomically } from '../source/write-atomically.js';

/**
 * Makes the folder that holds it. `what` begins the message: `--report: out/plan.md`.
 *
 * @throws UserError
 */
export async function assertWritable(path: string, what: string): Promise<void> {
  assertNoLinkInOwnFolder(path, what);
  await assertReplaceable(path, what);
  assertNotDeployed(path, what);
  const probe = temporaryNameOf(path);
  try {
    makeFolders(dirname(path));
    await writeFile(probe, '', { flag: 'wx' });
    await rm(probe);
  } catch (error) {
    throw new UserError(`${what} cannot be written: ${reasonOf(error)}`, { cause: error });
  }
}

/**
 * Writing replaces what is there, and root may replace even a device: `/dev/stdout` would be gone for everyone. The files
 * of `/dev/shm` are ordinary files.
 */
async function assertReplaceable(path: string, what: string): Promise<void> {
  const there = await stat(path).catch(() => undefined);
  if (there?.isDirectory() === true) throw new UserError(`${what} cannot be written: it is a folder.`);
  if ((there === undefined || there.isFile()) && !/^\/(?:dev\/(?!shm\/)|proc\/)/.test(path)) return;
  throw new UserError(`${what} cannot be written: it is a device or a pipe.`, {
    hint: 'Name a file; --json prints a document to stdout.',
  });
}

/**
 * Every file in a folder of an extension is deployed with it. `what` begins the message: `--out: pictures`.
 *
 * @throws UserError
 */
export function assertBesideExtensions(folder: string, what: string): void {
  const holder = folder.split(sep).includes(ownFolder) ? undefined : findHolder(folder);
  if (holder === undefined) return;
  throw new UserError(`${what} cannot be written: it is in the folder of the extension ${holder.name}.`, {
    hint: 'What lies there is deployed. Name another folder.',
  });
}

/** A report in place of an extension's file would destroy it, and be deployed with the rest. */
function assertNotDeployed(path: string, what: string): void {
  const holder = findHolder(dirname(path));
  const isVital = isManifestName(basename(path)) || path === holder?.script;
  if (!isVital && (holder === undefined || !isForeign(path))) return;
  const whose = holder === undefined ? 'an extension' : `the extension ${holder.name}`;
  throw new UserError(`${what} cannot be written: it is a file of ${whose}.`, {
    hint: `Name another file, such as .qlik-sync/${basename(path)}${isVital ? '' : ', or remove this one first'}.`,
  });
}

/** The extension in the nearest folder above that has one, up to the root of the repository. */
function findHolder(folder: string): { readonly name: string; readonly script: string } | undefined {
  const names = listEntries(folder).map(({ name }) => name);
  const manifest = names.find(isManifestName);
  if (manifest !== undefined) {
    const name = manifest.slice(0, -'.qext'.length);
    return { name, script: join(folder, `${name}.js`) };
  }
  return names.includes('.git') || dirname(folder) === folder ? undefined : findHolder(dirname(folder));
}

/** Whether the file has content that somebody else wrote. */
function isForeign(path: string): boolean {
  try {
    const content = readFileSync(path);
    return content.length > 0 && !isOwnDocument(path, content);
  } catch {
    return false;
  }
}

/** The same for a file that other steps append to. @throws UserError */
export async function assertAppendable(path: string, what: string): Promise<void> {
  assertNotDeployed(path, what);
  try {
    makeFolders(dirname(path));
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
 * @param named the file's name in messages, and how to write it properly
 * @throws UserError for UTF-16; the system's error if it cannot be read
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
