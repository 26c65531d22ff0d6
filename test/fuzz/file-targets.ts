/** Files and archives: what their readers must hold to whatever they are given. */

import { parseManifest } from '../../src/core/manifest.js';
import { parseRun } from '../../src/reconcile/journal/runs.js';
import { parseReviewedPlan } from '../../src/report/reviewed-plan.js';
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

/** Never throws, and what is told twice is told the same. */
export async function digestTarget(bytes: Buffer): Promise<void> {
  const digested = await digestArchive(bytes);
  if (digested === undefined) return;
  for (const { path } of digested.files) assertInside(path);
  for (const file of openArchive(bytes) ?? []) {
    assertInside(file.path);
    const content = await file.read();
    if (content !== undefined && content.length !== file.bytes) throw new Error('more than was declared');
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
