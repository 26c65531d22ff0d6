/** Keeps `.qlik-sync/runs` and `.qlik-sync/backups` from growing forever. */

import { rm } from 'node:fs/promises';
import type { TenantIdentity } from '../core/model.js';
import { contentKeysIn } from './backup/content-names.js';
import { createVault, type StoredFile } from './backup/vault.js';
import { bringRuns, type ListedRun } from './journal/fetch-runs.js';
import { listRunFiles, type RunFileName, readRunFiles } from './journal/run-files.js';
import { idMs } from './journal/run-id.js';
import { byNewest, parseFile, type RunFile, readOldestFirst } from './journal/runs.js';
import { followRun, type OpenReplace } from './journal/unfinished.js';
import { isOwnPlace, ownPlace, tenantKey } from './own-place.js';
import type { Run } from './run-record.js';
import type { StorePlace } from './store-place.js';
import { type FindMentioned, trimStore } from './trim-store.js';

interface RetentionLimits {
  /** How many runs of one project on one tenant are kept at most. */
  readonly keep: number;
  /** Their maximum age. */
  readonly days: number;
}

export interface Retention extends RetentionLimits {
  /** Absolute: the folder of the config. */
  readonly root: string;
  readonly tenant: TenantIdentity;
  readonly project: string;
  readonly now: Date;
  /** Trimmed in the same way. */
  readonly shared?: SharedRuns | undefined;
}

interface SharedRuns extends Pick<StorePlace, 'store'> {
  /** What existed when this run took the lock. */
  readonly runs: readonly ListedRun[];
  /** Another run relies on what it finds there. */
  readonly isHeld: () => boolean;
}

interface Tidied {
  readonly runs: number;
  /** Archives and records. */
  readonly files: number;
}

const dayMs = 86_400_000;

/** A younger file may belong to a run of another process that has not written its journal line yet. */
const untouchableMs = 3_600_000;

/**
 * Removes the project's runs beyond either limit, then backups that no remaining journal of the tenant mentions. The
 * newest run and the runs of unfinished replaces stay. What cannot be removed stays for the next time.
 */
export async function retain(retention: Retention): Promise<Tidied> {
  const { root, tenant, now, shared } = retention;
  const places = (['runs', 'backups'] as const).map((what) => ownPlace(root, what, tenantKey(tenant)));
  if (!places.every((place) => isOwnPlace(root, place))) return { runs: 0, files: 0 };
  if (shared !== undefined) await fetchForTrimming(retention, shared);
  const vault = createVault({ root, tenant });
  const stored = await vault.list();
  const summaries = await summarize(retention, new Map(stored.map(({ key }) => [key, key])));
  const leaving = findOutdated(summaries, retention);
  const staying = summaries.files.filter((file) => !leaving.includes(file));
  const gone = await Promise.all(leaving.map(({ path }) => rm(path).then(countOne, countNone)));
  const before = new Date(now.getTime() - untouchableMs);
  await vault.removeLeftovers(before);
  const unmentioned = findUnmentioned(stored, staying);
  const swept = await Promise.all(
    unmentioned.map(({ name }) => vault.removeUnused(name, before).then(asCount, countNone)),
  );
  if (shared !== undefined) {
    const { runs, isHeld } = shared;
    const findMentioned: FindMentioned = (keys) => readMentioned(staying, keys);
    const trimming = { runs, isHeld, outdated: idsOf(leaving), staying: idsOf(staying), findMentioned };
    await trimStore({ ...retention, store: shared.store }, trimming);
  }
  return { runs: sum(gone), files: sum(swept) };
}

/** How many journals are read at most for each that is removed. */
const readsForOne = 8;

/**
 * Which backups go with a journal is known only when all other journals are. If many of those are not here, removing waits
 * until several journals go at once.
 */
async function fetchForTrimming(
  { root, tenant, keep, days, now }: Retention,
  { store, runs }: SharedRuns,
): Promise<void> {
  const ids = [...new Set(runs.map(({ id }) => id))].sort().reverse();
  const oldest = now.getTime() - days * dayMs;
  // The run that is ending is the first of those that are kept.
  const leaving = ids.filter((id, index) => index + 1 >= keep || idMs(id) < oldest);
  if (leaving.length === 0) return;
  const here = new Set((await listRunFiles(root, tenant)).map(({ id }) => id));
  const missing = ids.filter((id) => !here.has(id));
  if (missing.length > readsForOne * leaving.length) return;
  // Those that are here may have grown since.
  await bringRuns({ root, store }, runs);
}

