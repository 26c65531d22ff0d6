/** `qlik-sync history`: what was done, by whom and how to undo it. Reads the journals and nothing else. */

import { nameTenant, type TenantName } from '../config/tenant-name.js';
import { countChanges } from '../core/count-outcomes.js';
import { type ExitCode, exitCodes } from '../core/errors.js';
import type { RunChange } from '../core/past-run.js';
import { withoutUndefined } from '../core/present.js';
import type { Run } from '../reconcile/journal/run-record.js';
import { readRuns } from '../reconcile/journal/runs.js';
import { listChanges } from '../reconcile/journal/unfinished.js';
import { lookAt } from '../reconcile/lock/process-facts.js';
import { rollbackCommand } from '../report/go-on.js';
import type { HistoryReport, PastRun } from '../report/history/report.js';
import type { TenantHeader } from '../report/run-header.js';
import { displayPath } from '../source/display.js';
import type { Io } from './io.js';
import type { SharedFlags } from './options/shared.js';
import { print } from './reporting/print.js';
import { readSettings } from './settings.js';

export async function showHistory(given: SharedFlags, io: Io): Promise<ExitCode> {
  const settings = await readSettings(given, io);
  const { config, flags, cwd } = settings;
  const tenant = await nameTenant({ options: flags, env: io.env, config, cwd });
  const unreadable: string[] = [];
  const runs = await readRuns({
    root: config.root,
    ...(tenant !== undefined && { tenant: tenant.identity, project: config.project }),
    onSkipped: (file) => unreadable.push(displayPath(cwd, file)),
  });
  const report: HistoryReport = {
    kind: 'history',
    header: {
      command: 'history',
      tool: settings.tool,
      project: config.project,
      ...(tenant !== undefined && { tenant: headerOf(tenant) }),
    },
    runs: runs.map((run) => describe(run, tenant?.environment, io)),
    unreadable: unreadable.sort(),
    exitCode: exitCodes.ok,
  };
  print(report, flags, io);
  return report.exitCode;
}

function headerOf({ identity, source, environment }: TenantName): TenantHeader {
  return { url: identity, source, ...(environment !== undefined && { environment }) };
}

/** @param chosen the environment that was asked for */
function describe(run: Run, chosen: string | undefined, { self }: Io): PastRun {
  const { start, end, damaged } = run;
  const { id, command, startedAt, who, project, environment, tenant, source, plan, undoes } = start;
  const changes = listChanges(run);
  // Without an end it runs still, or was killed.
  const lives = end === undefined && lookAt(who, self) === 'running';
  const result = end !== undefined ? 'ended' : lives ? 'running' : 'died';
  const undo = rollbackCommand([id], chosen ?? environment);
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
      undo: result !== 'running' && changes.some(isFelt) ? undo : undefined,
      damaged,
    }),
  };
}

/** Whether the tenant may be another one since. */
function isFelt({ result }: RunChange): boolean {
  return result === 'done' || result === 'unknown';
}
