/** From a plan to its end: shown, guarded, approved, written, reported. All commands that write share it. */

import { hasWork } from '../core/change.js';
import { type ExitCode, exitCodes, exitCodesOf, worstExitCode } from '../core/exit-codes.js';
import { assertSafe } from '../core/guard.js';
import type { Plan } from '../core/model.js';
import { orderOrigins, originWorkOf } from '../core/origins/model.js';
import type { Outcome } from '../core/outcome.js';
import { type ApplyingCommand, countOutcomes } from '../core/past-run.js';
import { apply, orderChanges } from '../reconcile/apply.js';
import type { RunJournal } from '../reconcile/journal/journal.js';
import type { RunStart } from '../reconcile/run-record.js';
import type { Journal } from '../reconcile/write-dependencies.js';
import type { ApplyReport } from '../report/plan.js';
import { openProgress } from '../report/progress.js';
import { renderPlan } from '../report/text.js';
import { protectedEnvironmentOf } from '../run/connect.js';
import { describeError } from '../run/ending.js';
import { type RunFacts, warnUnknownCommit } from '../run/facts.js';
import type { Approvals } from '../run/flags.js';
import { print, textOptions } from '../run/reporting.js';
import type { Run } from '../run/run.js';
import { concurrencyOf } from '../run/settings.js';
import type { AllOutcomes } from './apply-origins.js';
import { type Answer, confirmPlan, exitCodeOfAnswer } from './approve.js';
import { guardOf, type PlannedRun, reportOf } from './planned.js';
import { askPolicyCommand } from './policy-command.js';
import { packerOf } from './shared-reading.js';
import { findCompletedElsewhere } from './unfinished.js';

/** What the journal says about a run besides its plan. */
export interface Recorded extends Pick<RunStart, 'undoes'> {
  readonly command: ApplyingCommand;
  /** Takes the id of the run's journal before anything is written; nothing is until it resolves. */
  readonly onJournal?: (id: string) => Promise<void>;
}

/** @throws RefusedError if a rail of the whole run refuses, UserError if approval is needed and nobody can be asked */
export async function applyPlanned(
  run: Run,
  planned: PlannedRun,
  approvals: Approvals,
  recorded: Recorded,
): Promise<ExitCode> {
  const judged = await askPolicyCommand(run, planned);
  show(run, judged);
  assertSafe(guardOf(judged));
  const facts = askEarly(run, judged);
  const answer = await approve(run, judged.plan, approvals);
  if (answer !== 'approved') return decline(run, answer);
  await warnUnknownCommit(facts, run);
  const written = await write({ run, planned: judged, approvals, recorded, facts });
  const { header, ...report } = reportOf(judged);
  const ended = {
    ...report,
    ...written,
    kind: 'apply',
    header: { ...header, command: recorded.command },
  } as const;
  print(ended, run.settings.flags, run.io);
  return written.exitCode;
}

/** If stdout takes one document, the plan is shown on stderr. */
function show({ settings: { flags }, io }: Run, planned: PlannedRun): void {
  const report = reportOf(planned);
  const sink = flags.json === true ? io.stderr : io.stdout;
  io.record?.(report);
  sink.write(renderPlan({ ...report, refusals: [] }, textOptions(flags, sink)));
}

/** Git runs while a person reads the plan. */
function askEarly(run: Run, planned: PlannedRun): Promise<RunFacts> | undefined {
  if (!hasWork(planned.plan)) return undefined;
  const asking = askFacts(run, planned);
  asking.catch(() => undefined);
  return asking;
}

async function askFacts({ settings, io }: Run, { sources }: PlannedRun): Promise<RunFacts> {
  const { readRunFacts } = await import('../run/facts.js');
  return readRunFacts(settings, io, sources);
}

async function approve({ settings, tenant, io }: Run, plan: Plan, { confirm }: Approvals): Promise<Answer> {
  if (!hasWork(plan)) return 'approved';
  const protectedEnvironment = protectedEnvironmentOf(settings.config, tenant);
  return confirmPlan({ yes: settings.flags.yes === true, confirm, protectedEnvironment }, io);
}

function decline({ io }: Run, answer: Exclude<Answer, 'approved'>): ExitCode {
  io.stderr.write('Nothing was applied.\n');
  return exitCodeOfAnswer(answer);
}

interface Approved {
  readonly run: Run;
  readonly planned: PlannedRun;
  readonly approvals: Approvals;
  readonly recorded: Recorded;
  readonly facts: Promise<RunFacts> | undefined;
}

type Written = Pick<ApplyReport, 'outcomes' | 'originOutcomes' | 'ms' | 'exitCode'>;

type Work = Required<Pick<RunStart, 'planned' | 'madeWhole'>>;

