/** `--diff`: what each change of a plan would change, in its report. */

import type { RunPlace } from '../run-place.js';
import { openArchiveReader } from './archive-reader.js';
import { type Proposal, withReads } from './judged.js';

/** The archives that are downloaded for it count as reads of the plan. */
export async function withComparisons<T extends Proposal>(
  proposal: T,
  { settings, connection, io }: RunPlace,
): Promise<T> {
  const { compareChanges } = await import('../../reconcile/compare.js');
  const { readArchive, downloads } = openArchiveReader(settings, connection, io);
  const { guard, folders, about } = proposal;
  const comparisons = await compareChanges({
    changes: guard.plan.changes,
    desired: folders.desired.extensions,
    actual: guard.actual.extensions,
    readArchive,
  });
  return withReads({ ...proposal, about: { ...about, comparisons } }, downloads());
}
