/** A run over a fleet: wave after wave, with a record from which another machine can resume it. */

import { exitCodeOf, UserError } from '../../core/errors.js';
import { type ExitCode, exitCodes, worstExitCode } from '../../core/exit-codes.js';
import { countPermitted } from '../../core/fleet.js';
import { count, listNames } from '../../core/format.js';
import { shellWord, withOptions } from '../../core/shell-word.js';
import type { EnvironmentResult, EnvironmentsReport, RestoredEnvironment } from '../../report/report.js';
import type { Approvals, WaveFlags } from '../../run/flags.js';
import type { Io } from '../../run/io.js';
import { print } from '../../run/reporting.js';
import type { Place, Run } from '../../run/run.js';
import { describeEnvironment, missingApproval, runSideBySide } from '../../run/side-by-side.js';
import { pauseBetween, type Stop, stopOf } from './between.js';
import { type FleetContent, type FleetGoal, type FleetScope, openGoal } from './goal.js';
import { nameOf, restoreWave } from './restore.js';

type Target = Pick<Run, 'settings' | 'io' | 'signal'>;

/** What is done to each environment. */
export interface WaveWork {
  /** What is deployed: a run that is resumed must deploy the same. */
  readonly content: (environments: readonly string[]) => Promise<FleetContent>;
  readonly apply: (target: Target, onJournal: (id: string) => Promise<void>) => Promise<ExitCode>;
  /** Takes one list: `undefined` if something would have to be written after all. */
  readonly verify: (target: Target) => Promise<ExitCode | undefined>;
}

interface Fleet extends Pick<Run, 'io' | 'signal'> {
  readonly scope: FleetScope & { readonly flags: WaveFlags & Approvals };
  readonly goal: FleetGoal;
  readonly work: WaveWork;
  /** By environment, ids of the journals of what this run over the fleet wrote, earlier attempts included. */
  readonly journals: Map<string, readonly string[]>;
  /** Environments that this attempt wrote to, or tried to. */
  readonly touched: Set<string>;
  readonly attempted: EnvironmentResult[];
}

/** @throws UserError, StoreError before anything is written */
export async function runWaves(
  scope: Fleet['scope'],
  work: WaveWork,
  { io, signal }: Pick<Run, 'io' | 'signal'>,
): Promise<ExitCode> {
  const goal = await openGoal(scope, work.content);
  try {
    const environments = [...goal.record.before.environments];
    const journals = new Map(environments.map(([name, { runs }]) => [name, runs]));
    const fleet: Fleet = { scope, goal, work, io, signal, journals, touched: new Set(), attempted: [] };
    describeStart(fleet);
    const stopped = await runAll(fleet);
    const restored = stopped === undefined ? [] : await restore(stopped.wave, fleet);
    const report = reportOf(fleet, { restored, stopped });
    print(report, scope.settings.flags, io);
    describeEnd(report, fleet);
    return report.exitCode;
  } finally {
    await goal.close();
  }
}

function describeStart({ scope: { flags }, goal: { record, waves }, io }: Fleet): void {
  if (flags.resume === undefined) return;
  const done = [...record.before.environments.values()].filter(({ exitCode }) => exitCode === exitCodes.ok);
  io.stderr.write(
    `Resuming ${record.start.id}: ${done.length} of ${count(waves.flat().length, 'environment')} done, which are looked at again with one list each.\n`,
  );
}

interface Stopped extends Stop {
  /** Index of the last wave that was begun. */
  readonly wave: number;
}

/** Resolves to why it stopped early. */
async function runAll(fleet: Fleet): Promise<Stopped | undefined> {
  const { goal, scope, io } = fleet;
  const { waves } = goal;
  for (const [index, wave] of waves.entries()) {
    io.stderr.write(`${titleOf(index, fleet)}\n`);
    if (wave.length === 0) continue;
    if (index > 0 && scope.settings.flags.json !== true) io.stdout.write('\n');
    const stop = await runOne(index, fleet).catch((error: unknown) => stopOfRecord(error, fleet));
    if (stop !== undefined) return { ...stop, wave: index };
  }
  return undefined;
}

