/** A promotion to many environments, wave after wave; a wave that fails stops those after it. */

import { type ExitCode, exitCodes, worstExitCode } from '../../core/exit-codes.js';
import type { Waves } from '../../core/fleet.js';
import type { Limits } from '../../core/guard.js';
import { type NamedApproval, namedApprovals } from '../../core/names.js';
import { applyPlanned } from '../../pipeline/apply.js';
import type { SourceEnvironment } from '../../pipeline/plan-promotion.js';
import {
  noWrites,
  planRollback,
  type RolledBackWrites,
  rolledBackRun,
  writesOf,
} from '../../pipeline/plan-rollback.js';
import { readRuns } from '../../reconcile/journal/runs.js';
import { printable } from '../../report/paint.js';
import type { EnvironmentResult, EnvironmentsReport, RestoredEnvironment } from '../../report/report.js';
import { resumeCommand, rollbackCommand } from '../../report/resume-command.js';
import type { Approvals } from '../../run/flags.js';
import type { Io } from '../../run/io.js';
import { runOn } from '../../run/on-tenant.js';
import { print } from '../../run/reporting.js';
import type { Place, Run } from '../../run/run.js';
import type { SettingsSource } from '../../run/settings.js';
import { describeEnvironment, runSideBySide } from '../../run/side-by-side.js';
import { type PromoteFlags, promoteTo } from './promote-to.js';

interface PromoteWaves extends Pick<Run, 'io' | 'signal'> {
  readonly source: SourceEnvironment;
  readonly waves: Waves;
  readonly flags: PromoteFlags;
  readonly settings: SettingsSource;
}

export async function promoteWaves(input: PromoteWaves): Promise<ExitCode> {
  const { waves, settings, io } = input;
  const runs = new Map<string, string>();
  const attempted: EnvironmentResult[] = [];
  let failed: readonly string[] | undefined;
  for (const [index, wave] of waves.entries()) {
    io.stderr.write(`Wave ${index + 1} of ${waves.length}: ${wave.join(', ')}\n`);
    if (index > 0 && settings.flags.json !== true) io.stdout.write('\n');
    const results = await runWave(wave, input, runs);
    attempted.push(...results);
    if (results.some(({ exitCode }) => exitCode !== exitCodes.ok)) {
      failed = wave;
      break;
    }
  }
  const restored = failed === undefined ? [] : await restoreWave(failed, runs, input);
  const report = reportOf(attempted, restored, input);
  print(report, settings.flags, io);
  return report.exitCode;
}

function runWave(
  wave: readonly string[],
  { source, waves, flags, settings, io, signal }: PromoteWaves,
  runs: Map<string, string>,
): Promise<readonly EnvironmentResult[]> {
  return runSideBySide(wave, {
    ...{ command: 'promote', source: settings, io },
    among: waves.flat(),
    confirm: flags.confirm ?? [],
    work: (place) => promoteTo({ ...place, signal }, source, flags, (id) => void runs.set(nameOf(place), id)),
  });
}

function reportOf(
  attempted: readonly EnvironmentResult[],
  restored: readonly RestoredEnvironment[],
  { waves, settings, io }: PromoteWaves,
): EnvironmentsReport {
  const notAttempted = waves
    .flat()
    .filter((name) => !attempted.some(({ environment }) => environment === name));
  const left = notAttempted.map((name) => describeNotAttempted(name, settings, io));
  return {
    kind: 'environments',
    header: { command: 'promote', tool: io.tool, project: '' },
    environments: attempted,
    waves: { waves, notAttempted, restored },
    reports: [...attempted, ...left, ...restored].map(({ part }) => part),
    exitCode: worstExitCode([...attempted, ...restored].map(({ exitCode }) => exitCode)),
  };
}

/** Without it, reports would look complete. */
function describeNotAttempted(name: string, settings: SettingsSource, io: Io): EnvironmentResult {
  const ending = { exitCode: exitCodes.incomplete, command: 'promote', report: undefined } as const;
  const result = describeEnvironment(name, ending, settings, io);
  return {
    ...result,
    part: { ...result.part, failure: { message: 'Not attempted: an earlier wave failed.' } },
  };
}

/**
 * Restores what the environments of a failed wave held before it: their runs are rolled back, as `rollback` does it.
 *
 * @param runs the ids of this promotion's runs, by environment
 */
