/** What a run leaves for `history`, `rollback` and the next run: its journal, and copies of what it overwrites. */

import { createArchiveCache } from '../reconcile/archive-cache.js';
import { createBackup } from '../reconcile/backup/backup.js';
import { createVault } from '../reconcile/backup/vault.js';
import { openRun, type RunJournal } from '../reconcile/journal/journal.js';
import type { RunStart } from '../reconcile/run-record.js';
import type { Backup } from '../reconcile/write-dependencies.js';
import { type RunFacts, readRunFacts } from '../run/facts.js';
import type { Run } from '../run/run.js';

/** @param facts asked for early, since git takes its time; absent: asked for now. @throws UserError where it cannot be written */
export async function beginJournal(
  { settings, tenant, io }: Pick<Run, 'settings' | 'tenant' | 'io'>,
  start: Pick<RunStart, 'command' | 'plan' | 'planned' | 'undoes' | 'madeWhole'>,
  facts: Promise<RunFacts> = readRunFacts(settings.config.root, io),
): Promise<RunJournal> {
  const { environment } = tenant.header;
  const { who, source } = await facts;
  return openRun({
    root: settings.config.root,
    tool: settings.tool,
    project: settings.config.project,
    tenant: tenant.identity,
    ...(environment !== undefined && { environment }),
    who,
    source,
    ...start,
  });
}

export function backupOf({ settings: { config, flags }, tenant }: Pick<Run, 'settings' | 'tenant'>): Backup {
  const vault = createVault({ root: config.root, tenant: tenant.identity });
  const cache = flags.cache === false ? undefined : createArchiveCache(config.root);
  return createBackup({ vault, extensions: tenant.extensions, ...(cache && { cache }) });
}

/** Removes old runs and copies; what cannot be removed stays until the next time. */
export async function tidy({ settings, tenant }: Pick<Run, 'settings' | 'tenant'>): Promise<void> {
  const { retain } = await import('../reconcile/retention.js');
  const { root, project, backup } = settings.config;
  await retain({ ...backup, root, project, tenant: tenant.identity, now: new Date() }).catch(() => undefined);
}
