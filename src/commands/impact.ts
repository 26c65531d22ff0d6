/** `qlik-sync impact`: list the apps that use an extension. Reads only. */

import { type Command, Option } from 'commander';
import { UserError } from '../core/errors.js';
import { type ExitCode, exitCodes } from '../core/exit-codes.js';
import { isNative } from '../core/impact/native-types.js';
import { kindOf } from '../core/kind.js';
import type { ActualExtension } from '../core/model.js';
import { type ImpactWanted, readImpact } from '../pipeline/impact.js';
import { listThemesToo, selectOnTenant, type ThemesAsked } from '../pipeline/themes.js';
import type { Assessment } from '../reconcile/impact/assess.js';
import type { ImpactQuestion, ImpactReport } from '../report/impact.js';
import type { RunFlags } from '../run/flags.js';
import type { Io } from '../run/io.js';
import { onTenant } from '../run/on-tenant.js';
import { headerOf, print } from '../run/reporting.js';
import type { Run } from '../run/run.js';
import { assertUsed, type Selector } from '../run/selection.js';
import { readActual } from '../tenant/actual.js';
import {
  addExamples,
  addMaxDuration,
  addShared,
  collectFilled,
  type Finish,
  parsePositive,
} from './options.js';

type ImpactFlags = RunFlags & {
  readonly unused?: true;
  readonly missing?: true;
  readonly space?: readonly string[];
  readonly app?: readonly string[];
  readonly maxApps?: number;
};

export function impact(patterns: readonly string[], flags: ImpactFlags, io: Io): Promise<ExitCode> {
  const question = questionOf(flags);
  return onTenant('impact', flags, io, async (run) => {
    const held = await readHeld(run, patterns);
    const selector = await selectOnTenant(run, patterns, held.themes);
    const assessment = await readImpact(run, wantedOf(question, held, selector, flags));
    const report = reportOf(run, question, assessment);
    print(report, run.settings.flags, run.io);
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

type Named = ActualExtension & { readonly name: string };

interface Held {
  readonly records: readonly Named[];
  readonly themes: ThemesAsked;
}

/** @throws UserError if time is up before the extensions are known */
async function readHeld(run: Run, patterns: readonly string[]): Promise<Held> {
  const { tenant, io, signal } = run;
  try {
    const listed = await readActual(tenant.extensions, { signal });
    const { extensions, lists } = await listThemesToo(run, listed, patterns);
    const records = extensions.filter((record): record is Named => record.name !== undefined);
    return { records, themes: lists === undefined ? 'not-asked' : 'listed' };
  } catch (error) {
    io.interrupted.throwIfAborted();
    if (!signal.aborted) throw error;
    throw new UserError('--max-duration was over before the extensions of the tenant were listed.', {
      exitCode: exitCodes.budget,
    });
  }
}

/**
 * Bundled extensions are Qlik's to manage: they are covered only when named.
 *
 * @throws UserError where a pattern names nothing
 */
function wantedOf(
  question: ImpactQuestion,
  { records: held, themes }: Held,
  selector: Selector | undefined,
  { space = [], app = [], maxApps, maxDuration }: ImpactFlags,
): ImpactWanted {
  const limits = { query: { spaces: space, apps: app }, maxApps, maxDuration };
  const all = new Set(held.map(({ name }) => name));
  if (question === 'missing') {
    const isWanted = (type: string): boolean =>
      (themes === 'listed' || kindOf(type) !== 'theme') &&
      !all.has(type) &&
      !isNative(type) &&
      (selector?.matches(type) ?? true);
    return { ...limits, names: [], isWanted };
  }
  assertUsed(selector, [...all], ' on the tenant');
  const names = held
    .filter(({ name, bundled }) => selector?.matches(name) ?? !bundled)
    .map(({ name }) => name);
  return { ...limits, names, isWanted: () => false };
}

function reportOf(run: Run, question: ImpactQuestion, assessment: Assessment): ImpactReport {
  const { impact: found } = assessment;
  const extensions =
    question === 'unused' ? found.extensions.filter(({ uses }) => uses.length === 0) : found.extensions;
  return {
    kind: 'impact',
    header: headerOf(run, 'impact'),
    question,
    impact: { ...found, extensions },
    exitCode: exitCodeOf(assessment),
  };
}

/** An app that may not be opened is reported and does not fail the run; one that another run may be able to open does. */
function exitCodeOf({ impact, stopped, passing }: Assessment): ExitCode {
  if (stopped === 'budget') return exitCodes.budget;
  const { apps, missing } = impact;
  const isAnswered = apps.opened + apps.fromCache > 0;
  return isAnswered && missing.length === 0 && passing === 0 ? exitCodes.ok : exitCodes.incomplete;
}

export function addImpact(program: Command, io: Io, finish: Finish): void {
  const command = addShared(program.command('impact'))
    .argument('[name...]', 'names or globs on the tenant; all when absent')
    .option('--unused', 'extensions of the tenant that no visible app uses')
    .option('--missing', 'extensions that apps use and the tenant lacks')
    .option('--space <id>', 'only apps of this space, or personal', collectFilled)
    .option('--app <id or name>', 'only this app, by id or a part of its name', collectFilled)
    .addOption(new Option('--max-apps <n>', 'the most apps to open').argParser(parsePositive));
  addExamples(command, [
    ['qlik-sync impact kpi-card', 'who would notice'],
    ['qlik-sync impact --unused', 'what could go'],
  ]);
  addMaxDuration(command, 'stop reading').action(async (names: string[], flags: ImpactFlags) => {
    finish(await impact(names, flags, io));
  });
}
