/** What has to happen between two waves: time has to pass, and a program may refuse. */

import { setTimeout as wait } from 'node:timers/promises';
import { formatDuration } from '../../config/option-values.js';
import { runProgram } from '../../config/run-program.js';
import { type ExitCode, exitCodes } from '../../core/exit-codes.js';
import { renderJson } from '../../report/json.js';
import { printable } from '../../report/paint.js';
import { openCountdown } from '../../report/progress.js';
import type { EnvironmentsReport } from '../../report/report.js';
import type { Io } from '../../run/io.js';
import type { Run } from '../../run/run.js';
import type { FleetGoal } from './goal.js';

/** Why no further wave begins. */
export interface Stop {
  /** A sentence. */
  readonly message: string;
  readonly exitCode: ExitCode;
}

interface Pause extends Pick<Run, 'io' | 'signal'> {
  readonly goal: Pick<FleetGoal, 'soakMs' | 'gate'>;
  /** Milliseconds of the soak that have passed already. */
  readonly soakedMs: number;
  /** Absolute: the folder that the gate is run in. */
  readonly cwd: string;
  /** Of the wave that has ended. */
  readonly report: () => EnvironmentsReport;
  /** Of the wave that would begin. */
  readonly next: string;
}

/** Resolves to why the next wave must not begin, if so. */
export async function pauseBetween(pause: Pause): Promise<Stop | undefined> {
  return (await soak(pause)) ?? (await askGate(pause));
}

async function soak({ goal, soakedMs, io, signal, next }: Pause): Promise<Stop | undefined> {
  const ms = Math.ceil(Math.max(0, goal.soakMs - soakedMs) / 1000) * 1000;
  if (ms === 0) return stopOf(signal, io);
  io.stderr.write(`Soaking for ${formatDuration(ms)}, then ${next}.\n`);
  const countdown = openCountdown(io.stderr, ms, next);
  const rest =
    io.patience?.rest ?? ((time: number, until: AbortSignal) => wait(time, undefined, { signal: until }));
  try {
    await rest(ms, signal);
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    countdown.end();
  }
  return stopOf(signal, io);
}

/** An interrupt, or the end of `--max-duration`. */
export function stopOf(signal: AbortSignal, io: Pick<Io, 'interrupted'>): Stop | undefined {
  if (io.interrupted.aborted) return { message: 'Interrupted.', exitCode: exitCodes.interrupted };
  return signal.aborted
    ? { message: 'Out of time (--max-duration).', exitCode: exitCodes.budget }
    : undefined;
}

/** Milliseconds; a gate may wait for measurements. */
const longestMs = 600_000;

/** How many characters of a gate's output are shown. */
const mostSaid = 4000;

async function askGate({ goal, io, signal, cwd, report }: Pause): Promise<Stop | undefined> {
  const { gate } = goal;
  if (gate === undefined) return undefined;
  const program = printable(gate[0] ?? '');
  io.stderr.write(`Asking the gate ${program}.\n`);
  try {
    const ended = await runProgram({
      command: gate,
      cwd,
      env: io.env,
      input: renderJson(report()),
      timeoutMs: longestMs,
      signal,
    });
    if (ended.problem !== undefined) {
      return {
        message: `The gate ${program} could not decide: it ${ended.problem}.`,
        exitCode: exitCodes.usage,
      };
    }
    if (ended.exitCode === 0) return undefined;
    const said = [ended.stdout, ended.stderr]
      .flatMap(({ text }) => text.split(/\r?\n/))
      .map((line) => line.trim());
    const words = said
      .filter((line) => line !== '')
      .join('; ')
      .slice(0, mostSaid);
    return {
      message: `The gate ${program} ended with ${ended.exitCode}${words === '' ? '.' : `: ${words}`}`,
      exitCode: exitCodes.refused,
    };
  } catch (error) {
    const stopped = stopOf(signal, io);
    if (stopped === undefined) throw error;
    return stopped;
  }
}
