/** What a run leaves behind for `history`, `rollback` and the next run: its journal, and copies of what it overwrites. */

import { createArchiveCache } from '../reconcile/archive-cache.js';
import { createBackup } from '../reconcile/backup/backup.js';
import { createVault } from '../reconcile/backup/vault.js';
import { openRun, type RunJournal } from '../reconcile/journal/journal.js';
import type { Backup } from '../reconcile/means.js';
import type { RunStart } from '../reconcile/run-record.js';
import type { RunPlace } from '../run/connect.js';
import { type RunFacts, readRunFacts } from '../run/facts.js';

export type Recording = Pick<RunStart, 'command' | 'plan' | 'planned' | 'undoes' | 'madeWhole'> & {
  /** Begun early, since git takes its time; absent: asked for now. */
  readonly facts?: Promise<RunFacts> | undefined;
};

/** @throws UserError where it cannot be written */
export async function openJournal(
  { settings, connection, io }: RunPlace,
  { facts, ...run }: Recording,
): Promise<RunJournal> {
  const { environment } = connection.header;
  const { who, source } = await (facts ?? readRunFacts(settings.config.root, io));
  return openRun({
    root: settings.config.root,
    tool: settings.tool,
    project: settings.config.project,
    tenant: connection.identity,
    ...(environment !== undefined && { environment }),
    who,
    source,
    ...run,
  });
}

export function openBackup({ settings: { config, flags }, connection }: RunPlace): Backup {
  const vault = createVault({ root: config.root, tenant: connection.identity });
  const cache = flags.cache === false ? undefined : createArchiveCache(config.root);
  return createBackup({ vault, extensions: connection.extensions, ...(cache && { cache }) });
}

/** Old runs and copies go; what cannot be removed stays for the next time. */
export async function tidy({ settings, connection }: RunPlace): Promise<void> {
  const { retain } = await import('../reconcile/retention.js');
  const { root, project, backup } = settings.config;
  await retain({ ...backup, root, project, tenant: connection.identity, now: new Date() }).catch(
    () => undefined,
  );
}
