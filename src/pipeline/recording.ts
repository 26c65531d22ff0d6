/** What a run leaves for `history`, `rollback` and the next run: its journal, and copies of what it overwrites. */

import { createArchiveCache } from '../reconcile/archive-cache.js';
import { createBackup } from '../reconcile/backup/backup.js';
import type { UploadedArchives } from '../reconcile/backup/uploaded.js';
import { createVault, type Vault } from '../reconcile/backup/vault.js';
import { openRun, type RunJournal } from '../reconcile/journal/journal.js';
import type { Survey } from '../reconcile/journal/survey.js';
import type { RunStart } from '../reconcile/run-record.js';
import { createSlots } from '../reconcile/slots.js';
import type { Backup } from '../reconcile/write-dependencies.js';
import type { RunFacts } from '../run/facts.js';
import type { Run } from '../run/run.js';
import { concurrencyOf, readOnce } from '../run/settings.js';
import type { RunStore } from '../run/store.js';

/**
 * @param facts requested early, since git takes its time
 * @param earlier what existed before it; absent if the lock is released between its writes
 * @throws UserError if it cannot be written
 */
export async function beginJournal(
  { settings, tenant, store, notices }: Pick<Run, 'settings' | 'tenant' | 'store' | 'notices'>,
  start: Pick<RunStart, 'command' | 'plan' | 'planned' | 'undoes' | 'madeWhole'>,
  facts: Promise<RunFacts>,
  earlier?: Survey,
): Promise<RunJournal> {
  const { environment } = tenant.header;
  const { who, source } = await facts;
  const journal = await openRun({
    root: settings.config.root,
    tool: settings.tool,
    project: settings.config.project,
    tenant: tenant.identity,
    ...(environment !== undefined && { environment }),
    who,
    source,
    ...(store && {
      ...{ store: store.store, onLater: store.later },
      stored: () => store.runs().map(({ id }) => id),
    }),
    // If the lock was lost, another run may have left something half done meanwhile.
    earlier: () => (store?.isHeld() === true ? earlier : undefined),
    onRemoved: () => notices.say(store === undefined ? `${removed} ${copiesGone}` : removed),
    ...start,
  });
  return store === undefined ? journal : whileHeld(journal, store);
}

const removed =
  'Something removed .qlik-sync while this run wrote there, as git clean -xdf does. Its journal is written anew.';

const copiesGone = 'Copies of what it overwrote before may be gone, and rollback cannot put those back.';

/** A request leaves only when its line is in the store, and while the lock is still ours. */
function whileHeld(
  journal: RunJournal,
  { assertHeld, slots }: Pick<RunStore, 'assertHeld' | 'slots'>,
): RunJournal {
  return {
    ...journal,
    before: (details) => slots.outside(() => journal.before(details)),
    assertMaySend: assertHeld,
  };
}

/** Where a run keeps copies, and finds those of runs on other machines. @param uploaded of a session */
export async function vaultOf(
  { settings, tenant: { identity: tenant }, store }: Pick<Run, 'settings' | 'tenant' | 'store'>,
  uploaded?: UploadedArchives,
): Promise<Vault> {
  const { root, project } = settings.config;
  const copies = await readOnce(settings, 'copies', async () => new Map<string, string>());
  const local = createVault({ root, tenant, copies, uploaded });
  if (store === undefined) return local;
  const { createSharedVault } = await import('../reconcile/backup/shared-vault.js');
  return createSharedVault(local, { store: store.store, tenant, project });
}

/** For the changes of a run, each of which has a slot if there is a store. @param uploaded of a session */
export async function backupOf(
  run: Pick<Run, 'settings' | 'tenant' | 'store'>,
  uploaded?: UploadedArchives,
): Promise<Backup> {
  const { config, flags } = run.settings;
  const vault = await vaultOf(run, uploaded);
  const cache = flags.cache === false ? undefined : createArchiveCache(config.root);
  const of = { vault, ...(cache && { cache }) };
  const { tenant } = run;
  if (run.store === undefined) return createBackup({ ...of, tenant });
  const { inside, outside } = run.store.slots;
  // More changes are under way than slots, and each of these holds the archive that it keeps.
  const keeping = createSlots(concurrencyOf(run.settings));
  const backup = createBackup({
    ...of,
    tenant: {
      extensions: {
        downloadArchive: (...asked) => inside(() => tenant.extensions.downloadArchive(...asked)),
      },
      themes: { downloadArchive: (...asked) => inside(() => tenant.themes.downloadArchive(...asked)) },
    },
  });
  return {
    ...backup,
    // It would ask the store outside of any slot.
    expect: () => undefined,
    keep: (...asked) => outside(() => keeping.inside(() => backup.keep(...asked)), 'prepares'),
    keepRecord: (...asked) => outside(() => backup.keepRecord(...asked), 'prepares'),
  };
}

/** Removes old runs and copies; what cannot be removed stays until the next time. */
export async function tidy({
  settings,
  tenant,
  store,
}: Pick<Run, 'settings' | 'tenant' | 'store'>): Promise<void> {
  const { retain } = await import('../reconcile/retention.js');
  const { root, project, backup } = settings.config;
  const shared =
    store?.isHeld() === true ? { store: store.store, runs: store.runs(), isHeld: store.isHeld } : undefined;
  const of = { root, project, tenant: tenant.identity, now: new Date(), shared };
  await retain({ ...backup, ...of }).catch(() => undefined);
}
