/**
 * Replaces that an earlier run left half done: deleted and not created again. The next run finishes them, whatever it
 * selects.
 */

import type { UnfinishedReplace } from '../core/decide.js';
import { stemOf } from '../core/kind.js';
import { sendableName } from '../core/marker.js';
import type { ActualExtension, ActualState, DesiredExtension, Finding } from '../core/model.js';
import { byName } from '../core/order.js';
import { applySeverities, finding } from '../core/rules.js';
import type { SeenChange } from '../core/seen.js';
import { shellWord } from '../core/shell-word.js';
import type { OpenReplace } from '../reconcile/journal/unfinished.js';
import { rollbackCommand } from '../report/resume-command.js';
import type { TenantHeader } from '../report/run-header.js';
import type { Run } from '../run/run.js';
import { selectExactly } from '../run/selection.js';
import type { StoredArchive } from '../source/archive/archived.js';
import { type Packer, pack } from '../source/archive/pack.js';
import type { SourceFiles } from '../source/git/state.js';
import { type Folders, readFolders } from './observe.js';
import type { PackWith } from './planned.js';

/** What is desired, with the replaces that have to be finished. */
interface UnfinishedReplaces {
  /** Those to finish are among the extensions, wherever their content comes from. */
  readonly folders: Folders;
  readonly unfinished: ReadonlyMap<string, UnfinishedReplace>;
  readonly packWith: PackWith;
}

/** Where journals are kept, and for which project and tenant. */
type Place = Pick<Run, 'settings' | 'tenant' | 'store' | 'past'>;

/**
 * Reads journals and backups, even with `--no-cache`.
 *
 * @param reviewed the changes of a reviewed plan: a replace that was unknown then is only mentioned
 */
export async function finishReplaces(
  place: Place,
  folders: Folders,
  listed: ActualState,
  readUnselected: ReadUnselected,
  reviewed?: readonly SeenChange[],
): Promise<UnfinishedReplaces> {
  const open = await findMissing(listed, place);
  if (open.length === 0) return leaveUnfinished(folders);
  const sources = await Promise.all(
    open.map(async (replace) => ({
      replace,
      content: mayFinish(replace, reviewed)
        ? await findContent(replace, folders, readUnselected, place)
        : ({ from: 'nowhere' } as const),
    })),
  );
  return combine(folders, sources, place);
}

/** Any plan that is made now may finish it; a reviewed one only if it creates the name, or is the one that was cut off. */
function mayFinish({ name }: OpenReplace, reviewed: readonly SeenChange[] | undefined): boolean {
  const creates = ({ action }: SeenChange): boolean => action === 'create' || action === 'replace';
  return reviewed?.some((change) => change.name === name && creates(change)) ?? true;
}

export function leaveUnfinished(folders: Folders): UnfinishedReplaces {
  return { folders, unfinished: new Map(), packWith: (otherwise) => otherwise };
}

interface Source {
  readonly replace: OpenReplace;
  readonly content: Content;
}

