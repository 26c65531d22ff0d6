/** `qlik-sync history`: what was done, by whom, and how to undo it. Reads the journals and nothing else. */

import type { Command } from 'commander';
import { nameTenant, type TenantName } from '../config/tenant/target.js';
import { type ExitCode, exitCodes } from '../core/exit-codes.js';
import { withoutUndefined } from '../core/json.js';
import { countChanges, type RunChange } from '../core/past-run.js';
import { readRuns } from '../reconcile/journal/runs.js';
import { listChanges } from '../reconcile/journal/unfinished.js';
import { isSameProcess, lookAt } from '../reconcile/lock/process-facts.js';
import type { Run } from '../reconcile/run-record.js';
import { prefixOf } from '../reconcile/store-place.js';
import type { HistoryReport, PastRun } from '../report/history.js';
import { rollbackCommand } from '../report/resume-command.js';
import type { TenantHeader } from '../report/run-header.js';
import type { SharedFlags } from '../run/flags.js';
import type { Io } from '../run/io.js';
import { headerOf, print } from '../run/reporting.js';
import { readSettings, type Settings } from '../run/settings.js';
import { openStoreOf } from '../run/store.js';
import { displayPath } from '../source/display.js';
import type { Store } from '../store/store.js';
import { addShared, type Finish } from './options.js';

export async function history(flags: SharedFlags, io: Io): Promise<ExitCode> {
  const settings = await readSettings(flags, io);
  const { config, cwd } = settings;
  const tenant = await nameTenant({ options: flags, env: io.env, config, cwd });
  const unreadable: string[] = [];
  const { runs, living } = await withStore(settings, io, async (store) => {
    if (store !== undefined) await fetchStored(settings, tenant, store);
    const runs = await readRuns({
      root: config.root,
      ...(tenant !== undefined && { tenant: tenant.identity, project: config.project }),
      onSkipped: (file) => unreadable.push(displayPath(cwd, file)),
    });
    return { runs, living: store === undefined ? noneLiving : await findLiving(runs, store, io) };
  });
  const report: HistoryReport = {
    kind: 'history',
    header: headerOf({ settings, ...(tenant && { tenant: { header: tenantHeader(tenant) } }) }, 'history'),
    runs: runs.map((run) => describe(run, tenant?.environment, { io, living })),
    unreadable: unreadable.sort(),
    // That none can be read does not mean that nothing was done.
    exitCode: runs.length === 0 && unreadable.length > 0 ? exitCodes.usage : exitCodes.ok,
  };
  print(report, flags, io);
  return report.exitCode;
}

async function withStore<T>(
  settings: Settings,
  io: Io,
  work: (store: Store | undefined) => Promise<T>,
): Promise<T> {
  const store = await openStoreOf(settings, io);
  try {
    return await work(store);
  } finally {
    await store?.close();
  }
}

/** The journals of other machines. @throws StoreError */
async function fetchStored(
  { config: { root, project } }: Settings,
  tenant: TenantName | undefined,
  store: Store,
): Promise<void> {
  const { fetchRuns } = await import('../reconcile/journal/fetch-runs.js');
  const of = tenant && { tenant: tenant.identity, project };
  await fetchRuns({ root, store, of, which: 'all' });
}

const noneLiving: ReadonlySet<string> = new Set();

/** The ids of runs on other machines that hold the lock in the store, so they are still there. @throws StoreError */
async function findLiving(runs: readonly Run[], store: Store, { self }: Io): Promise<ReadonlySet<string>> {
  const open = runs.filter(({ start, end }) => end === undefined && lookAt(start.who, self) === 'elsewhere');
  if (open.length === 0) return noneLiving;
  const { findLiveHolders } = await import('../reconcile/lock/lease.js');
  const places = new Map(open.map(({ start }) => [prefixOf('locks', start), start]));
  const found = await Promise.all([...places.values()].map((start) => findLiveHolders({ ...start, store })));
  const holders = found.flat();
  const isHolder = ({ start: { who } }: Run): boolean => holders.some((holder) => isSameProcess(holder, who));
  return new Set(open.filter(isHolder).map(({ start }) => start.id));
}

/** The embedded tenant has no address while it does not run. */
function tenantHeader({ identity, source, environment }: TenantName): TenantHeader {
  const name = source === '--sandbox' ? 'sandbox' : environment;
  return { url: identity, source, ...(name !== undefined && { environment: name }) };
}

/** @param chosen the environment that was requested */
function describe(
  run: Run,
  chosen: string | undefined,
  { io: { self }, living }: { readonly io: Io; readonly living: ReadonlySet<string> },
): PastRun {
  const { start, end, damaged } = run;
  const { id, command, startedAt, who, project, environment, tenant, source, plan, undoes } = start;
  const changes = listChanges(run);
  // Without an end it is still running, or was killed.
  const lives = end === undefined && (living.has(id) || ['running', 'perhaps'].includes(lookAt(who, self)));
  const result = end !== undefined ? 'ended' : lives ? 'running' : 'died';
  const undo = rollbackCommand([id], { environment: chosen ?? environment, identity: tenant });
  return {
    ...{ id, command, startedAt, project, tenant, source, result, changes },
    who: { user: who.user, host: who.host, pid: who.pid },
    counts: end?.counts ?? countChanges(changes),
    ...withoutUndefined({
      endedAt: end?.at,
      exitCode: end?.exitCode,
      environment,
      plan,
      undoes,
      undo: result !== 'running' && changes.some(mayHaveChanged) ? undo : undefined,
      damaged,
    }),
  };
}

/** Whether the tenant may hold something else by now. */
function mayHaveChanged({ result }: RunChange): boolean {
  return result === 'done' || result === 'unknown';
}

export function addHistory(program: Command, io: Io, finish: Finish): void {
  addShared(program.command('history')).action(async (flags: SharedFlags) => {
    finish(await history(flags, io));
  });
}
