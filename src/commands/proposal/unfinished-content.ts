/** Where the content of a replace comes from that was left half done: what is deployed, or its backup. */

import type { DesiredExtension } from '../../core/model.js';
import type { OpenReplace } from '../../reconcile/journal/unfinished.js';
import type { StoredArchive } from '../../source/archived.js';
import { type Packer, pack } from '../../source/pack.js';
import type { Settings } from '../settings.js';
import { type Folders, readFolders } from './folders.js';
import type { JournalPlace } from './open-replaces.js';

export type Content =
  | { readonly from: 'selected' }
  | ({ readonly from: 'unselected' } & Unselected)
  | { readonly from: 'backup'; readonly extension: DesiredExtension; readonly archive: StoredArchive }
  | { readonly from: 'nowhere' };

/** What was not selected, and has its own way to be packed. */
export interface Unselected {
  readonly extension: DesiredExtension;
  readonly packer: Packer;
}

/** Resolves to `undefined` for what has errors: they must not stop a run that did not select it. */
export type ReadUnselected = (name: string) => Promise<Unselected | undefined>;

/**
 * The backup only stands in for what is there and cannot be read. A name that nothing deploys any more was perhaps
 * deleted on purpose, from another machine, and no journal here would know.
 */
export async function findContent(
  replace: OpenReplace,
  { desired }: Folders,
  readUnselected: ReadUnselected,
  place: JournalPlace,
): Promise<Content> {
  const { name } = replace;
  if (desired.extensions.some((extension) => extension.name === name)) return { from: 'selected' };
  if (!desired.notSelected.includes(name)) return { from: 'nowhere' };
  const unselected = await readUnselected(name);
  return unselected === undefined ? readBackup(replace, place) : { from: 'unselected', ...unselected };
}

export function readFromFolders(settings: Settings): ReadUnselected {
  return async (name) => {
    const only = { matches: (other: string) => other === name, assertUsed: () => undefined };
    const { desired, findings } = await readFolders(only, settings);
    const isBroken = findings.some((each) => each.severity === 'error' && each.extension === name);
    const extension = desired.extensions.find((each) => each.name === name);
    return isBroken || extension === undefined ? undefined : { extension, packer: pack };
  };
}

async function readBackup(
  { name, runId, previous }: OpenReplace,
  { settings: { config }, connection: { identity: tenant } }: JournalPlace,
): Promise<Content> {
  const [{ openVault }, { openStored }] = await Promise.all([
    import('../../reconcile/backup/vault.js'),
    import('../../reconcile/backup/stored.js'),
  ]);
  const origin = { name, displayFolder: `backup of run ${runId}` };
  const stored = await openStored(openVault({ root: config.root, tenant }), previous?.md5, origin);
  return stored === undefined ? { from: 'nowhere' } : { from: 'backup', ...stored };
}
