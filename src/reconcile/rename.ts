/** Finds deletes of a plan that come back under another name. Compares contents only where there are creates as well. */

import pLimit from 'p-limit';
import type { ActualExtension, Change, DesiredExtension, Finding, Plan } from '../core/model.js';
import type { PlanInput } from '../core/plan.js';
import { type ContentSide, findRenameCandidates, findRenames, type RenameSearch } from '../core/rename.js';
import { finding } from '../core/rules.js';
import { type ArchiveReader, type ReadArchive, whyUnreadable } from './archives.js';

/** More deletes than this are not renames, and maxDeletes stops them anyway. */
const mostArchives = 20;

const atOnce = 4;

/** @throws TenantError where the credential is no longer accepted (401) */
async function searchRenames(
  { changes }: Plan,
  desired: readonly DesiredExtension[],
  actual: readonly ActualExtension[],
  readArchive: ReadArchive,
): Promise<RenameSearch> {
  const candidates = findRenameCandidates(changes);
  if (candidates === undefined) return { renames: [], uncompared: [] };
  const limit = pLimit(atOnce);
  const coming = new Set(candidates.coming.map(({ name }) => name));
  const going = candidates.going.slice(0, mostArchives);
  const read = await Promise.all(going.map((change) => limit(readGoing, change, actual, readArchive)));
  const beyond = candidates.going
    .slice(mostArchives)
    .map(({ name }) => ({ name, reason: `only ${mostArchives} are` }));
  return {
    renames: findRenames(
      read.filter((side) => 'files' in side),
      desired.filter(({ name }) => coming.has(name)),
    ),
    uncompared: [...read.filter((side) => 'reason' in side), ...beyond],
  };
}

async function readGoing(
  { name, actual: summary }: Change,
  actual: readonly ActualExtension[],
  readArchive: ReadArchive,
): Promise<ContentSide | RenameSearch['uncompared'][number]> {
  const record = actual.find(({ id }) => id === summary?.id);
  if (record === undefined) throw new Error(`${name} is deleted without a record`);
  try {
    const { digestArchive } = await import('../source/archive/archive.js');
    const content = await digestArchive(await readArchive(record));
    return { name, files: content.files };
  } catch (error) {
    const reason = whyUnreadable(error);
    if (reason === undefined) throw error;
    return { name, reason };
  }
}

interface Planning {
  readonly desired: readonly DesiredExtension[];
  readonly actual: readonly ActualExtension[];
  readonly planFrom: (found: Pick<PlanInput, 'reads' | 'renames'>) => Plan;
}

/** Plans; and where there are deletes and creates, compares their contents and plans again with the renames found. */
export async function planWithRenames(
  { desired, actual, planFrom }: Planning,
  { read, downloads }: ArchiveReader,
): Promise<{ readonly decided: Plan; readonly findings: readonly Finding[] }> {
  const first = planFrom({ reads: 1 + downloads() });
  if (findRenameCandidates(first.changes) === undefined) return { decided: first, findings: [] };
  const renames = await searchRenames(first, desired, actual, read);
  const decided = planFrom({ reads: 1 + downloads(), renames });
  return { decided, findings: renames.uncompared.map(describeUncompared) };
}

function describeUncompared({ name, reason }: RenameSearch['uncompared'][number]): Finding {
  return finding('rename-unchecked', {
    extension: name,
    message: `${name}, which would be deleted, could not be compared with what would be created: ${reason}`,
    hint: 'If it was renamed, sheets that use the old name break.',
  });
}