async function runOne(index: number, fleet: Fleet): Promise<Stop | undefined> {
  const { record, waves } = fleet.goal;
  await record.begin(index);
  const results = await runWave(waves[index] ?? [], fleet);
  const isLast = waves.slice(index + 1).every((later) => later.length === 0);
  return judge(results, fleet) ?? (isLast ? undefined : await pauseAfter(index, results, fleet));
}

/** What was done before is reported in spite of it. */
function stopOfRecord(error: unknown, { attempted }: Fleet): Stop {
  if (!(error instanceof UserError) || attempted.length === 0) throw error;
  return {
    message: `The record of the run cannot be written. ${error.message}`,
    exitCode: exitCodeOf(error),
  };
}

/** Does nothing for a wave that was passed before, and in which everything is as it was then. */
async function pauseAfter(
  index: number,
  results: readonly EnvironmentResult[],
  fleet: Fleet,
): Promise<Stop | undefined> {
  const { goal, scope, io, signal, touched } = fleet;
  const { waves, record } = goal;
  const isUntouched = waves[index]?.every((name) => !touched.has(name)) === true;
  if (isUntouched && record.before.passed.has(index)) return undefined;
  const soakedMs = isUntouched ? record.before.endedMsAgo.get(index) : undefined;
  if (soakedMs === undefined) await record.endWave(index);
  const refused = await pauseBetween({
    ...{ goal, io, signal, soakedMs: soakedMs ?? 0, cwd: scope.settings.cwd },
    report: () => reportOfWave(index, results, fleet),
    next: `wave ${index + 2} of ${waves.length}`,
  });
  if (refused === undefined) await record.pass(index);
  return refused;
}

const namesShown = 20;

function titleOf(index: number, { goal: { waves } }: Fleet): string {
  const wave = waves[index] ?? [];
  const names = wave.length === 0 ? 'no environment' : listNames(wave, namesShown);
  return `Wave ${index + 1} of ${waves.length}: ${names}`;
}

async function runWave(wave: readonly string[], fleet: Fleet): Promise<readonly EnvironmentResult[]> {
  const { scope, goal, io } = fleet;
  const { command, settings, flags } = scope;
  const among = goal.waves.flat();
  const earlier = fleet.attempted.length;
  const results = await runSideBySide(wave, {
    ...{ command, source: settings, io, among },
    counted: { before: earlier, total: among.length },
    confirm: flags.confirm ?? [],
    work: (place) => workOn(place, fleet),
    onResult: async (result) => {
      fleet.attempted.push(result);
      await noteEnd(result, fleet);
    },
    mayBegin: () => !isOver(fleet),
  });
  fleet.attempted.splice(earlier, fleet.attempted.length, ...results);
  return results;
}

/** What is done is checked; if it is no longer as it should be, it is done again like any other. */
async function workOn(place: Place, { goal, work, signal, journals, touched }: Fleet): Promise<ExitCode> {
  const name = nameOf(place);
  const target = { ...place, signal };
  if (goal.record.before.environments.get(name)?.exitCode === exitCodes.ok) {
    const verified = await work.verify(target);
    if (verified !== undefined) return verified;
  }
  touched.add(name);
  return work.apply(target, async (id) => {
    journals.set(name, [...(journals.get(name) ?? []), id]);
    await goal.record.journal(name, id);
  });
}

/** Without its line in the record, it is checked again when the run is resumed. */
async function noteEnd({ environment, exitCode }: EnvironmentResult, { goal, io }: Fleet): Promise<void> {
  await goal.record.end(environment, exitCode).catch((error: unknown) => {
    const reason = error instanceof Error ? error.message : String(error);
    io.stderr.write(`The end of ${environment} is not in the record: ${reason}\n`);
  });
}

function failuresOf({ attempted }: Pick<Fleet, 'attempted'>): readonly EnvironmentResult[] {
  return attempted.filter(({ exitCode }) => exitCode !== exitCodes.ok);
}

/** Only a requested number of failures stops a wave in the middle. */
function isOver(fleet: Fleet): boolean {
  const most = fleet.goal.mostFailed;
  if (most === undefined) return false;
  return failuresOf(fleet).length > countPermitted(most, fleet.goal.waves.flat().length);
}

