/** `qlik-sync drift`: tell whether the tenant departed from the folders, and write nothing. */

import type { Command } from 'commander';
import type { DriftEntry } from '../core/drift.js';
import { type ExitCode, exitCodes } from '../core/exit-codes.js';
import type { Plan } from '../core/model.js';
import { type Observed, observeDrift } from '../pipeline/drift.js';
import type { Drift, DriftReport } from '../report/drift.js';
import { type RunPlace, type Site, withConnection } from '../run/connect.js';
import { readSourceState } from '../run/facts.js';
import type { ShardedFlags } from '../run/flags.js';
import type { Io } from '../run/io.js';
import { onEnvironments } from '../run/on-tenant.js';
import { print } from '../run/reporting.js';
import { createSelector } from '../run/selection.js';
import type { Finish } from './command.js';
import { type Baseline, compileIgnores, type Ignores, readBaseline } from './drift/known.js';
import { addExamples, addNames, addShard, addShared } from './options.js';

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

function judge(departure: DriftEntry, ignores: Ignores, baseline: Baseline | undefined): Drift {
  const ignored = ignores.find(departure.name);
  if (ignored !== undefined) return { ...departure, alarm: 'ignored', ignored };
  return { ...departure, alarm: baseline?.holds(departure) === true ? 'known' : 'new' };
}

/** Names that both sides know and the selection did not leave out. */
function countCompared({ changes }: Plan): number {
  return changes.filter(({ desired, reason }) => desired !== undefined && reason !== 'not-selected').length;
}

export function addDrift(program: Command, io: Io, finish: Finish): void {
  const command = addNames(addShard(addShared(program.command('drift'))))
    .description('tell whether the tenant departed from the folders')
    .option('--verify', 'also pack and compare the archives themselves')
    .option('--baseline <file>', 'alarm only for what this JSON report lacks')
    .action(async (names: string[], flags: DriftFlags) => {
      finish(await showDrift(names, flags, io));
    });
  addExamples(command, [
    ['qlik-sync drift --env all', 'every night, in a pipeline'],
    ['qlik-sync drift --report json=baseline.json', 'what is known today …'],
    ['qlik-sync drift --baseline baseline.json', '… and only what is new'],
  ]);
}
