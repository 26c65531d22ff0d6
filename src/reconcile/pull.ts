/** Pulls extensions from the tenant into folders, side by side. One failure does not stop the others. */

import { mkdirSync, readdirSync, renameSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import pLimit from 'p-limit';
import { hasSameContent } from '../core/classify.js';
import { isDroppedByQlik } from '../core/digest.js';
import { exitCodeOf, RefusedError, UserError } from '../core/errors.js';
import { type ExitCode, exitCodes } from '../core/exit-codes.js';
import { listNames, nameFolder } from '../core/format.js';
import type { ActualExtension, DesiredExtension } from '../core/model.js';
import type { Pulled } from '../core/pulled.js';
import { shellOption } from '../core/shell-word.js';
import { describeSystemError, isSystemError } from '../core/system-error.js';
import type { ArchivedFile } from '../source/archive/archive.js';
import type { Destination, FindDestination } from '../source/pull/destination.js';
import { type Unpacked, unpack } from '../source/pull/unpack.js';
import {
  createStagingFolder,
  createStagingFolderWithin,
  exchangeFiles,
  findStagingFolders,
  oldIn,
  removeStagingFolder,
  removeStagingFolderUnlessNeeded,
} from '../source/put-in-place.js';
import type { ReadArchive } from './archives.js';

interface PullingAll extends Pick<PullingOne, 'findDestination' | 'readArchive' | 'findUnsaved'> {
  readonly wanted: readonly { readonly name: string; readonly record: ActualExtension }[];
  /** Names whose local work may be overwritten. */
  readonly overwrite: ReadonlySet<string>;
  /** Aborted: nothing further is begun. */
  readonly signal: AbortSignal;
}

/** Each holds an archive and its files in memory. */
const atOnce = 4;

/** A credential that may not download one archive may download none, so the others are not tried then. */
export async function pullAll(input: PullingAll): Promise<readonly PullOutcome[]> {
  const { wanted, overwrite, signal, ...means } = input;
  const limit = pLimit(atOnce);
  let stop: string | undefined;
  const pullNext = async (name: string, record: ActualExtension): Promise<PullOutcome> => {
    if (signal.aborted) return leave(name, 'interrupted', exitCodes.interrupted);
    if (stop !== undefined)
      return leave(name, 'the tenant refused the archive of another extension', exitCodes.incomplete);
    const unsaved = overwrite.has(name) ? 'overwrite' : 'keep';
    const outcome = await pullOne({ ...means, name, record, unsaved });
    stop ??= outcome.stop;
    return outcome;
  };
  return Promise.all(wanted.map(({ name, record }) => limit(pullNext, name, record)));
}

function leave(name: string, message: string, exitCode: ExitCode): PullOutcome {
  return { pulled: { name, result: 'not-attempted', leftOut: [], message }, exitCode };
}

/** One extension and the folder it goes to. */
interface PullingOne {
  readonly name: string;
  readonly record: ActualExtension;
  readonly findDestination: FindDestination;
  readonly readArchive: ReadArchive;
  /** Those of the paths below a folder that git could not restore. */
  readonly findUnsaved: (folder: string, paths: readonly string[]) => Promise<readonly string[]>;
  /** Whether work that git could not restore may be overwritten. */
  readonly unsaved: 'keep' | 'overwrite';
}

export interface PullOutcome {
  readonly pulled: Pulled;
  readonly exitCode: ExitCode;
  /** Whether the config's patterns find the folder; absent if it does not hold what the tenant does. */
  readonly found?: Destination['found'];
  /** Present if the others need not be tried. */
  readonly stop?: string;
}

/** Writes to the disk only. Never throws for an error of the tenant, the disk or a person. */
async function pullOne(input: PullingOne): Promise<PullOutcome> {
  const { name, record } = input;
  let known: Known = { name, ...(record.qextVersion !== undefined && { version: record.qextVersion }) };
  try {
    const destination = await input.findDestination(name);
    known = { ...known, folder: destination.displayFolder };
    const { notes, ...done } = await place(input, destination);
    const remarks = destination.found === 'no' ? [...notes, notFound] : notes;
    const message = remarks.length === 0 ? {} : { message: remarks.join('; ') };
    const pulled = { ...known, ...done, ...message };
    return { pulled, exitCode: exitCodes.ok, found: destination.found };
  } catch (error) {
    return explain(error, known);
  }
}

type Known = Pick<Pulled, 'name' | 'folder' | 'version'>;

const notFound = 'no pattern of "extensions" finds this folder';

type Done = Omit<Pulled, keyof Known | 'message'> & Pick<Unpacked, 'notes'>;

function explain(error: unknown, known: Known): PullOutcome {
  const { message, hint, code } = describe(error);
  const result = error instanceof RefusedError ? 'refused' : 'failed';
  const pulled = { ...known, result, leftOut: [], message, ...(hint !== undefined && { hint }) } as const;
  return { pulled, exitCode: code, ...(code === exitCodes.auth && { stop: message }) };
}

function describe(error: unknown): { message: string; hint?: string | undefined; code: ExitCode } {
  if (error instanceof UserError)
    return { message: error.message, hint: error.hint, code: exitCodeOf(error) };
  // A full disk or a missing permission is not a bug, and no reason to stop the others.
  if (isSystemError(error)) return { message: describeSystemError(error), code: exitCodes.incomplete };
  throw error;
}

async function place(input: PullingOne, destination: Destination): Promise<Done> {
  const { existing } = destination;
  if (existing !== undefined && hasSameContent(existing, input.record)) {
    for (const staging of findStagingFolders(destination.folder)) removeStagingFolder(staging);
    return unchanged(existing, { leftOut: [], notes: [] });
  }
  const archive = await input.readArchive(input.record);
  return existing === undefined
    ? placeNew(input.name, destination, archive)
    : placeOver(input, destination, archive, existing);
}

function unchanged(
  { files, bytes }: DesiredExtension,
  { leftOut, notes }: Pick<Unpacked, 'leftOut' | 'notes'>,
): Done {
  return { result: 'unchanged', files: files.length, bytes, leftOut, notes };
}

function summarise({ files, leftOut, notes }: Unpacked): Omit<Done, 'result'> {
  return { files: files.length, bytes: files.reduce((sum, { bytes }) => sum + bytes, 0), leftOut, notes };
}

/** The folder appears whole or not at all. */
async function placeNew(name: string, destination: Destination, archive: Buffer): Promise<Done> {
  const { folder } = destination;
  const staging = createStagingFolder(folder);
  try {
    const unpacked = await unpack(archive, { ...destination, name, folder: join(staging, 'new') });
    removeEmpty(folder);
    renameSync(join(staging, 'new'), folder);
    return { result: 'written', ...summarise(unpacked) };
  } finally {
    removeStagingFolder(staging);
  }
}

/** Removes the folder where the new one goes, if it is empty. */
function removeEmpty(folder: string): void {
  try {
    if (readdirSync(folder).length === 0) rmdirSync(folder);
  } catch {
    // It does not exist, or the rename reports what is in the way.
  }
}

async function placeOver(
  { name, unsaved, findUnsaved }: PullingOne,
  destination: Destination,
  archive: Buffer,
  existing: DesiredExtension,
): Promise<Done> {
  const { folder, displayFolder } = destination;
  // Files that an earlier pull had taken away when it was killed: git can restore them, or they were to be overwritten.
  const left = findStagingFolders(folder);
  const staging = createStagingFolderWithin(folder);
  try {
    const unpacked = await unpack(archive, { ...destination, name, folder: join(staging, 'new') });
    if (unpacked.digest === existing.digest) {
      for (const each of [...left, staging]) removeStagingFolder(each);
      return unchanged(existing, unpacked);
    }
    const { take, put } = findExchange(existing, unpacked.files);
    if (unsaved === 'keep') assertSaved(name, displayFolder, await findUnsaved(folder, take));
    mkdirSync(oldIn(staging));
    exchangeFiles({ folder, fresh: join(staging, 'new'), old: oldIn(staging), take, put });
    for (const each of [...left, staging]) removeStagingFolder(each);
    return { result: 'updated', ...summarise(unpacked) };
  } catch (error) {
    removeStagingFolderUnlessNeeded(staging);
    throw error;
  }
}

/** A file that Qlik drops, such as a licence, stays as it is in the folder. */
function findExchange(
  existing: DesiredExtension,
  files: readonly ArchivedFile[],
): { readonly take: readonly string[]; readonly put: readonly string[] } {
  const here = new Map(existing.files.map((file) => [file.path, file]));
  const there = new Map(files.map((file) => [file.path, file]));
  const dropped = new Set(existing.leftOut.map(({ path }) => path));
  const take = existing.files.filter(({ path, sha256 }) => there.get(path)?.sha256 !== sha256);
  const put = files.filter(({ path, sha256 }) => {
    if (isDroppedByQlik(path) && dropped.has(path)) return false;
    return here.get(path)?.sha256 !== sha256;
  });
  return { take: take.map(({ diskPath }) => diskPath), put: put.map(({ path }) => path) };
}

function assertSaved(name: string, displayFolder: string, unsaved: readonly string[]): void {
  if (unsaved.length === 0) return;
  throw new RefusedError(
    `${nameFolder(displayFolder, 'start')} differs from the tenant, and git could not restore ${listNames(unsaved, 1)}`,
    {
      hint: `Commit it first; ${shellOption('--overwrite', name)} replaces the folder's files with the tenant's.`,
      exitCode: exitCodes.conflict,
    },
  );
}