/** Without work nothing is written, but what earlier runs left open is closed. @throws UserError if it cannot be recorded */
async function write(approved: Approved): Promise<Written> {
  const { run, planned } = approved;
  const { plan, actual } = planned;
  const { uploads, deletes } = orderChanges(plan);
  const { opens, closes } = orderOrigins(plan);
  const work = {
    planned: [...opens, ...uploads, ...deletes, ...closes].map(({ name, action }) => ({ name, action })),
    madeWhole: await findCompletedElsewhere(actual, run),
  };
  if (work.planned.length > 0) return writeRecorded(approved, work);
  const exitCode = worstExitCode(exitCodesOf(plan, [], run.io.interrupted));
  if ((await run.past.afterCrash()) || work.madeWhole.length > 0)
    await recordNothing(approved, work, exitCode);
  return { outcomes: [], ms: 0, exitCode };
}

async function writeRecorded(approved: Approved, work: Work): Promise<Written> {
  const { run, planned, recorded } = approved;
  const { tidy } = await import('./recording.js');
  const journal = await beginRecord(approved, work);
  await recorded.onJournal?.(journal.id);
  const started = performance.now();
  const { outcomes, originOutcomes } = await applyChanges(approved, journal, work.planned.length);
  const all = [...originOutcomes, ...outcomes];
  const ms = Math.round(performance.now() - started);
  const exitCode = worstExitCode(exitCodesOf(planned.plan, all, run.io.interrupted));
  const [ended] = await Promise.all([endRecord(run, journal, exitCode, all), tidy(run)]);
  return { outcomes, ...(originOutcomes.length > 0 && { originOutcomes }), ms, exitCode: ended };
}

/** Otherwise people would be told of a crash again and again although nothing of it is left to do. */
async function recordNothing(approved: Approved, work: Work, exitCode: ExitCode): Promise<void> {
  try {
    const journal = await beginRecord(approved, work);
    await journal.end(exitCode, countOutcomes([]));
  } catch {
    // Nothing was written that a journal has to record.
  }
}

async function beginRecord(
  { run, planned: read, recorded: { command, undoes }, facts }: Approved,
  { planned, madeWhole }: Work,
): Promise<RunJournal> {
  const { beginJournal } = await import('./recording.js');
  const start = {
    ...{ command, plan: read.plan.digest, planned },
    ...(undoes !== undefined && { undoes }),
    ...(madeWhole.length > 0 && { madeWhole }),
  };
  const earlier = await run.past.survey();
  return beginJournal(run, start, facts ?? askFacts(run, read), earlier);
}

/** What was written is reported even if the journal's last line cannot be written. */
async function endRecord(
  { io }: Run,
  journal: RunJournal,
  exitCode: ExitCode,
  outcomes: readonly Outcome[],
): Promise<ExitCode> {
  try {
    await journal.end(exitCode, countOutcomes(outcomes));
    return exitCode;
  } catch (error) {
    io.stderr.write(describeError(error, io));
    return worstExitCode([exitCode, exitCodes.incomplete]);
  }
}

/** Notices appear among the progress while there is any. */
async function applyChanges(
  { run, planned, approvals }: Approved,
  journal: Journal,
  total: number,
): Promise<AllOutcomes> {
  const { settings, tenant, io, signal, notices } = run;
  const { plan, desired, actual, packWith } = planned;
  const progress = openProgress(io.stderr, total);
  const restore = notices.redirect(progress.notice);
  const onInterrupt = (): void =>
    progress.notice('interrupted: finishing what is in flight; again stops at once');
  io.interrupted.addEventListener('abort', onInterrupt, { once: true });
  try {
    const backup =
      approvals.backup === false ? undefined : await (await import('./recording.js')).backupOf(run);
    const shared = {
      ...{ signal, journal, onOutcome: progress.outcome },
      ...(io.patience && { patience: io.patience }),
    };
    const applyExtensions = (part: Plan): Promise<readonly Outcome[]> =>
      apply({
        ...{ ...shared, plan: part, desired, actual },
        pack: packWith(packerOf(settings)),
        tenant: tenant.extensions,
        themes: tenant.themes,
        ...(backup && { backup }),
        concurrency: concurrencyOf(settings),
        slots: run.store?.slots,
      });
    if (originWorkOf(plan.origins).length === 0) {
      return { outcomes: await applyExtensions(plan), originOutcomes: [] };
    }
    const { applyAround } = await import('./apply-origins.js');
    const { project } = settings.config;
    return await applyAround(plan, { ...shared, project, http: tenant.http }, applyExtensions);
  } finally {
    io.interrupted.removeEventListener('abort', onInterrupt);
    progress.end();
    restore();
  }
}
