/** Files and archives: what their readers must hold to whatever they are given. */

import { comparePaths, normalizePath } from '../../src/core/digest.js';
import { parseManifest } from '../../src/core/manifest.js';
import { UnreadableArchiveError } from '../../src/core/zip/unreadable.js';
import { parseRun } from '../../src/reconcile/journal/runs.js';
import { parseReviewedPlan } from '../../src/report/reviewed-plan.js';
import { inspectArchive } from '../../src/sandbox/extensions/archive.js';
import { readEntries } from '../../src/sandbox/extensions/zip.js';
import { Refusal } from '../../src/sandbox/http/answer.js';
import { resolveBehaviour } from '../../src/sandbox/options.js';
import { digestArchive, openArchive } from '../../src/source/archive/archive.js';
import { readArchived } from '../../src/source/archive/archived.js';

/** Never throws; says at a place what is wrong, or gives a manifest, or both. */
export function manifestTarget(bytes: Buffer): void {
  const { manifest, problems } = parseManifest(bytes);
  if (manifest === undefined && !problems.some(({ severity }) => severity === 'error'))
    throw new Error('neither a manifest nor an error');
  for (const { line, column, message } of problems) {
    if (!(line >= 1 && column >= 1)) throw new Error(`no place: ${line}:${column}`);
    if (message === '') throw new Error('no words');
  }
}

/** Reads it or says that it cannot be read; what is read is inside, and no more than was declared. */
export async function digestTarget(bytes: Buffer): Promise<void> {
  try {
    const { files } = await digestArchive(bytes);
    for (const { path } of files) assertInside(path);
  } catch (error) {
    assertUnreadable(error);
  }
  try {
    const opened = openArchive(bytes);
    for (const { path } of opened.files) assertInside(path);
    for (const file of opened.files) {
      const content = await file.read().catch(assertUnreadable);
      if ((content?.length ?? file.bytes) !== file.bytes) throw new Error('more than was declared');
    }
  } catch (error) {
    assertUnreadable(error);
  }
}

function assertUnreadable(error: unknown): undefined {
  if (!(error instanceof UnreadableArchiveError)) throw error;
  if (error.why === '' || error.why.includes('\n')) throw new Error('no words, or several lines');
  return undefined;
}

/** The sandbox refuses what it does not take, and reads the same files as the product. */
export function uploadTarget(bytes: Buffer): void {
  let ours: readonly string[] | undefined;
  try {
    ours = openArchive(bytes).files.map(({ path }) => path);
  } catch (error) {
    assertUnreadable(error);
  }
  try {
    const theirs = [...readEntries(bytes).keys()].map(normalizePath).sort(comparePaths);
    // To the tenant, two Unicode forms of a name are two names; to the product that is unreadable.
    if (ours !== undefined && String([...new Set(theirs)]) !== String(ours)) {
      throw new Error('other files than the product');
    }
    inspectArchive(bytes, resolveBehaviour({}));
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
  }
}

export async function archivedTarget(bytes: Buffer): Promise<void> {
  const extension = await readArchived(bytes, { name: 'kpi', displayFolder: 'the tenant' });
  for (const { path } of extension.files) assertInside(path);
  if (!/^[0-9a-f]{64}$/.test(extension.digest)) throw new Error(`no digest: ${extension.digest}`);
}

function assertInside(path: string): void {
  const leaves = path.split('/').some((part) => part === '..' || part === '.');
  if (leaves || path.startsWith('/') || /^[a-z]:|[\\\0]/i.test(path)) throw new Error(`leads out: ${path}`);
}

/** Never throws; a step that is told is told whole. */
export function journalTarget(bytes: Buffer): void {
  const run = parseRun(bytes.toString('utf8'));
  for (const { before, after } of run?.steps ?? []) {
    if (typeof before.name !== 'string' || before.step < 0) throw new Error('half a step');
    if (after !== undefined && after.step !== before.step) throw new Error('the answer of another step');
  }
}

/** A plan that is told is one that an approval can be bound to. */
export function planTarget(bytes: Buffer): void {
  const { digest, changes } = parseReviewedPlan('plan.json', bytes.toString('utf8'));
  if (!/^sha256:[0-9a-f]{64}$/.test(digest) || !Array.isArray(changes)) throw new Error('half a plan');
}
