/** `qlik-sync watch`: the pipeline of `apply`, woken by files, until it is interrupted. */

import { once } from 'node:events';
import { type Command, Option } from 'commander';
import { UserError } from '../core/errors.js';
import { type ExitCode, exitCodes } from '../core/exit-codes.js';
import { kinds, nameOf } from '../core/kind.js';
import { confirmPlan, exitCodeOfAnswer } from '../pipeline/approve.js';
import type { TenantHeader } from '../report/run-header.js';
import { protectedEnvironmentOf } from '../run/connect.js';
import type { Io } from '../run/io.js';
import { createNotices, reportCrash } from '../run/on-tenant.js';
import type { Run } from '../run/run.js';
import { assertUsed, createSelector, type Selector } from '../run/selection.js';
import { type Announcer, createAnnouncer } from '../watch/announcer.js';
import {
  type BackgroundErrors,
  createBackgroundErrors,
  createLiveSession,
  type LiveSession,
} from '../watch/live-session.js';
import type { Loop } from '../watch/loop.js';
import { openOutput } from '../watch/output.js';
import type { Session, WatchFlags } from '../watch/session.js';
import {
  addAcceptImpact,
  addApprovals,
  addConfirm,
  addExamples,
  addNames,
  addShared,
  type Finish,
  parseCount,
  parseDuration,
} from './options.js';

/** How long writes in flight may take after Ctrl-C before they are cut off. */
const usualGraceMs = 10_000;

export async function watch(names: readonly string[], flags: WatchFlags, io: Io): Promise<ExitCode> {
  const selector = await createSelector(names);
  const output = openOutput(flags, io);
  const notices = createNotices({ write: output.notice });
  let header: TenantHeader | undefined;
  const announce = createAnnouncer(output.event, () => header);
  const cutOff = new AbortController();
  const background = createBackgroundErrors();
  const means = { flags, io, selector, announce, background, notices, cutOff: cutOff.signal };
  const live = createLiveSession(means);
  let exitCode: ExitCode = exitCodes.bug;
  try {
    header = (await begin(live, selector, flags, io)).tenant.header;
    await wait(live.loop, flags, io, background);
    await finish(live.loop, announce, io, cutOff);
    exitCode = io.interrupted.aborted ? exitCodes.interrupted : exitCodes.ok;
    return exitCode;
  } finally {
    await live.close(exitCode);
    output.close();
  }
}

async function begin(
  live: LiveSession,
  selector: Selector | undefined,
  flags: WatchFlags,
  io: Io,
): Promise<Run> {
  const { run, folders } = await live.open();
  assertSelected(selector, folders.structure());
  await reportCrash(run);
  await assertConfirmed(run, flags, io);
  return run;
}

/** A typo ends the session at once. Folders that a build may create soon are waited for. @throws UserError */
function assertSelected(
  selector: Selector | undefined,
  { names, unread }: ReturnType<Session['folders']['structure']>,
): void {
  const mayHoldAny = names.length === 0 || unread.some((folder) => folder.names === undefined);
  if (mayHoldAny) return;
  const stems = unread.flatMap((folder) => folder.names ?? []);
  const mayCome = stems.flatMap((stem) => kinds.map((kind) => nameOf(kind, stem)));
  assertUsed(selector, [...names, ...mayCome]);
}

/** Starting `watch` approves what it will write, but a protected environment still has to be confirmed by name. */
async function assertConfirmed({ settings, tenant }: Run, { confirm }: WatchFlags, io: Io): Promise<void> {
  const protectedEnvironment = protectedEnvironmentOf(settings.config, tenant);
  const answer = await confirmPlan({ yes: true, confirm, protectedEnvironment }, io);
  if (answer === 'approved') return;
  throw new UserError('Nothing is watched: the environment was not confirmed.', {
    exitCode: exitCodeOfAnswer(answer),
  });
}

/** Looks at everything, and again on a timer if requested, until it is interrupted or stdout is closed. */
async function wait(
  loop: Loop,
  { interval }: WatchFlags,
  io: Io,
  background: BackgroundErrors,
): Promise<void> {
  const lookAtAll = (): void => loop.wake('all', performance.now());
  lookAtAll();
  const timer = interval && setInterval(lookAtAll, interval);
  const ended = untilAborted(AbortSignal.any([io.interrupted, io.stdout.closed]));
  await Promise.race([ended, background.first]).finally(() => clearInterval(timer));
}

async function untilAborted(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await once(signal, 'abort');
}

async function finish(loop: Loop, announce: Announcer, io: Io, cutOff: AbortController): Promise<void> {
  const graceMs = io.patience?.graceMs ?? usualGraceMs;
  const stopping = loop.stop();
  const names = loop.inFlight();
  if (names.length > 0)
    announce.event({
      event: 'stopping',
      message: `Finishing ${names.join(', ')}; Ctrl-C again stops at once.`,
    });
  const deadline = setTimeout(() => {
    const late = loop.inFlight().join(', ');
    announce.event({ event: 'stopping', message: `Cut off after ${graceMs / 1000} s: ${late}.` });
    cutOff.abort(new UserError('cut off', { exitCode: exitCodes.interrupted }));
  }, graceMs);
  await stopping;
  clearTimeout(deadline);
  announce.event({ event: 'stopped', synced: announce.count() });
}

export function addWatch(program: Command, io: Io, finish: Finish): void {
  const command = addNames(addAcceptImpact(addApprovals(addShared(program.command('watch')))));
  addExamples(command, [
    ['qlik-sync watch --env dev', 'everything'],
    ['qlik-sync watch kpi-card --sandbox', 'one extension, without a tenant'],
  ]);
  addConfirm(command)
    .addOption(
      new Option('--quiet-period <ms>', 'milliseconds without a change first; 80 when absent').argParser(
        parseCount,
      ),
    )
    .addOption(
      new Option('--max-wait <ms>', 'longest wait in a burst of changes; 2000 when absent').argParser(
        parseCount,
      ),
    )
    .addOption(
      new Option('--delete-grace <time>', 'how long gone before --prune deletes; 10s when absent').argParser(
        parseDuration,
      ),
    )
    .addOption(
      new Option('--interval <time>', 'plan and apply on a timer too, such as 5m').argParser(parseDuration),
    )
    .action(async (names: string[], flags: WatchFlags) => {
      finish(await watch(names, flags, io));
    });
}
