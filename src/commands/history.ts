/** `qlik-sync history`: what was done, by whom and how to undo it. Reads the journals and nothing else. */

import { relative, sep } from 'node:path';
import { nameTenant, type TenantName } from '../config/tenant-name.js';
import { type ExitCode, exitCodes } from '../core/errors.js';
import { withoutUndefined } from '../core/present.js';
import { findHolder } from '../reconcile/lock.js';
import type { Run, RunStart } from '../reconcile/run-record.js';
import { readRuns } from '../reconcile/runs.js';
import { listChanges } from '../reconcile/unfinished.js';
import type { HistoryReport, PastChange, PastCounts, PastRun } from '../report/history-report.js';
import type { TenantHeader } from '../report/report.js';
import type { Io } from './io.js';
import type { SharedFlags } from './options.js';
import { print } from './print.js';
import { readSettings, type Settings } from './settings.js';

export async function showHistory(given: SharedFlags, io: Io): Promise<ExitCode> {
  const settings = await readSettings(given, io);
  const { config, flags } = settings;
  const tenant = await nameTenant({ options: flags, env: io.env, config });
  const unreadable: string[] = [];
  const runs = await readRuns({
    root: config.root,
    ...(tenant !== undefined && { tenant: tenant.identity, project: config.project }),
    onSkipped: (file) => unreadable.push(relative(settings.cwd, file).split(sep).join('/')),
  });
  const report: HistoryReport = {
    kind: 'history',
    header: {
      command: 'history',
      tool: settings.tool,
      project: config.project,
      ...(tenant !== undefined && { tenant: headerOf(tenant) }),
    },
    runs: await Promise.all(runs.map((run) => describe(run, settings, io))),
    unreadable: unreadable.sort(),
    exitCode: exitCodes.ok,
  };
  print(report, flags, io);
  return report.exitCode;
}

function headerOf({ identity, source, environment }: TenantName): TenantHeader {
  return { url: identity, source, ...(environment !== undefined && { environment }) };
}

async function describe(run: Run, settings: Settings, io: Io): Promise<PastRun> {
  const { start, end } = run;
  const { id, command, startedAt, who, project, environment, tenant, source, plan, undoes } = start;
  const changes = listChanges(run);
  const result = end === undefined ? await resultWithoutEnd(start, settings, io) : 'ended';
  const undo = result !== 'running' && changes.some(isFelt) ? `qlik-sync rollback ${id}` : undefined;
  return {
    ...{ id, command, startedAt, who, project, tenant, source, result, changes },
    counts: end?.counts ?? countChanges(changes),
    ...withoutUndefined({ endedAt: end?.at, exitCode: end?.exitCode, environment, plan, undoes, undo }),
  };
}

/** Without an end it runs still, or was killed; the lock tells. */
async function resultWithoutEnd(
  { tenant, project, who }: RunStart,
  { config }: Settings,
  { self }: Io,
): Promise<'running' | 'died'> {
  const holder = await findHolder({ root: config.root, tenant, project, self });
  return holder?.pid === who.pid && holder.host === who.host ? 'running' : 'died';
}

/** Whether the tenant may be another one since. */
function isFelt({ result }: PastChange): boolean {
  return result === 'done' || result === 'unknown';
}

function countChanges(changes: readonly PastChange[]): PastCounts {
  const done = (action: PastChange['action']): number =>
    changes.filter((change) => change.result === 'done' && change.action === action).length;
  return {
    created: done('create'),
    updated: done('update'),
    replaced: done('replace'),
    deleted: done('delete'),
    failed: changes.filter(({ result }) => result === 'failed' || result === 'unknown').length,
    notAttempted: changes.filter(({ result }) => result === 'left').length,
  };
}
