/** The changes of a plan, file by file. The tenant's side is downloaded only if it is needed. */

import pLimit from 'p-limit';
import type { ExtensionComparison } from '../core/comparison.js';
import { SourceError, TenantError } from '../core/errors.js';
import { formatBytes } from '../core/format.js';
import type { ActualExtension, Change, DesiredExtension } from '../core/model.js';
import { compare } from '../source/archive/compare.js';
import { openPatchRoom, type PatchRoom } from '../source/archive/compare-patch.js';
import type { ReadArchive } from './archives.js';

interface Comparing {
  readonly changes: readonly Change[];
  readonly desired: readonly DesiredExtension[];
  readonly actual: readonly ActualExtension[];
  readonly readArchive: ReadArchive;
  readonly limits?: ComparingLimits;
}

interface ComparingLimits {
  readonly archives: number;
  /** For all archives together. */
  readonly bytes: number;
}

const defaultLimits: ComparingLimits = { archives: 50, bytes: 200_000_000 };

/** Each comparison holds an archive and its text in memory. */
const atOnce = 4;

/** In code units, for all patches of an extension together. */
const patchesOfOne = 256 * 1024;

/**
 * In the order of the changes. If a comparison is not possible, it says why instead of throwing.
 *
 * @throws TenantError if the credential is no longer accepted (401)
 */
export async function compareChanges(input: Comparing): Promise<readonly ExtensionComparison[]> {
  const records = new Map(input.actual.map((record) => [record.id, record]));
  const shown = input.changes.filter(concernsContent);
  const within = withinLimits(shown, records, input.limits ?? defaultLimits);
  const limit = pLimit(atOnce);
  const read = stopAfterRefusal(input.readArchive);
  return Promise.all(
    shown.map((change) =>
      limit(() => {
        const record = records.get(change.actual?.id ?? '');
        const desired = input.desired.find(({ name }) => name === change.name);
        if (record === undefined)
          return compare({ name: change.name, ...(desired && { desired }), room: roomOf() });
        if (!within.has(change)) return unavailable(change.name, overLimit(input.limits ?? defaultLimits));
        return compareRecord(record, desired, change.name, read);
      }),
    ),
  );
}

function roomOf(): PatchRoom {
  return openPatchRoom(patchesOfOne);
}

/** Includes blocked changes and drift that is kept: a person wants to see those before deciding. */
function concernsContent({ action, state, write }: Change): boolean {
  if (action === 'none') return state === 'drifted';
  return state !== 'unmarked' && write?.carries !== 'data';
}

/** Overwrites come before deletes: they lose what a person may want back, while a delete only lists its content. */
function withinLimits(
  changes: readonly Change[],
  records: ReadonlyMap<string, ActualExtension>,
  limits: ComparingLimits,
): ReadonlySet<Change> {
  const read = changes.filter(({ actual }) => actual !== undefined);
  const ordered = [
    ...read.filter(({ action }) => action !== 'delete'),
    ...read.filter(({ action }) => action === 'delete'),
  ];
  const within = new Set<Change>();
  let bytes = 0;
  for (const change of ordered) {
    bytes += records.get(change.actual?.id ?? '')?.archiveBytes ?? 0;
    if (within.size >= limits.archives || bytes > limits.bytes) break;
    within.add(change);
  }
  return within;
}

function overLimit({ archives, bytes }: ComparingLimits): string {
  return `not compared: one run downloads at most ${archives} archives and ${formatBytes(bytes)} to compare; select fewer extensions`;
}

async function compareRecord(
  record: ActualExtension,
  desired: DesiredExtension | undefined,
  name: string,
  read: ReadArchive,
): Promise<ExtensionComparison> {
  try {
    return await compare({ name, archive: await read(record), ...(desired && { desired }), room: roomOf() });
  } catch (error) {
    const isExpected = error instanceof SourceError || (error instanceof TenantError && error.status !== 401);
    if (!isExpected) throw error;
    return unavailable(name, error.message);
  }
}

function unavailable(name: string, reason: string): ExtensionComparison {
  return { name, files: [], manifest: [], unavailable: reason };
}

/** A credential that may not download one archive may download none, so the others are not requested. */
function stopAfterRefusal(read: ReadArchive): ReadArchive {
  let refusal: TenantError | undefined;
  return async (record) => {
    if (refusal !== undefined) throw refusal;
    try {
      return await read(record);
    } catch (error) {
      if (!(error instanceof TenantError) || error.status !== 403) throw error;
      const reason = 'this key may not download archives: that is for tenant and analytics administrators';
      refusal = new TenantError(reason, { ...error, cause: error });
      throw refusal;
    }
  };
}
