/** `qlik-sync drift`: tell whether the tenant departed from the folders, and write nothing. */

import type { Departure } from '../core/drift.js';
import { type ExitCode, exitCodes } from '../core/errors.js';
import type { Plan } from '../core/model.js';
import type { Drift, DriftReport } from '../report/drift/report.js';
import { type Baseline, readBaseline } from './drift/baseline.js';
import { compileIgnores, type Ignores } from './drift/ignores.js';
import { type Observed, observeDrift } from './drift/observe.js';
import type { Io } from './io.js';
import { onEnvironments } from './on-environments.js';
import type { ShardedFlags } from './options/shard.js';
import { createSelector } from './proposal/selection.js';
import { print } from './reporting/print.js';
import type { RunPlace } from './run-place.js';
import type { Site } from './site.js';
import { readSourceState } from './source-state.js';
import { withConnection } from './with-connection.js';

export type DriftFlags = ShardedFlags & {
  readonly verify?: true;
  /** Relative to the working directory. */
  readonly baseline?: string;
};

export function showDrift(names: readonly string[], given: DriftFlags, io: Io): Promise<ExitCode> {
  const lone = [given.baseline && '--baseline'];
  const work = (site: Site): Promise<ExitCode> => driftAt(names, given, site);
  return onEnvironments({ command: 'drift', given, lone, io, work });
}

async function driftAt(names: readonly string[], given: DriftFlags, site: Site): Promise<ExitCode> {
  const { settings, io } = site;
  return withConnection(site, async (place) => {
    const baseline = given.baseline === undefined ? undefined : readBaseline(given.baseline, place);
    const ignores = await compileIgnores(settings.config.driftIgnore, new Date());
    const selector = await createSelector(names);
    const observed = await observeDrift(selector, given.verify === true ? 'bytes' : 'markers', place);
    const report = await reportOf(observed, ignores, baseline, place);
    print(report, settings.flags, io);
    return report.exitCode;
  });
}

async function reportOf(
  { departures, plan, requests, folders, isSelected }: Observed,
  ignores: Ignores,
  baseline: Baseline | undefined,
  place: RunPlace,
): Promise<DriftReport> {
  const { settings, connection } = place;
  const drift = departures.map((departure) => judge(departure, ignores, baseline));
  const header = { command: 'drift', tool: settings.tool, project: settings.config.project } as const;
  return {
    kind: 'drift',
    header: { ...header, tenant: connection.header },
    source: await readSourceState('in-documents', place),
    plan,
    drift,
    expired: ignores.expired,
    gone: baseline?.findGone(departures).filter(({ name }) => isSelected(name)) ?? [],
    compared: countCompared(plan),
    requests,
    findings: folders.findings,
    leftOut: [],
    exitCode: drift.some(({ alarm }) => alarm === 'new') ? exitCodes.changes : exitCodes.ok,
  };
}

function judge(departure: Departure, ignores: Ignores, baseline: Baseline | undefined): Drift {
  const ignored = ignores.find(departure.name);
  if (ignored !== undefined) return { ...departure, alarm: 'ignored', ignored };
  return { ...departure, alarm: baseline?.holds(departure) === true ? 'known' : 'new' };
}

/** Names that both sides know and the selection did not leave out. */
function countCompared({ changes }: Plan): number {
  return changes.filter(({ desired, reason }) => desired !== undefined && reason !== 'not-selected').length;
}
