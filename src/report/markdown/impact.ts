/** Who uses what changes, most used first. */

import { count } from '../../core/format.js';
import type { AppUse, ExtensionImpact, Impact } from '../../core/impact.js';
import { markdownCode, markdownText } from '../escape-markdown.js';
import { describeLimits, describeUse } from '../impact-words.js';
import type { ReportParts } from '../run-result.js';
import type { Block } from './fit-into.js';

const namedApps = 10;

export function impactBlock({ impact }: ReportParts): Block {
  const items =
    impact === undefined ? [] : [...impact.extensions.map(renderExtension), ...renderNotes(impact)];
  return {
    rank: 'impact',
    noun: 'line of impact',
    head: '**Apps that use them**\n\n',
    items,
    tail: '\n',
  };
}

function renderNotes(impact: Impact): readonly string[] {
  return [...renderUnopened(impact), ...describeLimits(impact).map((what) => `- ${markdownText(what)}\n`)];
}

/** With the reasons, since nothing is known of what these apps use. */
function renderUnopened({ unopened }: Impact): readonly string[] {
  if (unopened.length === 0) return [];
  const head = `- ${count(unopened.length, 'app')} could not be opened and may use them too\n`;
  const named = unopened
    .slice(0, namedApps)
    .map(({ app, reason }) => `  - ${markdownText(app.name)}: ${markdownText(reason)}\n`);
  return [`${head}${named.join('')}${renderMore(unopened.length)}`];
}

function renderMore(apps: number): string {
  return apps > namedApps ? `  - and ${apps - namedApps} more\n` : '';
}

function renderExtension({ extension, uses }: ExtensionImpact): string {
  if (uses.length === 0) return `- ${markdownCode(extension)}: no app that was opened\n`;
  return `- ${markdownCode(extension)}: ${count(uses.length, 'app')}\n${uses.slice(0, namedApps).map(renderUse).join('')}${renderMore(uses.length)}`;
}

function renderUse(use: AppUse): string {
  return `  - ${markdownText(use.app.name)} ${markdownText(describeUse(use))}\n`;
}