async function combine(
  folders: Folders,
  sources: readonly Source[],
  place: Place,
): Promise<UnfinishedReplaces> {
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
      sources: [
        ...folders.sources,
        ...found.flatMap(({ content }) => (content.from === 'unselected' ? content.sources : [])),
      ],
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

async function choosePacker(found: readonly Source[]): Promise<PackWith> {
  const { createArchivePacker } = await import('../source/archive/archived.js');
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
  return { ...unfinished, archiveName: sendableName(previous?.archiveName ?? `${stemOf(name)}.zip`) };
}

const dayMs = 86_400_000;

/** Those that stay as they are. After as many days as backups are kept they are no longer mentioned. */
export function describeUnfinished(
  open: readonly OpenReplace[],
  { settings, tenant }: Place,
): readonly Finding[] {
  const { rules, backup } = settings.config;
  const oldest = Date.now() - backup.days * dayMs;
  const recent = open.filter(({ deletedAt }) => Date.parse(deletedAt) >= oldest);
  return applySeverities(
    recent.map((each) => unfinishedFinding(each, tenant.header)),
    rules,
  );
}

function unfinishedFinding({ name, runId, deletedAt, deleted }: OpenReplace, header: TenantHeader): Finding {
  const what = deleted === 'done' ? 'was deleted' : 'is gone since its delete was sent without an answer,';
  return finding('unfinished-replace', {
    extension: name,
    message: `${name} ${what} for a replace on ${deletedAt.slice(0, 10)} (run ${runId}) and not created again.`,
    hint: `Sheets that use it are broken. Unless it was meant to go since: deploy it again, or ${rollbackCommand([shellWord(name)], header)} restores its backup.`,
  });
}

/** Taken from the journals of this machine: those that the tenant does not hold. */
export async function findMissing(
  { extensions }: ActualState,
  place: Place,
): Promise<readonly OpenReplace[]> {
  const held = new Set(extensions.map(({ name }) => name));
  return (await readOpenReplaces(place)).filter(({ name }) => !held.has(name));
}

/** Names that were created again by other means, as another record: the one that was to be deleted may still go. */
export async function findCompletedElsewhere(
  { extensions }: ActualState,
  place: Place,
): Promise<readonly string[]> {
  const records = new Map(extensions.map((record) => [record.name, record]));
  const isAnother = (record: ActualExtension | undefined, { previous }: OpenReplace): boolean =>
    record !== undefined && previous !== undefined && record.id !== previous.id;
  const open = await readOpenReplaces(place);
  return open.filter((replace) => isAnother(records.get(replace.name), replace)).map(({ name }) => name);
}

async function readOpenReplaces({ past }: Pick<Place, 'past'>): Promise<readonly OpenReplace[]> {
  return (await past.survey()).open;
}

/** Where the content of such a replace comes from: what is deployed, or its backup. */
type Content =
  | { readonly from: 'selected' }
  | ({ readonly from: 'unselected' } & Unselected)
  | { readonly from: 'backup'; readonly extension: DesiredExtension; readonly archive: StoredArchive }
  | { readonly from: 'nowhere' };

/** An extension that was not selected, with its own packer. */
interface Unselected {
  readonly extension: DesiredExtension;
  readonly packer: Packer;
  /** As of `Folders`; none of an archive. */
  readonly sources: readonly SourceFiles[];
}

/** Resolves to `undefined` if it has errors, which must not stop a run that did not select it. */
export type ReadUnselected = (name: string) => Promise<Unselected | undefined>;

/**
 * The backup only takes the place of a folder that exists and cannot be read. A name that nothing deploys any more may have
 * been deleted on purpose, from another machine, and no journal here would know.
 */
async function findContent(
  replace: OpenReplace,
  { desired }: Folders,
  readUnselected: ReadUnselected,
  place: Place,
): Promise<Content> {
  const { name } = replace;
  if (desired.extensions.some((extension) => extension.name === name)) return { from: 'selected' };
  if (!desired.notSelected.includes(name)) return { from: 'nowhere' };
  const unselected = await readUnselected(name);
  return unselected === undefined ? readBackup(replace, place) : { from: 'unselected', ...unselected };
}

export function readFromFolders({ settings, io }: Pick<Run, 'settings' | 'io'>): ReadUnselected {
  return async (name) => {
    const only = selectExactly(new Set([name]));
    const { desired, findings, sources } = await readFolders(only, settings, io);
    const isBroken = findings.some((each) => each.severity === 'error' && each.extension === name);
    const extension = desired.extensions.find((each) => each.name === name);
    return isBroken || extension === undefined ? undefined : { extension, packer: pack, sources };
  };
}

async function readBackup({ name, runId, previous }: OpenReplace, place: Place): Promise<Content> {
  const [{ vaultOf }, { readStored }] = await Promise.all([
    import('./recording.js'),
    import('../reconcile/backup/stored.js'),
  ]);
  const origin = { name, displayFolder: `backup of run ${runId}` };
  const stored = await readStored(await vaultOf(place), previous?.md5, origin);
  return stored === undefined ? { from: 'nowhere' } : { from: 'backup', ...stored };
}
