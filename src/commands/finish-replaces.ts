/** Replaces that an earlier run left half done: the next run finishes them, whatever it selects. */

import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { UnfinishedReplace } from '../core/decide.js';
import { sendableName } from '../core/marker.js';
import type { ActualState, Finding } from '../core/model.js';
import { byName } from '../core/order.js';
import { applySeverities, finding } from '../core/rules.js';
import type { OpenReplace } from '../reconcile/unfinished.js';
import { ownFolder } from '../source/ignored-by-default.js';
import { type Packer, pack } from '../source/pack.js';
import type { Connection } from './connect.js';
import type { Folders } from './folders.js';
import type { Settings } from './settings.js';
import { type Content, findContent } from './unfinished-content.js';

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
    open.map(async (replace) => ({
      replace,
      content: await findContent(replace, folders, settings, connection),
    })),
  );
  return combine(folders, sources, settings);
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
): Promise<readonly OpenReplace[]> {
  const [{ readRuns }, { findOpenReplaces }] = await Promise.all([
    import('../reconcile/runs.js'),
    import('../reconcile/unfinished.js'),
  ]);
  const held = new Set(extensions.map(({ name }) => name));
  // Hardly any run replaces, and this is asked before every plan.
  const runs = await readRuns({ root, tenant, project, mentioning: '"action":"replace"' });
  return findOpenReplaces(runs).filter(({ name }) => !held.has(name));
}

interface Source {
  readonly replace: OpenReplace;
  readonly content: Content;
}

async function combine(
  folders: Folders,
  sources: readonly Source[],
  { config: { rules } }: Settings,
): Promise<Finishing> {
  const found = sources.filter(({ content }) => content.from !== 'nowhere');
  const lost = sources.filter(({ content }) => content.from === 'nowhere');
  const unfinished = new Map(found.map(({ replace, content }) => [replace.name, describe(replace, content)]));
  const added = found.flatMap(({ content }) => ('extension' in content ? content.extension : []));
  const { desired } = folders;
  return {
    folders: {
      ...folders,
      desired: {
        ...desired,
        extensions: [...desired.extensions, ...added].sort(byName),
        notSelected: desired.notSelected.filter((name) => !unfinished.has(name)),
      },
      findings: [...folders.findings, ...applySeverities(lost.map(lostFinding), rules)],
    },
    unfinished,
    packWith: await choosePacker(found),
  };
}

async function choosePacker(found: readonly Source[]): Promise<Finishing['packWith']> {
  const { createArchivePacker } = await import('../source/archived.js');
  const archives = new Map(
    found.flatMap(({ replace, content }) =>
      content.from === 'backup' ? [[replace.name, content.archive] as const] : [],
    ),
  );
  const direct = new Set(
    found.flatMap(({ replace, content }) => (content.from === 'unselected-folder' ? replace.name : [])),
  );
  return (otherwise) =>
    createArchivePacker(archives, (extension) => (direct.has(extension.name) ? pack : otherwise)(extension));
}

function describe({ name, deletedAt, previous }: OpenReplace, { from }: Content): UnfinishedReplace {
  const unfinished = { at: deletedAt, tags: previous?.tags ?? [] };
  if (from !== 'backup') return unfinished;
  return { ...unfinished, archiveName: sendableName(previous?.archiveName ?? `${name}.zip`) };
}

function lostFinding({ replace: { name, runId, deletedAt } }: Source): Finding {
  return finding('unfinished-replace', {
    extension: name,
    message: `${name} was deleted for a replace on ${deletedAt.slice(0, 10)} (run ${runId}) and not created again. It has no folder and no backup here.`,
    hint: `Until it is created again, sheets that use it are broken: add its folder to "extensions" and apply.`,
  });
}
