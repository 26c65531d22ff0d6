/** A promote to a fleet, wave after wave; what comes after a wave that failed is not touched. */

import { type ExitCode, exitCodes, worstExitCode } from '../../core/exit-codes.js';
import type { Limits } from '../../core/guard.js';
import { nothing, type RollbackFlags, type Undoing, undo, undoingOf } from '../../pipeline/plan-rollback.js';
import { readRuns } from '../../reconcile/journal/runs.js';
import { printable } from '../../report/paint.js';
import type { EnvironmentResult, EnvironmentsReport, RestoredEnvironment } from '../../report/report.js';
import { resumeCommand, rollbackCommand } from '../../report/resume-command.js';
import type { Site } from '../../run/connect.js';
import type { Io } from '../../run/io.js';
import { runAt } from '../../run/on-tenant.js';
import { print } from '../../run/reporting.js';
import type { SettingsSource } from '../../run/settings.js';
import { describeEnvironment, runSideBySide } from '../../run/side-by-side.js';
import { type PromoteWaves, promoteTo } from './promote-to.js';

export async function promoteWaves(input: PromoteWaves): Promise<ExitCode> {
  const { waves, source, io } = input;
  const runs = new Map<string, string>();
  const attempted: EnvironmentResult[] = [];
  let failed: readonly string[] | undefined;
  for (const [index, wave] of waves.entries()) {
    io.stderr.write(`Wave ${index + 1} of ${waves.length}: ${wave.join(', ')}\n`);
    if (index > 0 && source.flags.json !== true) io.stdout.write('\n');
    const results = await runWave(wave, input, runs);
    attempted.push(...results);
    if (results.some(({ exitCode }) => exitCode !== exitCodes.ok)) {
      failed = wave;
      break;
    }
  }
  const restored = failed === undefined ? [] : await restoreWave(failed, runs, input);
  const report = reportOf(attempted, restored, input);
  print(report, source.flags, io);
  return report.exitCode;
}

function runWave(
  wave: readonly string[],
  { held, waves, given, source, io, governorFor, signal }: PromoteWaves,
  runs: Map<string, string>,
): Promise<readonly EnvironmentResult[]> {
  return runSideBySide(wave, {
    ...{ command: 'promote', source, io, governorFor },
    among: waves.flat(),
    confirm: given.confirm ?? [],
    work: (site) => {
      const name = site.settings.config.environment?.name ?? '';
      return promoteTo(held, given, site, { signal, onRun: (id) => void runs.set(name, id) });
    },
  });
}

function reportOf(
  attempted: readonly EnvironmentResult[],
  restored: readonly RestoredEnvironment[],
  { waves, source, io }: PromoteWaves,
): EnvironmentsReport {
  const notAttempted = waves
    .flat()
    .filter((name) => !attempted.some(({ environment }) => environment === name));
  const left = notAttempted.map((name) => describeLeft(name, source, io));
  return {
    kind: 'environments',
    header: { command: 'promote', tool: io.tool, project: '' },
    environments: attempted,
    waves: { waves, notAttempted, restored },
    reports: [...attempted, ...left, ...restored].map(({ part }) => part),
    exitCode: worstExitCode([...attempted, ...restored].map(({ exitCode }) => exitCode)),
  };
}

/** For the reports that would else look complete. */
function describeLeft(name: string, source: SettingsSource, io: Io): EnvironmentResult {
  const ending = { exitCode: exitCodes.incomplete, command: 'promote', report: undefined } as const;
  const result = describeEnvironment(name, ending, source, io);
  return {
    ...result,
    part: { ...result.part, failure: { message: 'Not attempted: an earlier wave failed.' } },
  };
}

// Puts the environments of a wave that failed back to what they held before it: its runs are undone, as rollback does.

