/** Replaces that an earlier run left half done: the next run finishes them, whatever it selects. */

import type { UnfinishedReplace } from '../../core/decide.js';
import { sendableName } from '../../core/marker.js';
import type { ActualState, Finding } from '../../core/model.js';
import { byName } from '../../core/order.js';
import { applySeverities, finding } from '../../core/rules.js';
import { shellWord } from '../../core/shell-word.js';
import type { OpenReplace } from '../../reconcile/journal/unfinished.js';
import { rollbackCommand } from '../../report/go-on.js';
import type { Packer } from '../../source/pack.js';
import type { Folders } from './folders.js';
import { findMissing, type JournalPlace } from './open-replaces.js';
import { type Content, findContent, type ReadUnselected } from './unfinished-content.js';

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
  readUnselected: ReadUnselected,
  place: JournalPlace,
): Promise<Finishing> {
  const open = await findMissing(listed, place);
  if (open.length === 0) return leaveUnfinished(folders);
  const sources = await Promise.all(
    open.map(async (replace) => ({
      replace,
      content: await findContent(replace, folders, readUnselected, place),
    })),
  );
  return combine(folders, sources, place);
}

export function leaveUnfinished(folders: Folders): Finishing {
  return { folders, unfinished: new Map(), packWith: (otherwise) => otherwise };
}

interface Source {
  readonly replace: OpenReplace;
  readonly content: Content;
}

async function combine(
  folders: Folders,
  sources: readonly Source[],
  place: JournalPlace,
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
      findings: [
        ...folders.findings,
        ...describeUnfinished(
          lost.map(({ replace }) => replace),
          place,
        ),
      ],
    },
    unfinished,
    packWith: await choosePacker(found),
  };
}

async function choosePacker(found: readonly Source[]): Promise<Finishing['packWith']> {
  const { createArchivePacker } = await import('../../source/archived.js');
  const archives = new Map(
    found.flatMap(({ replace, content }) =>
      content.from === 'backup' ? [[replace.name, content.archive] as const] : [],
    ),
  );
  const own = new Map(
    found.flatMap(({ replace, content }) =>
      content.from === 'unselected' ? [[replace.name, content.packer] as const] : [],
    ),
  );
  return (otherwise) =>
    createArchivePacker(archives, (extension) => (own.get(extension.name) ?? otherwise)(extension));
}

function describe({ name, deletedAt, previous }: OpenReplace, { from }: Content): UnfinishedReplace {
  const unfinished = { at: deletedAt, tags: previous?.tags ?? [] };
  if (from !== 'backup') return unfinished;
  return { ...unfinished, archiveName: sendableName(previous?.archiveName ?? `${name}.zip`) };
}

const dayMs = 86_400_000;

/** What is left as it is. After as many days as backups are kept for, nobody wants to hear of it any more. */
export function describeUnfinished(
  open: readonly OpenReplace[],
  { settings, connection }: JournalPlace,
): readonly Finding[] {
  const { rules, backup } = settings.config;
  const oldest = Date.now() - backup.days * dayMs;
  const recent = open.filter(({ deletedAt }) => Date.parse(deletedAt) >= oldest);
  return applySeverities(
    recent.map((each) => unfinishedFinding(each, connection.header.environment)),
    rules,
  );
}

function unfinishedFinding(
  { name, runId, deletedAt, deleted }: OpenReplace,
  environment: string | undefined,
): Finding {
  const what = deleted === 'done' ? 'was deleted' : 'is gone since its delete was sent without an answer,';
  return finding('unfinished-replace', {
    extension: name,
    message: `${name} ${what} for a replace on ${deletedAt.slice(0, 10)} (run ${runId}) and not created again.`,
    hint: `Sheets that use it are broken. Unless it was meant to go since: deploy it again, or ${rollbackCommand([shellWord(name)], environment)} restores its backup.`,
  });
}
