/** `qlik-sync watch`: the pipeline of `apply`, woken by files, until it is interrupted. */

import { once } from 'node:events';
import { type Command, Option } from 'commander';
import { UserError } from '../core/errors.js';
import { type ExitCode, exitCodes } from '../core/exit-codes.js';
import { confirmPlan } from '../pipeline/approve.js';
import { protectedBy } from '../run/connect.js';
import type { Io } from '../run/io.js';
import { tellInterrupted } from '../run/on-tenant.js';
import { createSelector } from '../run/selection.js';
import { createTeller, type Teller } from '../watch/announcer.js';
import { type Crash, createCrash, createLiveSession, type LiveSession } from '../watch/live-session.js';
import type { Loop } from '../watch/loop.js';
import { openOutput } from '../watch/output.js';
import type { Session, WatchFlags } from '../watch/session.js';
import type { Finish } from './command.js';
import {
  addAcceptImpact,
  addApprovals,
  addConfirm,
  addExamples,
  addNames,
  addShared,
  parseCount,
  parseDuration,
} from './options.js';

/** What is in flight at Ctrl-C may take this long; then it is cut off. */
const usualGraceMs = 10_000;

export async function watch(names: readonly string[], given: WatchFlags, io: Io): Promise<ExitCode> {
  const selector = await createSelector(names);
  const output = openOutput(given, io);
  const tell = createTeller(output.tell);
  const cutOff = new AbortController();
  const crash = createCrash();
  const means = { given, io, selector, tell, crash, onNotice: output.notice, cutOff: cutOff.signal };
  const live = createLiveSession(means);
  let exitCode: ExitCode = exitCodes.bug;
  try {
    await begin(live, given, io);
    await wait(live.loop, given, io, crash);
    await finish(live.loop, tell, io, cutOff);
    exitCode = io.interrupted.aborted ? exitCodes.interrupted : exitCodes.ok;
    return exitCode;
  } finally {
    await live.close(exitCode);
    output.close();
  }
}

async function begin(live: LiveSession, given: WatchFlags, io: Io): Promise<void> {
  const session = await live.open();
  await tellInterrupted({ ...session, io });
  await assertConfirmed(session, given, io);
}

/** Starting `watch` approves what it will write, but a protected environment still wants its name. */
async function assertConfirmed(
  { settings, connection }: Session,
  { confirm }: WatchFlags,
  io: Io,
): Promise<void> {
  const protectedEnvironment = protectedBy(settings.config, connection);
  const answer = await confirmPlan({ yes: true, confirm, protectedEnvironment }, io);
  if (answer === 'approved') return;
  const exitCode = answer === 'cancelled' ? exitCodes.interrupted : exitCodes.incomplete;
  throw new UserError('Nothing is watched: the environment was not confirmed.', { exitCode });
}

/** Looks at everything, and again on a timer where one is asked for, until nobody wants to know more. */
async function wait(loop: Loop, { interval }: WatchFlags, io: Io, crash: Crash): Promise<void> {
  const lookAtAll = (): void => loop.wake('all', performance.now());
  lookAtAll();
  const timer = interval && setInterval(lookAtAll, interval);
  const ended = untilAborted(AbortSignal.any([io.interrupted, io.stdout.closed]));
  await Promise.race([ended, crash.happened]).finally(() => clearInterval(timer));
}

async function untilAborted(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await once(signal, 'abort');
}

async function finish(loop: Loop, tell: Teller, io: Io, cutOff: AbortController): Promise<void> {
  const graceMs = io.patience?.graceMs ?? usualGraceMs;
  const stopping = loop.stop();
  const names = loop.inFlight();
  if (names.length > 0)
    tell.tell({ event: 'stopping', message: `Finishing ${names.join(', ')}; Ctrl-C again stops at once.` });
  const deadline = setTimeout(() => {
    const late = loop.inFlight().join(', ');
    tell.tell({ event: 'stopping', message: `Cut off after ${graceMs / 1000} s: ${late}.` });
    cutOff.abort(new UserError('cut off', { exitCode: exitCodes.interrupted }));
  }, graceMs);
  await stopping;
  clearTimeout(deadline);
  tell.tell({ event: 'stopped', synced: tell.count() });
}

export function addWatch(program: Command, io: Io, finish: Finish): void {
  const command = addNames(addAcceptImpact(addApprovals(addShared(program.command('watch')))));
  addExamples(command, [
    ['qlik-sync watch --env dev', 'everything'],
    ['qlik-sync watch kpi-card --sandbox', 'one extension, without a tenant'],
  ]);
  addConfirm(command)
    .description('apply on every change, while developing')
    .addOption(new Option('--quiet-period <ms>', 'milliseconds without a change first').argParser(parseCount))
    .addOption(
      new Option('--max-wait <ms>', 'longest wait in a burst that never gets quiet').argParser(parseCount),
    )
    .addOption(
      new Option('--interval <time>', 'plan and apply on a timer too, such as 5m').argParser(parseDuration),
    )
    .action(async (names: string[], flags: WatchFlags) => {
      finish(await watch(names, flags, io));
    });
}