async function restoreWave(
  wave: readonly string[],
  runs: ReadonlyMap<string, string>,
  input: PromoteWaves,
): Promise<readonly RestoredEnvironment[]> {
  const { waves, flags, settings, io } = input;
  if (flags.onWaveFailure !== 'restore') return [];
  const toRollBack = await findWrites(wave, runs, input);
  if (io.interrupted.aborted) {
    io.stderr.write(describeUnrestored(toRollBack));
    return [];
  }
  io.stderr.write(
    `Restoring the wave: ${[...toRollBack.keys()].join(', ') || 'nothing was changed in it'}\n`,
  );
  if (toRollBack.size > 0 && settings.flags.json !== true) io.stdout.write('\n');
  const results = await runSideBySide([...toRollBack.keys()], {
    ...{ command: 'rollback', source: settings, io },
    among: waves.flat(),
    confirm: flags.confirm ?? [],
    work: (place) => restore(place, toRollBack.get(nameOf(place)) ?? noWrites, flags),
  });
  return results.map((result) => addResume(result, toRollBack.get(result.environment) ?? noWrites));
}

/** With the command that continues it. A rollback that failed before its plan has everything left to do. */
function addResume(result: EnvironmentResult, writes: RolledBackWrites): RestoredEnvironment {
  const { report, environment } = result;
  const isPlanned = report?.kind === 'plan' || report?.kind === 'apply';
  const resume = isPlanned ? resumeCommand(report) : restoreCommand(environment, writes);
  return { ...result, ...(resume !== undefined && { resume }) };
}

function restoreCommand(environment: string, { runIds, effects }: RolledBackWrites): string {
  const deletes = effects.some(({ before }) => before === undefined);
  return rollbackCommand([...runIds, ...(deletes ? ['--prune'] : [])], { environment });
}

function describeUnrestored(toRollBack: ReadonlyMap<string, RolledBackWrites>): string {
  const commands = [...toRollBack].map(([name, writes]) => `  ${printable(restoreCommand(name, writes))}\n`);
  const how = commands.length === 0 ? '' : ' To restore it:';
  return `The wave is not restored, since the run was interrupted.${how}\n${commands.join('')}`;
}

function nameOf({ settings }: Place): string {
  return settings.config.environment?.name ?? '';
}

/** Time that is up ends the promotion, not what puts things right again: only an interrupt does. */
function restore(place: Place, writes: RolledBackWrites, flags: PromoteFlags): Promise<ExitCode> {
  const approvals = restoreApprovals(flags, writes);
  return runOn('rollback', { ...place, signal: place.io.interrupted }, async (run) => {
    const planned = await planRollback(run, writes, approvals, noLimits);
    return applyPlanned(run, planned, approvals, { command: 'rollback', ...rolledBackRun(writes) });
  });
}

/** By environment; only of those that were written to. */
async function findWrites(
  wave: readonly string[],
  ids: ReadonlyMap<string, string>,
  { settings: { loaded } }: PromoteWaves,
): Promise<ReadonlyMap<string, RolledBackWrites>> {
  const journals = new Map((await readRuns({ root: loaded.root })).map((run) => [run.start.id, run]));
  const found = wave.flatMap((name) => {
    const run = journals.get(ids.get(name) ?? '');
    if (run === undefined) return [];
    const writes = writesOf(run);
    return writes.effects.length + writes.lost.length === 0 ? [] : [[name, writes] as const];
  });
  return new Map(found);
}

/** Everything rolled back was written by this very command, moments ago and by id, so no number can be unexpected. */
const noLimits: Limits = {
  maxDeletes: Number.POSITIVE_INFINITY,
  maxDeletePercent: 100,
  maxUpdatePercent: 100,
  allowEmpty: 'refuse-empty',
};

/**
 * Numbers that were approved belong to the promotion; of the names, those that were written here stay approved. What
 * was changed since by others is not approved.
 */
function restoreApprovals(
  { allowDeletes: _, allowUpdates: __, acceptImpact: ___, ...flags }: PromoteFlags,
  { effects, lost }: RolledBackWrites,
): Approvals {
  const written = [...effects, ...lost].map(({ name }) => name);
  const own = (names: readonly string[] = []): string[] => names.filter((name) => written.includes(name));
  const byName = Object.keys(namedApprovals) as readonly NamedApproval[];
  const named = Object.fromEntries(byName.map((approval) => [approval, own(flags[approval])]));
  return { ...flags, ...named, prune: true, onDrift: 'stop', overwrite: [], allowRename: written };
}
