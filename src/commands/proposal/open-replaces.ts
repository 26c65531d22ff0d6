/** Replaces that earlier runs left half done, by the journals of this machine, beside what the tenant holds. */

import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { ActualExtension, ActualState } from '../../core/model.js';
import type { OpenReplace } from '../../reconcile/journal/unfinished.js';
import { ownFolder } from '../../source/ignored-by-default.js';
import type { RunPlace } from '../run-place.js';

/** Where they are read, and for which project. */
export type JournalPlace = Pick<RunPlace, 'settings' | 'connection'>;

/** Those that the tenant does not hold. */
export async function findMissing(
  { extensions }: ActualState,
  place: JournalPlace,
): Promise<readonly OpenReplace[]> {
  const held = new Set(extensions.map(({ name }) => name));
  return (await readOpenReplaces(place)).filter(({ name }) => !held.has(name));
}

/** Names of those that somebody created again. The very record that was to be deleted may yet go. */
export async function findMadeWhole(
  { extensions }: ActualState,
  place: JournalPlace,
): Promise<readonly string[]> {
  const records = new Map(extensions.map((record) => [record.name, record]));
  const isAnother = (record: ActualExtension | undefined, { previous }: OpenReplace): boolean =>
    record !== undefined && previous !== undefined && record.id !== previous.id;
  const open = await readOpenReplaces(place);
  return open.filter((replace) => isAnother(records.get(replace.name), replace)).map(({ name }) => name);
}

async function readOpenReplaces({
  settings: {
    config: { root, project },
  },
  connection: { identity: tenant },
}: JournalPlace): Promise<readonly OpenReplace[]> {
  if (!hasRuns(root)) return [];
  const [{ readRuns }, { findOpenReplaces }] = await Promise.all([
    import('../../reconcile/journal/runs.js'),
    import('../../reconcile/journal/unfinished.js'),
  ]);
  // Hardly any run replaces, and this is asked before every plan.
  return findOpenReplaces(await readRuns({ root, tenant, project, mentioning: '"action":"replace"' }));
}

/** Most runs of a pipeline begin without a journal, and then nothing is loaded or read. */
function hasRuns(root: string): boolean {
  try {
    return readdirSync(join(root, ownFolder, 'runs')).length > 0;
  } catch {
    return false;
  }
}