function idsOf(files: readonly RunFileName[]): ReadonlySet<string> {
  return new Set(files.map(({ id }) => id));
}

/** What has to be known of a journal, while the others are read. */
interface Summary extends RunFileName {
  readonly changedAt: Date;
  readonly isJournal: boolean;
  /** The keys of stored files that it mentions; absent if it cannot be read and may mention any. */
  readonly mentions?: readonly string[];
  /** When its run began, in milliseconds; absent unless it is of this project on this tenant. */
  readonly startMs?: number;
}

interface Summaries {
  /** Oldest first. */
  readonly files: readonly Summary[];
  /** The runs of unfinished replaces. */
  readonly needed: ReadonlySet<string>;
}

async function summarize({ root, tenant, project }: Retention, keys: StoredKeys): Promise<Summaries> {
  const open = new Map<string, OpenReplace>();
  const files: Summary[] = [];
  for await (const some of readOldestFirst(root, tenant)) {
    const journals: (RunFile & { readonly run: Run })[] = [];
    for (const { run, ...file } of some.map(parseFile)) {
      if (run === undefined) files.push(summaryOf(file, keys, { isJournal: false }));
      else journals.push({ ...file, run });
    }
    for (const { run, ...file } of journals.sort((a, b) => byNewest(b.run, a.run))) {
      const isOwn = run.start.tenant === tenant && run.start.project === project;
      if (isOwn) followRun(open, run);
      const startMs = Date.parse(run.start.startedAt);
      files.push(summaryOf(file, keys, { isJournal: true, ...(isOwn && { startMs }) }));
    }
  }
  return { files, needed: new Set([...open.values()].map(({ runId }) => runId)) };
}

/** Copies of the keys: a slice of a journal's text would keep all of the text in memory. */
type StoredKeys = ReadonlyMap<string, string>;

/** Without its text. */
function summaryOf(
  { path, id, changedAt, text }: RunFile,
  keys: StoredKeys,
  told: Pick<Summary, 'isJournal' | 'startMs'>,
): Summary {
  const mentions = text === undefined ? undefined : mentionedIn(text, keys);
  return { path, id, changedAt, ...(mentions && { mentions }), ...told };
}

/** In any line, so that a journal of a newer version keeps what it needs. */
function mentionedIn(text: string, keys: StoredKeys): readonly string[] {
  if (keys.size === 0) return [];
  return [...contentKeysIn(text)].flatMap((key) => keys.get(key) ?? []);
}

/** None if a journal may mention anything. */
function findUnmentioned(files: readonly StoredFile[], staying: readonly Summary[]): readonly StoredFile[] {
  const mentioned = new Set<string>();
  for (const { mentions } of staying) {
    if (mentions === undefined) return [];
    for (const key of mentions) mentioned.add(key);
  }
  return files.filter(({ key }) => !mentioned.has(key));
}

function findOutdated(
  { files, needed }: Summaries,
  { keep, days, now }: RetentionLimits & Pick<Retention, 'now'>,
): readonly Summary[] {
  const oldest = now.getTime() - days * dayMs;
  const own = files.filter(({ startMs }) => startMs !== undefined);
  const ages = new Map([...own].reverse().map((file, index) => [file, index]));
  return files.filter((file) => {
    const { id, isJournal, changedAt, startMs } = file;
    if (startMs === undefined) return !isJournal && changedAt.getTime() < oldest;
    const index = ages.get(file) ?? 0;
    return index > 0 && !needed.has(id) && (index >= keep || startMs < oldest);
  });
}

/** What they mention of a store's files. `undefined` if one cannot be read and may mention any. */
async function readMentioned(
  files: readonly RunFileName[],
  keys: ReadonlySet<string>,
): Promise<ReadonlySet<string> | undefined> {
  const mentioned = new Set<string>();
  for await (const some of readRunFiles(files)) {
    for (const { text } of some) {
      if (text === undefined) return undefined;
      for (const key of contentKeysIn(text)) if (keys.has(key)) mentioned.add(key);
    }
  }
  return mentioned;
}

function asCount(result: 'removed' | 'kept'): number {
  return result === 'removed' ? 1 : 0;
}

const countOne = (): number => 1;

const countNone = (): number => 0;

function sum(counts: readonly number[]): number {
  return counts.reduce((total, one) => total + one, 0);
}
