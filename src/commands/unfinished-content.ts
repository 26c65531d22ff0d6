/** Where the content of a replace comes from that was left half done: its folder, or its backup. */

import type { DesiredExtension } from '../core/model.js';
import type { OpenReplace } from '../reconcile/unfinished.js';
import type { StoredArchive } from '../source/archived.js';
import type { Connection } from './connect.js';
import { type Folders, readFolders } from './folders.js';
import type { Settings } from './settings.js';

export type Content =
  | { readonly from: 'folders' }
  | { readonly from: 'unselected-folder'; readonly extension: DesiredExtension }
  | { readonly from: 'backup'; readonly extension: DesiredExtension; readonly archive: StoredArchive }
  | { readonly from: 'nowhere' };

export async function findContent(
  replace: OpenReplace,
  { desired }: Folders,
  settings: Settings,
  connection: Connection,
): Promise<Content> {
  const { name } = replace;
  if (desired.extensions.some((extension) => extension.name === name)) return { from: 'folders' };
  const unselected = desired.notSelected.includes(name) ? await readUnselected(name, settings) : undefined;
  if (unselected !== undefined) return { from: 'unselected-folder', extension: unselected };
  return readBackup(replace, settings, connection);
}

/** `undefined` where its folder has errors: they must not stop a run that did not select it. */
async function readUnselected(name: string, settings: Settings): Promise<DesiredExtension | undefined> {
  const only = { matches: (other: string) => other === name, assertUsed: () => undefined };
  const { desired, findings } = await readFolders(only, settings);
  const isBroken = findings.some((each) => each.severity === 'error' && each.extension === name);
  return isBroken ? undefined : desired.extensions.find((extension) => extension.name === name);
}

async function readBackup(
  { name, runId, previous }: OpenReplace,
  { config: { root } }: Settings,
  { identity: tenant }: Connection,
): Promise<Content> {
  const [{ openVault }, { openStored }] = await Promise.all([
    import('../reconcile/vault.js'),
    import('../reconcile/stored.js'),
  ]);
  const origin = { name, displayFolder: `backup of run ${runId}` };
  const stored = await openStored(openVault({ root, tenant }), previous?.md5, origin);
  return stored === undefined ? { from: 'nowhere' } : { from: 'backup', ...stored };
}