/** @param runs the ids of this promote's runs, by environment */
export async function restoreWave(
  wave: readonly string[],
  runs: ReadonlyMap<string, string>,
  input: PromoteWaves,
): Promise<readonly RestoredEnvironment[]> {
  const { waves, given, source, io, governorFor } = input;
  if (given.onWaveFailure !== 'restore') return [];
  const undoings = await findUndoings(wave, runs, input);
  if (io.interrupted.aborted) {
    io.stderr.write(describeUnrestored(undoings));
    return [];
  }
  io.stderr.write(`Restoring the wave: ${[...undoings.keys()].join(', ') || 'nothing was changed in it'}\n`);
  if (undoings.size > 0 && source.flags.json !== true) io.stdout.write('\n');
  const results = await runSideBySide([...undoings.keys()], {
    ...{ command: 'rollback', source, io, governorFor },
    among: waves.flat(),
    confirm: given.confirm ?? [],
    work: (site) => restore(undoings.get(nameOf(site)) ?? nothing, given, site),
  });
  return results.map((result) => withGoOn(result, undoings.get(result.environment) ?? nothing));
}

/** A rollback that never came to its plan says nothing of what is left: all of it. */
function withGoOn(result: EnvironmentResult, undoing: Undoing): RestoredEnvironment {
  const { report, environment } = result;
  const told = report?.kind === 'plan' || report?.kind === 'apply';
  const resume = told ? resumeCommand(report) : restoringCommand(environment, undoing);
  return { ...result, ...(resume !== undefined && { resume }) };
}

function restoringCommand(environment: string, { runIds, effects }: Undoing): string {
  const deletes = effects.some(({ before }) => before === undefined);
  return rollbackCommand([...runIds, ...(deletes ? ['--prune'] : [])], environment);
}

function describeUnrestored(undoings: ReadonlyMap<string, Undoing>): string {
  const commands = [...undoings].map(
    ([name, undoing]) => `  ${printable(restoringCommand(name, undoing))}\n`,
  );
  const how = commands.length === 0 ? '' : ' To restore it:';
  return `The wave is not restored, since the run was interrupted.${how}\n${commands.join('')}`;
}

function nameOf({ settings }: Site): string {
  return settings.config.environment?.name ?? '';
}

function restore(undoing: Undoing, given: RollbackFlags, site: Site): ReturnType<typeof runAt> {
  const input = { undoing, given: backAgain(given, undoing), limits: ofOwnWrites };
  return runAt('rollback', site, site.io.interrupted, (place, running) => undo(input, place, running));
}

/** Of the environments that were written to. */
async function findUndoings(
  wave: readonly string[],
  ids: ReadonlyMap<string, string>,
  { source: { loaded } }: PromoteWaves,
): Promise<ReadonlyMap<string, Undoing>> {
  const journals = new Map((await readRuns({ root: loaded.root })).map((run) => [run.start.id, run]));
  const found = wave.flatMap((name) => {
    const run = journals.get(ids.get(name) ?? '');
    if (run === undefined) return [];
    const undoing = undoingOf(run);
    return undoing.effects.length + undoing.lost.length === 0 ? [] : [[name, undoing] as const];
  });
  return new Map(found);
}

/** What is undone was written by this very command, moments ago and by id: no number of it can be unexpected. */
const ofOwnWrites: Limits = {
  maxDeletes: Number.POSITIVE_INFINITY,
  maxDeletePercent: 100,
  maxUpdatePercent: 100,
  allowEmpty: 'refuse-empty',
};

/**
 * The numbers that were approved are those of the way there; of the names, those count that were written here. What
 * moved after this very command is approved by nobody.
 */
function backAgain(
  { allowDeletes: _, allowUpdates: __, acceptImpact: ___, ...given }: RollbackFlags,
  { effects, lost }: Undoing,
): RollbackFlags {
  const written = [...effects, ...lost].map(({ name }) => name);
  const own = (names: readonly string[] = []): string[] => names.filter((name) => written.includes(name));
  return {
    ...given,
    prune: true,
    onDrift: 'stop',
    overwrite: [],
    allowRename: written,
    adopt: own(given.adopt),
    takeOwnership: own(given.takeOwnership),
    allowReplace: own(given.allowReplace),
  };
}
