/** Finds deletes of a plan that come back under another name. Compares contents only if there are creates as well. */

import pLimit from 'p-limit';
import type { ActualExtension, Change, DesiredExtension, Finding, Plan } from '../core/model.js';
import type { PlanInput } from '../core/plan.js';
import {
  type ContentSide,
  findRenameCandidates,
  findRenames,
  type Rename,
  type RenameSearch,
} from '../core/rename.js';
import { finding } from '../core/rules.js';
import { findSeenRenames, findUnseen, type SeenChange } from '../core/seen.js';
import { type ArchiveReader, type ReadArchive, whyUnreadable } from './archives.js';

/** More deletes than this are not renames, and maxDeletes stops them anyway. */
const mostArchives = 20;

const atOnce = 4;

interface Searching extends Pick<Planning, 'desired' | 'actual' | 'reviewed'> {
  readonly readArchive: ReadArchive;
}

/** @throws TenantError if the credential is no longer accepted (401) */
async function searchRenames({ changes }: Plan, searching: Searching): Promise<RenameSearch> {
  const candidates = findRenameCandidates(changes);
  if (candidates === undefined) return { renames: [], uncompared: [] };
  const limit = pLimit(atOnce);
  const going = candidates.going.slice(0, mostArchives);
  const read = await Promise.all(
    going.map((change) => limit(readGoing, change, candidates.coming, searching)),
  );
  const known = read.flatMap((side) => ('known' in side ? side.known : []));
  const settled = new Set(known.map(({ to }) => to));
  const coming = new Set(candidates.coming.map(({ name }) => name).filter((name) => !settled.has(name)));
  const beyond = candidates.going
    .slice(mostArchives)
    .map(({ name }) => ({ name, reason: `only ${mostArchives} are` }));
  return {
    // Known pairs come out of the same choice, and take nothing from the others.
    renames: [
      ...known,
      ...findRenames(
        read.filter((side) => 'files' in side),
        searching.desired.filter(({ name }) => coming.has(name)),
      ),
    ],
    uncompared: [...read.filter((side) => 'reason' in side), ...beyond],
  };
}

type Compared = ContentSide | { readonly known: readonly Rename[] } | RenameSearch['uncompared'][number];

async function readGoing(
  change: Change,
  coming: readonly Change[],
  { actual, reviewed = [], readArchive }: Searching,
): Promise<Compared> {
  const { name } = change;
  const record = actual.find(({ id }) => id === change.actual?.id);
  if (record === undefined) throw new Error(`${name} is deleted without a record`);
  const unseen = findUnseen(reviewed, record);
  if (unseen !== undefined) return { name, reason: unseen };
  try {
    const { digestArchive } = await import('../source/archive/archive.js');
    const content = await digestArchive(await readArchive(record));
    return { name, files: content.files };
  } catch (error) {
    const reason = whyUnreadable(error);
    if (reason === undefined) throw error;
    const known = findSeenRenames(reviewed, change, coming);
    return known === undefined ? { name, reason } : { known };
  }
}

interface Planning {
  readonly desired: readonly DesiredExtension[];
  readonly actual: readonly ActualExtension[];
  /** The changes of the plan that is applied. */
  readonly reviewed?: readonly SeenChange[] | undefined;
  readonly planFrom: (found: Pick<PlanInput, 'reads' | 'renames'>) => Plan;
}

/** Plans; with both deletes and creates, compares their contents and plans again with the renames found. */
export async function planWithRenames(
  { planFrom, ...sides }: Planning,
  { read, downloads }: ArchiveReader,
): Promise<{ readonly decided: Plan; readonly findings: readonly Finding[] }> {
  const first = planFrom({ reads: 1 + downloads() });
  if (findRenameCandidates(first.changes) === undefined) return { decided: first, findings: [] };
  const renames = await searchRenames(first, { ...sides, readArchive: read });
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
