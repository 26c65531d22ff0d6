/** Which apps use which extensions. */

import type { ExitCode } from '../core/exit-codes.js';
import { count } from '../core/format.js';
import { describeGaps, describeReach } from '../core/impact/gate.js';
import type { AppFacts, AppUse, ExtensionImpact, Impact } from '../core/impact/impact.js';
import { isWhole, reachOf } from '../core/impact/tally.js';
import type { ImpactDocument } from './documents/answers.js';
import { headOf, placeOf } from './json-parts.js';
import { joinBlocks, type Paint, printable } from './paint.js';
import type { RunHeader } from './run-header.js';
import type { TextOptions } from './text-parts.js';

/**
 * `uses`: the extensions that were asked about, with their apps · `unused`: those of the tenant that no visible app uses
 * · `missing`: what apps refer to and the tenant does not hold.
 */
export type ImpactQuestion = 'uses' | 'unused' | 'missing';

export interface ImpactReport {
  readonly kind: 'impact';
  readonly header: RunHeader;
  readonly question: ImpactQuestion;
  /** Holds only the extensions that answer the question. */
  readonly impact: Impact;
  readonly exitCode: ExitCode;
}

// Which apps use which extensions, as a document.

export function impactDocumentOf({ header, question, impact, exitCode }: ImpactReport): ImpactDocument {
  const complete = isWhole(impact);
  return {
    command: 'impact',
    ...headOf(header),
    ...placeOf(header),
    question,
    complete,
    ...impact,
    exitCode,
  };
}

// Who uses which extension, as a person reads it.

/** Apps that are listed before the rest is only counted, unless everything is asked for. */
const shownApps = 20;

/** Without the header line. */
export function renderImpact({ question, impact }: ImpactReport, options: TextOptions): string {
  return joinBlocks([
    question === 'unused' ? renderUnused(impact) : renderExtensions({ question, impact }, options),
    renderUnopened(impact, options),
    renderMissing(impact, options.paint),
    renderScope(impact),
  ]);
}

function renderUnused(impact: Impact): string {
  const names = impact.extensions.map(({ extension }) => `  ${printable(extension)}\n`).join('');
  return `${printable(describeAnswer('unused', impact))}\n${names}`;
}

function renderExtensions(
  { question, impact }: Pick<ImpactReport, 'question' | 'impact'>,
  options: TextOptions,
): string {
  const { extensions } = impact;
  const answer = question === 'missing' ? `${describeAnswer('missing', impact)}\n` : '';
  if (extensions.length === 0) return answer || 'There is no extension to tell about.\n';
  const blocks = extensions.map((extension) => renderExtension(extension, impact, options));
  const gap = answer === '' ? '' : '\n';
  return `${answer}${gap}${blocks.join(options.detail === 'quiet' ? '' : '\n')}`;
}

function renderExtension(told: ExtensionImpact, impact: Impact, { paint, detail }: TextOptions): string {
  const { extension, uses } = told;
  const head = `${paint('bold', printable(extension))}: ${printable(describeUses(told, impact))}\n`;
  if (detail === 'quiet') return head;
  const shown = detail === 'verbose' ? uses : uses.slice(0, shownApps);
  const more = uses.length - shown.length;
  const rest = more === 0 ? '' : `  … and ${more} more; -v shows all\n`;
  return `${head}${shown.map((use) => renderUse(use, detail)).join('')}${rest}`;
}

function renderUse(use: AppUse, detail: TextOptions['detail']): string {
  const { app } = use;
  const usage = describeUsage(app);
  const held = describeHeld(use, detail === 'verbose' ? 'listed' : 'counted');
  const head = `  ${printable(app.name)}${usage === undefined ? '' : `  ${usage}`}\n`;
  return `${head}    ${printable(held)}\n    ${printable(describeApp(app))}\n`;
}

// ── What is not known ───────────────────────────────────────────────────────────────────────────────────

function renderUnopened({ unopened }: Impact, { detail }: TextOptions): string {
  if (unopened.length === 0) return '';
  const shown = detail === 'verbose' ? unopened : unopened.slice(0, shownApps);
  const lines = shown.map(({ app, reason }) => `  ${printable(app.name)}  ${printable(reason)}\n`);
  const more = unopened.length - shown.length;
  const rest = more === 0 ? '' : `  … and ${more} more; -v shows all\n`;
  return `Not opened, so nothing is known of them:\n${lines.join('')}${rest}`;
}

function renderMissing(impact: Impact, paint: Paint): string {
  const lines = impact.missing.map((text) => `${paint('yellow', 'missing:')} ${printable(text)}\n`);
  const untold = impact.untold.map((text) => `${paint('yellow', 'not told:')} ${printable(text)}\n`);
  return [renderUsageOff(impact, paint), ...lines, ...untold].join('');
}

export function renderUsageOff({ usage }: Impact, paint: Paint): string {
  if (usage === 'on') return '';
  return `${paint('yellow', 'no usage:')} ${usageIsOff}\n`;
}

