/** Which apps use which extensions. */

import type { ExitCode } from '../core/exit-codes.js';
import { count } from '../core/format.js';
import { describeGaps, describeNative, describeReach } from '../core/impact/gate.js';
import type { AppFacts, AppUse, ExtensionImpact, Impact } from '../core/impact/impact.js';
import { isWhole, reachOf } from '../core/impact/tally.js';
import { kindOf } from '../core/kind.js';
import type { ImpactDocument } from './documents/answers.js';
import { headOf, placeOf } from './json-parts.js';
import { joinBlocks, type Paint, printable } from './paint.js';
import type { RunHeader } from './run-header.js';
import type { TextOptions } from './text-parts.js';

/**
 * `uses`: the selected extensions, with the apps that use them · `unused`: extensions of the tenant that no visible app
 * uses · `missing`: what apps refer to and is not on the tenant.
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

/** Apps that are listed; the rest is counted, unless `-v` asks for all. */
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
  if (extensions.length === 0) return answer || 'No extension matches.\n';
  const blocks = extensions.map((extension) => renderExtension(extension, impact, options));
  const gap = answer === '' ? '' : '\n';
  return `${answer}${gap}${blocks.join(options.detail === 'quiet' ? '' : '\n')}`;
}

function renderExtension(use: ExtensionImpact, impact: Impact, { paint, detail }: TextOptions): string {
  const { extension, uses } = use;
  const head = `${paint('bold', printable(extension))}: ${printable(describeUses(use, impact))}\n`;
  if (detail === 'quiet') return head;
  const shown = detail === 'verbose' ? uses : uses.slice(0, shownApps);
  const more = uses.length - shown.length;
  const rest = more === 0 ? '' : `  … and ${more} more; -v lists all\n`;
  return `${head}${shown.map((use) => renderUse(use, extension, detail)).join('')}${rest}`;
}

function renderUse(use: AppUse, name: string, detail: TextOptions['detail']): string {
  const { app } = use;
  const usage = describeUsage(app);
  const held = describeHeld(use, name, detail === 'verbose' ? 'listed' : 'counted');
  const head = `  ${printable(app.name)}${usage === undefined ? '' : `  ${usage}`}\n`;
  return `${head}    ${printable(held)}\n    ${printable(describeApp(app))}\n`;
}

function renderUnopened({ unopened }: Impact, { detail }: TextOptions): string {
  if (unopened.length === 0) return '';
  const shown = detail === 'verbose' ? unopened : unopened.slice(0, shownApps);
  const lines = shown.map(({ app, reason }) => `  ${printable(app.name)}  ${printable(reason)}\n`);
  const more = unopened.length - shown.length;
  const rest = more === 0 ? '' : `  … and ${more} more; -v lists all\n`;
  return `Not opened, so what they use is unknown:\n${lines.join('')}${rest}`;
}

function renderMissing(impact: Impact, paint: Paint): string {
  const lines = impact.missing.map((text) => `${paint('yellow', 'incomplete:')} ${printable(text)}\n`);
  const untold = impact.untold.map((text) => `${paint('yellow', 'unknown:')} ${printable(text)}\n`);
  return [renderUsageOff(impact, paint), ...lines, ...untold].join('');
}

export function renderUsageOff({ usage }: Impact, paint: Paint): string {
  if (usage === 'on') return '';
  return `${paint('yellow', 'usage:')} ${usageIsOff}\n`;
}

function renderScope(impact: Impact): string {
  const { only } = impact;
  const filter = only === undefined ? '' : `Limited to apps ${printable(describeFilter(only))}.\n`;
  return `${filter}${describeScope(impact).join('\n')}\n`;
}

/** The sentence above the list of extensions; it ends with a colon if a list follows. Raw text. */
export function describeAnswer(question: Exclude<ImpactQuestion, 'uses'>, impact: Impact): string {
  const isEmpty = impact.extensions.length === 0;
  if (question === 'missing') {
    return isEmpty
      ? 'Every extension that apps refer to is on the tenant.'
      : 'Apps refer to these extensions, which are not on the tenant:';
  }
  if (!isWhole(impact)) {
    return isEmpty
      ? 'Every extension is used by an app.'
      : `No use found, but ${describeGaps(impact)}; some of these may be used:`;
  }
  if (isEmpty) return 'Every extension is used by an app.';
  return impact.only === undefined ? 'Used by no visible app:' : 'Used by none of these apps:';
}

/** `4 apps, 312 people in 28 days, 1205 views`, or why no use was found. Raw text. */
export function describeUses({ extension, uses }: ExtensionImpact, impact: Impact): string {
  if (uses.length > 0) {
    const { views } = reachOf(uses);
    return `${describeReach(uses)}${views === undefined ? '' : `, ${count(views, 'view')}`}${describeNative(extension)}`;
  }
  if (!isWhole(impact)) return `no use found; ${describeGaps(impact)}`;
  return impact.only === undefined ? 'no visible app uses it' : 'none of these apps uses it';
}

/** `300 people, 1204 views, rising (+2.1 people a week)`; `undefined` if the tenant measures no usage. */
export function describeUsage({ usage }: AppFacts): string | undefined {
  if (usage === undefined) return undefined;
  const people = usage.users === 1 ? '1 person' : `${usage.users} people`;
  return `${people}, ${count(usage.views, 'view')}${describeTrend(usage.trend)}`;
}

function describeTrend(slope: number | undefined): string {
  if (slope === undefined || Math.abs(slope) < 0.05) return '';
  return `, ${slope > 0 ? 'rising' : 'falling'} (${slope > 0 ? '+' : ''}${slope.toFixed(1)} people a week)`;
}

/** `2 objects (o1, o2); 1 master item: Main KPI`, or `its theme`. Raw words. */
export function describeHeld(
  { objects, masterItems }: AppUse,
  name: string,
  ids: 'counted' | 'listed',
): string {
  if (kindOf(name) === 'theme') return 'its theme';
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

const usageIsOff =
  "usage metrics are off in the tenant's items settings, so the number of people per app is unknown";

/** `of the space s1, called sales or 7f3a…`. Raw words. */
function describeFilter({ spaces, apps }: NonNullable<Impact['only']>): string {
  return [
    ...(spaces.length === 0 ? [] : [`of the space ${spaces.join(' or ')}`]),
    ...(apps.length === 0 ? [] : [`called ${apps.join(' or ')}`]),
  ].join(', ');
}

/** How much was read, and what cannot be read. Raw sentences. */
export function describeScope({ apps, unopened }: Impact): readonly string[] {
  const { listed, opened, fromCache } = apps;
  return [
    `${count(listed, 'app')}: ${opened} opened, ${fromCache} unchanged since an earlier run, ${unopened.length} not opened.`,
    "Other people's private sheets cannot be read, so each number is a lower bound.",
  ];
}

/** What limits the answer, apart from the apps that were not opened. Raw text. */
export function describeLimits({ apps, only, usage, missing, untold }: Impact): readonly string[] {
  return [
    ...(apps.listed === 0 && missing.length === 0 ? ['these credentials can see no app'] : []),
    ...(only === undefined ? [] : [`limited to apps ${describeFilter(only)}`]),
    ...missing.map((what) => `incomplete: ${what}`),
    ...untold.map((what) => `unknown: ${what}`),
    ...(usage === 'on' ? [] : [usageIsOff]),
  ];
}
