/** `qlik-sync impact`: list the apps that use an extension. Reads only. */

import { type ExitCode, exitCodes, UserError } from '../core/errors.js';
import type { Impact } from '../core/impact.js';
import type { ActualExtension } from '../core/model.js';
import { isNative } from '../core/native-types.js';
import type { Assessment } from '../reconcile/impact/assess.js';
import type { ImpactQuestion, ImpactReport } from '../report/impact-report.js';
import { readActual } from '../tenant/actual.js';
import { connect } from './connect.js';
import type { RunPlace } from './exclusive.js';
import type { Io } from './io.js';
import type { ImpactOptions } from './options/impact.js';
import type { SharedFlags } from './options/shared.js';
import { print } from './print.js';
import { type ImpactWanted, readImpact } from './read-impact.js';
import { createSelector, type Selector } from './selection.js';
import { readSettings } from './settings.js';

export type ImpactFlags = SharedFlags & ImpactOptions;

export async function showImpact(patterns: readonly string[], given: ImpactFlags, io: Io): Promise<ExitCode> {
  const question = questionOf(given);
  const settings = await readSettings(given, io);
  const connection = await connect(settings, io, { onWait: (notice) => io.stderr.write(`${notice}\n`) });
  try {
    const place = { settings, connection, io };
    const selector = await createSelector(patterns);
    const held = await readHeld(place);
    const assessment = await readImpact(place, wantedOf(question, held, selector, given));
    const report = reportOf(place, question, assessment);
    print(report, settings.flags, io);
    return report.exitCode;
  } finally {
    await connection.close();
  }
}

function questionOf({ unused, missing }: ImpactFlags): ImpactQuestion {
  if (unused === true && missing === true) {
    throw new UserError('--unused and --missing are two questions.', { hint: 'Ask one after the other.' });
  }
  if (unused === true) return 'unused';
  return missing === true ? 'missing' : 'uses';
}

type Held = ActualExtension & { readonly name: string };

async function readHeld({ connection, io }: RunPlace): Promise<readonly Held[]> {
  const { interrupted: signal } = io;
  const { extensions } = await readActual({ list: () => connection.extensions.list({ signal }) });
  return extensions.filter((record): record is Held => record.name !== undefined);
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
  assertFound(impact);
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

/** A filter that leaves nothing is a mistake rather than an answer; to have nothing personal is none. */
function assertFound({ only, apps, list }: Impact): void {
  if (only === undefined || apps.listed > 0 || list === 'partial') return;
  if (only.apps.length === 0 && only.spaces.every((space) => space === 'personal')) return;
  const app = only.apps.length === 0 ? '' : ` ${only.apps.join(' or ')}`;
  const space = only.spaces.length === 0 ? '' : ` in the space ${only.spaces.join(' or ')}`;
  throw new UserError(`The tenant shows no app${app}${space}.`, {
    hint: '--app takes the id of an app, or a part of its name in any case; --space the id of a space, or personal.',
  });
}

/** An app that may not be opened is told, and no failure of the run; one that another run may open is. */
function exitCodeOf({ impact, stopped, passing }: Assessment): ExitCode {
  if (stopped === 'budget') return exitCodes.budget;
  const { apps, missing } = impact;
  const isAnswered = apps.opened + apps.fromCache > 0;
  return isAnswered && missing.length === 0 && passing === 0 ? exitCodes.ok : exitCodes.incomplete;
}
