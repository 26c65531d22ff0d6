/** Replaces that an earlier run left half done: the next run finishes them, whatever it selects. */

import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { UnfinishedReplace } from '../core/decide.js';
import { sendableName } from '../core/marker.js';
import type { ActualState, DesiredExtension, Finding } from '../core/model.js';
import { finding } from '../core/rules.js';
import type { UnfinishedReplace as JournaledReplace } from '../reconcile/unfinished.js';
import type { StoredArchive } from '../source/archived.js';
import { ownFolder } from '../source/ignored-by-default.js';
import { type Packer, pack } from '../source/pack.js';
import type { Connection } from './connect.js';
import { type Folders, readFolders } from './folders.js';
import type { Settings } from './settings.js';

export interface Finishing {
  /** With what has to be finished among the extensions, wherever it comes from. */
  readonly folders: Folders;
  readonly unfinished: ReadonlyMap<string, UnfinishedReplace>;
  /** Packs what has to be finished from where it comes from, and leaves all else to the packer that is given. */
  readonly packWith: (otherwise: Packer) => Packer;
}

/** Reads journals and backups, also where the local indexes are left alone. */
export async function finishReplaces(
  folders: Folders,
  listed: ActualState,
  settings: Settings,
  connection: Connection,
): Promise<Finishing> {
  const unchanged = leaveUnfinished(folders);
  if (!hasRuns(settings.config.root)) return unchanged;
  const open = await findOpen(listed, settings, connection);
  if (open.length === 0) return unchanged;
  const sources = await Promise.all(
    open.map((replace) => findContent(replace, folders, settings, connection)),
  );
  return combine(folders, open, sources);
}

export function leaveUnfinished(folders: Folders): Finishing {
  return { folders, unfinished: new Map(), packWith: (otherwise) => otherwise };
}

/** Most runs of a pipeline begin without a journal, and then nothing is loaded or read. */
function hasRuns(root: string): boolean {
  try {
    return readdirSync(join(root, ownFolder, 'runs')).length > 0;
  } catch {
    return false;
  }
}

async function findOpen(
  { extensions }: ActualState,
  { config: { root, project } }: Settings,
  { identity: tenant }: Connection,
): Promise<readonly JournaledReplace[]> {
  const [{ readRuns }, { findUnfinishedReplaces }] = await Promise.all([
    import('../reconcile/runs.js'),
    import('../reconcile/unfinished.js'),
  ]);
  const held = new Set(extensions.map(({ name }) => name));
  return findUnfinishedReplaces(await readRuns({ root, tenant, project })).filter(
    ({ name }) => !held.has(name),
  );
}

/** Where the content of one comes from. */
type Content =
  | { readonly from: 'folders' }
  | { readonly from: 'unselected-folder'; readonly extension: DesiredExtension }
  | { readonly from: 'backup'; readonly extension: DesiredExtension; readonly archive: StoredArchive }
  | { readonly from: 'nowhere' };

async function findContent(
  replace: JournaledReplace,
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
  { name, runId, previous }: JournaledReplace,
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

async function combine(
  folders: Folders,
  open: readonly JournaledReplace[],
  sources: readonly Content[],
): Promise<Finishing> {
  const extensions = [...folders.desired.extensions];
  const findings: Finding[] = [...folders.findings];
  const unfinished = new Map<string, UnfinishedReplace>();
  const archives = new Map<string, StoredArchive>();
  const direct = new Set<string>();
  open.forEach((replace, index) => {
    const source = sources[index] ?? { from: 'nowhere' };
    if (source.from === 'nowhere') {
      findings.push(lostFinding(replace));
      return;
    }
    unfinished.set(replace.name, describe(replace, source.from));
    if (source.from === 'folders') return;
    extensions.push(source.extension);
    if (source.from === 'backup') archives.set(replace.name, source.archive);
    else direct.add(replace.name);
  });
  const { createArchivePacker } = await import('../source/archived.js');
  const notSelected = folders.desired.notSelected.filter((name) => !unfinished.has(name));
  const desired = { ...folders.desired, extensions: extensions.sort(byName), notSelected };
  return {
    folders: { ...folders, desired, findings },
    unfinished,
    packWith: (otherwise) =>
      createArchivePacker(archives, (extension) =>
        (direct.has(extension.name) ? pack : otherwise)(extension),
      ),
  };
}

function describe(
  { name, deletedAt, previous }: JournaledReplace,
  from: Exclude<Content['from'], 'nowhere'>,
): UnfinishedReplace {
  const unfinished = { at: deletedAt, tags: previous?.tags ?? [] };
  if (from !== 'backup') return unfinished;
  return { ...unfinished, archiveName: sendableName(previous?.archiveName ?? `${name}.zip`) };
}

function lostFinding({ name, runId, deletedAt }: JournaledReplace): Finding {
  return finding('unfinished-replace', {
    extension: name,
    message: `${name} was deleted for a replace on ${deletedAt.slice(0, 10)} (run ${runId}) and not created again. It has no folder and no backup here.`,
    hint: `Until it is created again, sheets that use it are broken: add its folder to "extensions" and apply.`,
  });
}

function byName(a: DesiredExtension, b: DesiredExtension): number {
  return a.name < b.name ? -1 : 1;
}
