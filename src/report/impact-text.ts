/** Who uses which extension, as a person reads it. */

import { count } from '../core/format.js';
import type { AppUse, ExtensionImpact, Impact } from '../core/impact.js';
import { describeGaps, describeReach } from '../core/impact-gate.js';
import { isWhole, reachOf } from '../core/impact-tally.js';
import type { ImpactReport } from './impact-report.js';
import { describeApp, describeFilter, usageIsOff } from './impact-words.js';
import { joinBlocks } from './join-blocks.js';
import { type Paint, printable } from './paint.js';
import type { TextOptions } from './text-options.js';

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
  if (isWhole(impact)) {
    const none = impact.only === undefined ? 'Used by no visible app' : 'Used by none of these apps';
    return names === '' ? 'Every extension is used by an app.\n' : `${none}:\n${names}`;
  }
  const head = `No use seen, though ${printable(describeGaps(impact))}; so some of these may be used:\n`;
  return names === '' ? 'A use was seen of every extension.\n' : `${head}${names}`;
}

function renderExtensions(
  { question, impact }: Pick<ImpactReport, 'question' | 'impact'>,
  options: TextOptions,
): string {
  const { extensions } = impact;
  if (extensions.length === 0) {
    return question === 'missing'
      ? 'The apps refer to no extension that the tenant does not hold.\n'
      : 'There is no extension to tell about.\n';
  }
  const head = question === 'missing' ? 'Apps refer to these, which the tenant does not hold:\n\n' : '';
  const blocks = extensions.map((extension) => renderExtension(extension, impact, options));
  return `${head}${blocks.join(options.detail === 'quiet' ? '' : '\n')}`;
}

function renderExtension(
  { extension, uses }: ExtensionImpact,
  impact: Impact,
  { paint, detail }: TextOptions,
): string {
  const name = paint('bold', printable(extension));
  if (uses.length === 0) {
    const none = impact.only === undefined ? 'no visible app uses it' : 'none of these apps uses it';
    return `${name}: ${isWhole(impact) ? none : `no use seen; ${printable(describeGaps(impact))}`}\n`;
  }
  const { views } = reachOf(uses);
  const seen = views === undefined ? '' : `, ${count(views, 'view')}`;
  const head = `${name}: ${describeReach(uses)}${seen}\n`;
  if (detail === 'quiet') return head;
  const shown = detail === 'verbose' ? uses : uses.slice(0, shownApps);
  const more = uses.length - shown.length;
  const rest = more === 0 ? '' : `  … and ${more} more; -v shows all\n`;
  return `${head}${shown.map((use) => renderUse(use, detail)).join('')}${rest}`;
}

function renderUse(use: AppUse, detail: TextOptions['detail']): string {
  const { app, objects, masterItems } = use;
  const usage =
    app.usage === undefined
      ? ''
      : `  ${app.usage.users === 1 ? '1 person' : `${app.usage.users} people`}, ${count(app.usage.views, 'view')}${trend(app.usage.trend)}`;
  const held = [
    ...(objects.length === 0 ? [] : [`${count(objects.length, 'object')}${list(objects, detail)}`]),
    ...(masterItems.length === 0
      ? []
      : [`${count(masterItems.length, 'master item')}: ${masterItems.join(', ')}`]),
  ];
  return `  ${printable(app.name)}${usage}\n    ${printable(held.join('; '))}\n    ${printable(describeApp(app))}\n`;
}

function list(ids: readonly string[], detail: TextOptions['detail']): string {
  return detail === 'verbose' ? ` (${ids.join(', ')})` : '';
}

function trend(slope: number | undefined): string {
  if (slope === undefined || Math.abs(slope) < 0.05) return '';
  return `, ${slope > 0 ? 'rising' : 'falling'} (${slope > 0 ? '+' : ''}${slope.toFixed(1)} people a week)`;
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

function renderScope({ apps, unopened, only }: Impact): string {
  const { listed, opened, fromCache } = apps;
  const filter = only === undefined ? '' : `Only apps ${printable(describeFilter(only))} were asked about.\n`;
  const read = `${count(listed, 'app')}: ${opened} opened, ${fromCache} unchanged since an earlier run, ${unopened.length} not opened.`;
  return `${filter}${read}\nWhat others keep on private sheets cannot be seen, so each number is at least that.\n`;
}
