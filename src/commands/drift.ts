/** `qlik-sync drift`: show where the tenant differs from the folders, and write nothing. */

import type { Command } from 'commander';
import { type DriftEntry, findCompared } from '../core/drift.js';
import { type ExitCode, exitCodes } from '../core/exit-codes.js';
import type { Plan } from '../core/model.js';
import { type ObservedDrift, observeDrift } from '../pipeline/drift.js';
import type { Drift, DriftReport } from '../report/drift.js';
import { readSourceState } from '../run/facts.js';
import type { ShardedFlags } from '../run/flags.js';
import type { Io } from '../run/io.js';
import { onEnvironments } from '../run/on-tenant.js';
import { headerOf, print } from '../run/reporting.js';
import type { Run } from '../run/run.js';
import { createSelector } from '../run/selection.js';
import { type Baseline, compileIgnores, type Ignores, readBaseline } from './drift/known.js';
import { addExamples, addNames, addShard, addShared, type Finish } from './options.js';

type DriftFlags = ShardedFlags & {
  readonly verify?: true;
  /** Relative to the working directory. */
  readonly baseline?: string;
};

export function drift(names: readonly string[], flags: DriftFlags, io: Io): Promise<ExitCode> {
  const singleTenantOptions = [flags.baseline && '--baseline'];
  return onEnvironments({ command: 'drift', flags, io, singleTenantOptions }, async (run) => {
    const baseline = flags.baseline === undefined ? undefined : readBaseline(run, flags.baseline);
    const ignores = await compileIgnores(run.settings.config.driftIgnore, new Date());
    const selector = await createSelector(names);
    const observed = await observeDrift(run, selector, flags.verify === true ? 'bytes' : 'markers');
    const report = await reportOf(run, observed, ignores, baseline);
    print(report, run.settings.flags, run.io);
    return report.exitCode;
  });
}

async function reportOf(
  run: Run,
  { entries, plan, requests, folders, isSelected }: ObservedDrift,
  ignores: Ignores,
  baseline: Baseline | undefined,
): Promise<DriftReport> {
  const judged = entries.map((entry) => judge(entry, ignores, baseline));
  return {
    kind: 'drift',
    header: headerOf(run, 'drift'),
    source: await readSourceState('in-documents', run, folders.sources),
    plan,
    drift: judged,
    expired: ignores.expired,
    gone: baseline?.findGone(entries).filter(({ name }) => isSelected(name)) ?? [],
    compared: findCompared(plan),
    requests,
    findings: folders.findings,
    leftOut: [],
    exitCode: exitCodeOf(judged, plan),
  };
}

/** What could not be looked at is no answer, whatever else drifted. */
function exitCodeOf(judged: readonly Drift[], { changes, origins }: Plan): ExitCode {
  if (changes.some(({ state }) => state === 'unlisted')) return exitCodes.auth;
  const drifted = judged.some(({ alarm }) => alarm === 'new') || (origins?.missing.length ?? 0) > 0;
  return drifted ? exitCodes.changes : exitCodes.ok;
}

function judge(entry: DriftEntry, ignores: Ignores, baseline: Baseline | undefined): Drift {
  const ignored = ignores.find(entry.name);
  if (ignored !== undefined) return { ...entry, alarm: 'ignored', ignored };
  return { ...entry, alarm: baseline?.holds(entry) === true ? 'known' : 'new' };
}

export function addDrift(program: Command, io: Io, finish: Finish): void {
  const command = addNames(addShard(addShared(program.command('drift'))))
    .option('--verify', 'also pack and compare the archives themselves')
    .option('--baseline <file>', 'alarm only for what this JSON report lacks')
    .action(async (names: string[], flags: DriftFlags) => {
      finish(await drift(names, flags, io));
    });
  addExamples(command, [
    ['qlik-sync drift --env all', 'every night, in a pipeline'],
    ['qlik-sync drift --report json=baseline.json', 'what is known today …'],
    ['qlik-sync drift --baseline baseline.json', '… and only what is new'],
  ]);
}
