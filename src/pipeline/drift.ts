/** Where tenant and folders differ. Takes one list request; an archive is read only if no marker tells. */

import { type DriftEntry, driftEntryOf, findDrift, sortDrift } from '../core/drift.js';
import type { ActualState, DesiredState, Plan, Policy } from '../core/model.js';
import { settleNames } from '../core/names.js';
import { plan } from '../core/plan.js';
import { checkLineEndings } from '../core/rules/line-endings.js';
import type { ReadArchive } from '../reconcile/archives.js';
import { resolveContent } from '../reconcile/resolve.js';
import type { Run } from '../run/run.js';
import type { Selector } from '../run/selection.js';
import { concurrencyOf } from '../run/settings.js';
import { archivesOf } from './archives.js';
import { usesOrigins } from './declared-origins.js';
import {
  addLeftOut,
  assertNoErrors,
  assertSomethingToDo,
  type Folders,
  observe,
  readFolders,
} from './observe.js';
import type { Looked } from './origins.js';
import { policyOf } from './policy.js';
import { packerOf } from './shared-reading.js';
import { findUnlisted } from './themes.js';

export interface ObservedDrift {
  readonly entries: readonly DriftEntry[];
  readonly plan: Plan;
  /** How many requests were sent. */
  readonly requests: number;
  readonly folders: Folders;
  readonly isSelected: (name: string) => boolean;
}

/** @throws FindingsError if the rules found errors, TenantError, RefusedError, UserError */
export async function observeDrift(
  run: Run,
  selector: Selector | undefined,
  depth: 'markers' | 'bytes',
): Promise<ObservedDrift> {
  const { settings, tenant, io } = run;
  const { folders, listed } = await observe(run, async () => {
    const read = await readFolders(selector, settings, io);
    assertNoErrors(read.findings);
    return read;
  });
  assertSomethingToDo(folders, listed, settings);
  const archives = archivesOf(run);
  const policy = settleNames(strictPolicy(run, folders), []);
  const concurrency = concurrencyOf(settings);
  const actual = await resolveContent(folders.desired, listed, policy.project, archives.read, {
    pack: packerOf(settings),
    concurrency,
    endings: 'compared',
  });
  const { lists = 1 } = listed;
  const desired = await addLeftOut(run, folders, actual, 'matter');
  const decided = plan({ desired, actual, policy, tenant: tenant.identity, reads: lists });
  const forged = depth === 'bytes' ? await findForged(run, decided, folders, actual, archives.read) : [];
  const { lineEndings, rules } = settings.config;
  const findings = [
    ...folders.findings,
    ...findUnlisted(listed, folders.desired, settings.config),
    ...checkLineEndings(decided.changes, lineEndings, rules),
  ];
  const origins = usesOrigins(settings) ? await lookAt(run, desired) : undefined;
  return {
    entries: sortDrift([...findDrift(decided.changes, desired), ...forged]),
    plan: { ...decided, ...(origins !== undefined && { origins: origins.origins }) },
    requests: lists + archives.downloads() + (origins?.reads ?? 0),
    folders: { ...folders, findings },
    isSelected: selector?.matches ?? (() => true),
  };
}

/** Finds differences whether or not a plan would write them. */
async function lookAt({ settings, tenant, io }: Run, { extensions }: DesiredState): Promise<Looked> {
  const { lookAtOrigins } = await import('./origins.js');
  const names = extensions.map(({ name }) => name);
  const of = { settings, http: tenant.http, signal: io.interrupted };
  return lookAtOrigins(of, { names, removal: 'keep', manage: 'tell' });
}

/** What the config permits to be overwritten or kept is drift all the same. */
function strictPolicy({ settings }: Run, folders: Folders): Policy {
  const approvals = { onDrift: 'stop' } as const;
  return { ...policyOf(settings.config, approvals, folders), prune: false, versionPolicy: 'off' };
}

async function findForged(
  { settings }: Run,
  { changes }: Plan,
  { desired }: Folders,
  { extensions }: ActualState,
  readArchive: ReadArchive,
): Promise<readonly DriftEntry[]> {
  const { verifyArchives } = await import('../reconcile/verify-archives.js');
  const inSync = changes.filter(({ state, reason }) => state === 'in-sync' && reason !== 'not-selected');
  const pairs = inSync.flatMap(({ name, actual }) => {
    const extension = desired.extensions.find((each) => each.name === name);
    const record = extensions.find(({ id }) => id === actual?.id);
    return extension === undefined || record === undefined ? [] : [{ desired: extension, record }];
  });
  const wrong = await verifyArchives(pairs, readArchive, packerOf(settings));
  return inSync.flatMap((change) => {
    const bad = wrong.get(change.name);
    if (bad === undefined) return [];
    const { kind, message, onlyLineEndings } = bad;
    return [
      driftEntryOf({ ...change, ...(onlyLineEndings !== undefined && { onlyLineEndings }) }, kind, message),
    ];
  });
}
