/** Who uses which extension, as a person reads it. */

import type { AppUse, ExtensionImpact, Impact } from '../../core/impact.js';
import { joinBlocks } from '../join-blocks.js';
import { type Paint, printable } from '../paint.js';
import type { TextOptions } from '../text-options.js';
import type { ImpactReport } from './report.js';
import {
  describeAnswer,
  describeApp,
  describeFilter,
  describeHeld,
  describeScope,
  describeUsage,
  describeUses,
  usageIsOff,
} from './words.js';

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
