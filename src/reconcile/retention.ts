/** Keeps `.qlik-sync/runs` and `.qlik-sync/backups` from growing forever. */

import { rm } from 'node:fs/promises';
import type { TenantIdentity } from '../core/model.js';
import { createVault, type Vault } from './backup/vault.js';
import { byNewest, type RunFile, readRunFiles } from './journal/runs.js';
import { findOpenReplaces } from './journal/unfinished.js';
import { isOwnPlace, ownPlace, tenantKey } from './own-place.js';
import type { Run } from './run-record.js';
import type { RunObject, StorePlace } from './store-place.js';
import { trimStore } from './trim-store.js';

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
  /** Trimmed likewise, while this run holds the lock there. `runs`: as it was then. */
  readonly shared?: (Pick<StorePlace, 'store'> & { readonly runs: readonly RunObject[] }) | undefined;
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
  const { root, tenant, now } = retention;
  const places = (['runs', 'backups'] as const).map((what) => ownPlace(root, what, tenantKey(tenant)));
  if (!places.every((place) => isOwnPlace(root, place))) return { runs: 0, files: 0 };
  const files = await readRunFiles(root, tenant);
  const leaving = findOutdated(files, retention);
  const staying = files.filter((file) => !leaving.includes(file));
  const gone = await Promise.all(leaving.map(({ path }) => rm(path).then(countOne, countNone)));
  const mentioned = mentionedIn(staying);
  const swept = mentioned === undefined ? 0 : await sweep(createVault({ root, tenant }), mentioned, now);
  const { shared } = retention;
  if (shared !== undefined) {
    const trimming = { runs: shared.runs, outdated: idsOf(leaving), staying: idsOf(staying), mentioned };
    await trimStore({ ...retention, store: shared.store }, trimming);
  }
  return { runs: sum(gone), files: swept };
}

function idsOf(files: readonly RunFile[]): ReadonlySet<string> {
  return new Set(files.map(({ id }) => id));
}

function findOutdated(files: readonly RunFile[], retention: Retention): readonly RunFile[] {
  const { tenant, project, keep, days, now } = retention;
  const oldest = now.getTime() - days * dayMs;
  const own = files
    .flatMap(({ run }) => run ?? [])
    .filter(({ start }) => start.tenant === tenant && start.project === project)
    .sort(byNewest);
  const needed = new Set(findOpenReplaces(own).map(({ runId }) => runId));
  const outdated = own.filter(
    (run, index) => index > 0 && !needed.has(run.start.id) && (index >= keep || startOf(run) < oldest),
  );
  return files.filter(({ run, changedAt }) =>
    run === undefined ? changedAt.getTime() < oldest : outdated.includes(run),
  );
}

function startOf({ start }: Run): number {
  return Date.parse(start.startedAt);
}

/**
 * Everything that could be the name of a stored file, in any line, so that a journal of a newer version keeps what it
 * needs. `undefined` where a journal cannot be read and may mention anything.
 */
function mentionedIn(files: readonly RunFile[]): ReadonlySet<string> | undefined {
  const texts = files.flatMap(({ text }) => text ?? []);
  if (texts.length < files.length) return undefined;
  return new Set(texts.flatMap((text) => text.match(/\b(?:[0-9a-f]{32}){1,2}\b/g) ?? []));
}

/** Resolves to the number of files that were removed. */
async function sweep(vault: Vault, mentioned: ReadonlySet<string>, now: Date): Promise<number> {
  const before = new Date(now.getTime() - untouchableMs);
  await vault.removeLeftovers(before);
  const unmentioned = (await vault.list()).filter(
    ({ key, usedAt }) => !mentioned.has(key) && usedAt < before,
  );
  return sum(
    await Promise.all(
      unmentioned.map(({ name }) => vault.removeUnused(name, before).then(asCount, countNone)),
    ),
  );
}

function asCount(result: 'removed' | 'kept'): number {
  return result === 'removed' ? 1 : 0;
}

const countOne = (): number => 1;

const countNone = (): number => 0;

function sum(counts: readonly number[]): number {
  return counts.reduce((total, one) => total + one, 0);
}