function judge(results: readonly EnvironmentResult[], fleet: Fleet): Stop | undefined {
  const { io, signal, goal } = fleet;
  const ended = stopOf(signal, io);
  if (ended !== undefined) return ended;
  const failed = failuresOf(fleet);
  if (goal.mostFailed === undefined) {
    const some = results.filter(({ exitCode }) => exitCode !== exitCodes.ok);
    if (some.length === 0) return undefined;
    const message = `${listNames(
      some.map(({ environment }) => environment),
      5,
    )} failed.`;
    return { message, exitCode: exitCodes.ok };
  }
  if (!isOver(fleet)) return undefined;
  const all = goal.waves.flat().length;
  const message = `${failed.length} of ${count(all, 'environment')} failed, and --max-failed permits ${countPermitted(goal.mostFailed, all)}.`;
  return { message, exitCode: exitCodes.ok };
}

async function restore(index: number, fleet: Fleet): Promise<readonly RestoredEnvironment[]> {
  const { scope, goal, journals, io } = fleet;
  const { flags, settings } = scope;
  const wave = goal.waves[index] ?? [];
  const restored = await restoreWave(wave, journals, { flags, settings, io, among: goal.waves.flat() });
  for (const { environment, exitCode } of restored)
    if (exitCode === exitCodes.ok) await goal.record.undo(environment).catch(() => undefined);
  return restored;
}

interface Ended {
  readonly restored: readonly RestoredEnvironment[];
  readonly stopped: Stopped | undefined;
}

function reportOf(fleet: Fleet, { restored, stopped }: Ended): EnvironmentsReport {
  const { attempted, goal, scope, io } = fleet;
  const known = new Set(attempted.map(({ environment }) => environment));
  const notAttempted = goal.waves.flat().filter((name) => !known.has(name));
  const left = notAttempted.map((name) => describeNotAttempted(name, scope, io));
  const codes = [...attempted, ...restored].map(({ exitCode }) => exitCode);
  return {
    kind: 'environments',
    header: { command: scope.command, tool: io.tool, project: '' },
    environments: attempted,
    waves: {
      ...{ run: goal.record.start.id, waves: goal.waves, notAttempted, restored },
      ...(stopped !== undefined && { stopped: { after: stopped.wave + 1, message: stopped.message } }),
    },
    reports: [...attempted, ...left, ...restored].map(({ part }) => part),
    exitCode: worstExitCode([...codes, ...(stopped === undefined ? [] : [stopped.exitCode])]),
  };
}

/** What the gate is given. */
function reportOfWave(
  index: number,
  results: readonly EnvironmentResult[],
  fleet: Fleet,
): EnvironmentsReport {
  const { waves, ...report } = reportOf(fleet, { restored: [], stopped: undefined });
  return {
    ...report,
    environments: results,
    ...(waves !== undefined && { waves: { ...waves, wave: index + 1 } }),
    exitCode: worstExitCode(results.map(({ exitCode }) => exitCode)),
  };
}

/** Without it, reports would look complete. */
function describeNotAttempted(name: string, { command, settings }: FleetScope, io: Io): EnvironmentResult {
  const ending = { exitCode: exitCodes.incomplete, command, report: undefined } as const;
  const result = describeEnvironment(name, ending, settings, io);
  const failure = { message: 'Not attempted: the run stopped before.' };
  return { ...result, part: { ...result.part, failure } };
}

/** Whatever was stopped or failed can be resumed. */
function describeEnd({ exitCode, waves }: EnvironmentsReport, { scope, goal, io }: Fleet): void {
  if (exitCode === exitCodes.ok && waves?.stopped === undefined) return;
  const { flags, settings } = scope;
  const approval = missingApproval(goal.waves.flat(), flags.confirm ?? [], settings);
  const argv = withOptions(withoutResume(io.argv), ['--resume', goal.record.start.id, ...approval]);
  io.stderr.write(`To go on: ${['qlik-sync', ...argv.map(shellWord)].join(' ')}\n`);
}

function withoutResume(argv: readonly string[]): readonly string[] {
  const at = argv.indexOf('--resume');
  const words = at < 0 ? argv : [...argv.slice(0, at), ...argv.slice(at + 2)];
  return words.filter((word) => !word.startsWith('--resume='));
}