function renderScope(impact: Impact): string {
  const { only } = impact;
  const filter = only === undefined ? '' : `Only apps ${printable(describeFilter(only))} were asked about.\n`;
  return `${filter}${describeScope(impact).join('\n')}\n`;
}

/** What the list of extensions answers, or that there are none. Raw sentences; a list follows where one ends with a colon. */
export function describeAnswer(question: Exclude<ImpactQuestion, 'uses'>, impact: Impact): string {
  const isEmpty = impact.extensions.length === 0;
  if (question === 'missing') {
    return isEmpty
      ? 'The apps refer to no extension that the tenant does not hold.'
      : 'Apps refer to these, which the tenant does not hold:';
  }
  if (!isWhole(impact)) {
    return isEmpty
      ? 'A use was seen of every extension.'
      : `No use seen, though ${describeGaps(impact)}; so some of these may be used:`;
  }
  if (isEmpty) return 'Every extension is used by an app.';
  return impact.only === undefined ? 'Used by no visible app:' : 'Used by none of these apps:';
}

/** `4 apps, 312 people in 28 days, 1205 views`, or why no use of it was seen. */
export function describeUses({ uses }: ExtensionImpact, impact: Impact): string {
  if (uses.length > 0) {
    const { views } = reachOf(uses);
    return `${describeReach(uses)}${views === undefined ? '' : `, ${count(views, 'view')}`}`;
  }
  if (!isWhole(impact)) return `no use seen; ${describeGaps(impact)}`;
  return impact.only === undefined ? 'no visible app uses it' : 'none of these apps uses it';
}

/** `300 people, 1204 views, rising (+2.1 people a week)`; `undefined` where the tenant measures no usage. */
export function describeUsage({ usage }: AppFacts): string | undefined {
  if (usage === undefined) return undefined;
  const people = usage.users === 1 ? '1 person' : `${usage.users} people`;
  return `${people}, ${count(usage.views, 'view')}${describeTrend(usage.trend)}`;
}

function describeTrend(slope: number | undefined): string {
  if (slope === undefined || Math.abs(slope) < 0.05) return '';
  return `, ${slope > 0 ? 'rising' : 'falling'} (${slope > 0 ? '+' : ''}${slope.toFixed(1)} people a week)`;
}

/** `2 objects (o1, o2); 1 master item: Main KPI`. Raw words. */
export function describeHeld({ objects, masterItems }: AppUse, ids: 'counted' | 'listed'): string {
  const list = ids === 'listed' ? ` (${objects.join(', ')})` : '';
  const held = [
    ...(objects.length === 0 ? [] : [`${count(objects.length, 'object')}${list}`]),
    ...(masterItems.length === 0
      ? []
      : [`${count(masterItems.length, 'master item')}: ${masterItems.join(', ')}`]),
  ];
  return held.join('; ');
}

/** `space s1 · owner u1 · updated 2026-11-03 · tags finance · 2 published`. Raw words. */
export function describeApp(app: AppFacts): string {
  const facts = [
    app.space === undefined ? 'personal' : `space ${app.space}`,
    ...(app.owner === undefined ? [] : [`owner ${app.owner}`]),
    ...(app.updatedAt === undefined ? [] : [`updated ${app.updatedAt.slice(0, 10)}`]),
    ...(app.tags.length === 0 ? [] : [`tags ${app.tags.join(', ')}`]),
    ...(app.collections.length === 0 ? [] : [`collections ${app.collections.join(', ')}`]),
    ...(app.publishedCopies === 0 ? [] : [`${app.publishedCopies} published`]),
  ];
  return facts.join(' · ');
}

export const usageIsOff =
  "the tenant's items settings have usage metrics off, so nobody knows how many people see an app";

/** `of the space s1, called sales or 7f3a…`. Raw words. */
export function describeFilter({ spaces, apps }: NonNullable<Impact['only']>): string {
  return [
    ...(spaces.length === 0 ? [] : [`of the space ${spaces.join(' or ')}`]),
    ...(apps.length === 0 ? [] : [`called ${apps.join(' or ')}`]),
  ].join(', ');
}

/** Raw sentences: how much was looked at, and what nobody could see. */
export function describeScope({ apps, unopened }: Impact): readonly string[] {
  const { listed, opened, fromCache } = apps;
  return [
    `${count(listed, 'app')}: ${opened} opened, ${fromCache} unchanged since an earlier run, ${unopened.length} not opened.`,
    'What others keep on private sheets cannot be seen, so each number is at least that.',
  ];
}

/** What limits the answer, beside the apps that were not opened. Raw sentences. */
export function describeLimits({ apps, only, usage, missing, untold }: Impact): readonly string[] {
  return [
    ...(apps.listed === 0 && missing.length === 0 ? ['these credentials see no app'] : []),
    ...(only === undefined ? [] : [`only apps ${describeFilter(only)} were asked about`]),
    ...missing.map((what) => `not whole: ${what}`),
    ...untold.map((what) => `not told: ${what}`),
    ...(usage === 'on' ? [] : [usageIsOff]),
  ];
}
