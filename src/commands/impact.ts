/** `qlik-sync impact`: list the apps that use an extension. Reads only. */

import { type Command, Option } from 'commander';
import { UserError } from '../core/errors.js';
import { type ExitCode, exitCodes } from '../core/exit-codes.js';
import { isNative } from '../core/impact/native-types.js';
import type { ActualExtension } from '../core/model.js';
import { type ImpactWanted, readImpact } from '../pipeline/impact.js';
import type { Assessment } from '../reconcile/impact/assess.js';
import { createDeadline } from '../reconcile/stop.js';
import type { ImpactQuestion, ImpactReport } from '../report/impact.js';
import { type RunPlace, withConnection } from '../run/connect.js';
import type { SharedFlags } from '../run/flags.js';
import type { Io } from '../run/io.js';
import { print } from '../run/reporting.js';
import { createSelector, type Selector } from '../run/selection.js';
import { readSettings } from '../run/settings.js';
import { readActual } from '../tenant/actual.js';
import type { Finish } from './command.js';
import { addExamples, addMaxDuration, addShared, collectFilled, parsePositive } from './options.js';

export type ImpactFlags = SharedFlags & ImpactOptions;

export async function showImpact(patterns: readonly string[], given: ImpactFlags, io: Io): Promise<ExitCode> {
  const question = questionOf(given);
  const until = given.maxDuration === undefined ? undefined : createDeadline(given.maxDuration);
  const settings = await readSettings(given, io);
  return withConnection({ settings, io }, async (place) => {
    const selector = await createSelector(patterns);
    const held = await readOwned(place, until);
    const wanted = wantedOf(question, held, selector, given);
    const assessment = await readImpact(place, { ...wanted, until });
    const report = reportOf(place, question, assessment);
    print(report, settings.flags, io);
    return report.exitCode;
  });
}

function questionOf({ unused, missing }: ImpactFlags): ImpactQuestion {
  if (unused === true && missing === true) {
    throw new UserError('--unused and --missing are two questions.', { hint: 'Ask one after the other.' });
  }
  if (unused === true) return 'unused';
  return missing === true ? 'missing' : 'uses';
}

type Held = ActualExtension & { readonly name: string };

/** @throws UserError where time is up before it is known what to tell about */
async function readOwned(
  { connection, io }: RunPlace,
  until: AbortSignal | undefined,
): Promise<readonly Held[]> {
  const signal = until === undefined ? io.interrupted : AbortSignal.any([io.interrupted, until]);
  try {
    const { extensions } = await readActual(connection.extensions, { signal });
    return extensions.filter((record): record is Held => record.name !== undefined);
  } catch (error) {
    io.interrupted.throwIfAborted();
    if (until?.aborted !== true) throw error;
    throw new UserError('--max-duration was over before the extensions of the tenant were listed.', {
      exitCode: exitCodes.budget,
    });
  }
}

/** Bundled extensions are Qlik's to manage: told about by name only. @throws UserError where a pattern names nothing */
function wantedOf(
  question: ImpactQuestion,
  held: readonly Held[],
  selector: Selector | undefined,
  { space = [], app = [], maxApps, maxDuration }: ImpactFlags,
): ImpactWanted {
  const limits = { query: { spaces: space, apps: app }, maxApps, maxDuration };
  const all = new Set(held.map(({ name }) => name));
  if (question === 'missing') {
    const isWanted = (type: string): boolean =>
      !all.has(type) && !isNative(type) && (selector?.matches(type) ?? true);
    return { ...limits, names: [], isWanted };
  }
  selector?.assertUsed([...all]);
  const names = held
    .filter(({ name, bundled }) => selector?.matches(name) ?? !bundled)
    .map(({ name }) => name);
  return { ...limits, names, isWanted: () => false };
}

function reportOf(
  { settings, connection }: RunPlace,
  question: ImpactQuestion,
  assessment: Assessment,
): ImpactReport {
  const { impact } = assessment;
  const extensions =
    question === 'unused' ? impact.extensions.filter(({ uses }) => uses.length === 0) : impact.extensions;
  return {
    kind: 'impact',
    header: {
      command: 'impact',
      tool: settings.tool,
      project: settings.config.project,
      tenant: connection.header,
    },
    question,
    impact: { ...impact, extensions },
    exitCode: exitCodeOf(assessment),
  };
}

/** An app that may not be opened is told, and no failure of the run; one that another run may open is. */
function exitCodeOf({ impact, stopped, passing }: Assessment): ExitCode {
  if (stopped === 'budget') return exitCodes.budget;
  const { apps, missing } = impact;
  const isAnswered = apps.opened + apps.fromCache > 0;
  return isAnswered && missing.length === 0 && passing === 0 ? exitCodes.ok : exitCodes.incomplete;
}

export function addImpact(program: Command, io: Io, finish: Finish): void {
  const command = addImpactOptions(addShared(program.command('impact')))
    .argument('[name...]', 'names or globs on the tenant; all when absent')
    .description('list the apps that use an extension')
    .action(async (names: string[], flags: ImpactFlags) => {
      finish(await showImpact(names, flags, io));
    });
  addExamples(command, [
    ['qlik-sync impact kpi-card', 'who would notice'],
    ['qlik-sync impact --unused', 'what could go'],
  ]);
}

// The options of `impact`.

export interface ImpactOptions {
  readonly unused?: true;
  readonly missing?: true;
  readonly space?: readonly string[];
  readonly app?: readonly string[];
  readonly maxApps?: number;
  /** Milliseconds. */
  readonly maxDuration?: number;
}

export function addImpactOptions(command: Command): Command {
  const limited = command
    .option('--unused', 'extensions of the tenant that no visible app uses')
    .option('--missing', 'extensions that apps use and the tenant lacks')
    .option('--space <id>', 'only apps of this space, or personal', collectFilled)
    .option('--app <id or name>', 'only this app, by id or a part of its name', collectFilled)
    .addOption(new Option('--max-apps <n>', 'open at most so many apps').argParser(parsePositive));
  return addMaxDuration(limited, 'stop reading');
}
