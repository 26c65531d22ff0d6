/** Who uses what changes, most used first. */

import { count } from '../../core/format.js';
import type { AppUse, ExtensionImpact } from '../../core/impact.js';
import { markdownCode, markdownText } from '../escape-markdown.js';
import { describeUse } from '../impact-words.js';
import type { ReportParts } from '../run-result.js';
import type { Block } from './fit-into.js';

const namedApps = 10;

export function impactBlock({ impact }: ReportParts): Block {
  const { extensions = [], unopened = [], missing = [] } = impact ?? {};
  const notes = [
    ...(unopened.length === 0
      ? []
      : [`- ${count(unopened.length, 'app')} could not be opened and may use them too\n`]),
    ...missing.map((what) => `- not whole: ${markdownText(what)}\n`),
  ];
  return {
    rank: 'impact',
    noun: 'line of impact',
    head: '**Apps that use them**\n\n',
    items: [...extensions.map(renderExtension), ...notes],
    tail: '\n',
  };
}

function renderExtension({ extension, uses }: ExtensionImpact): string {
  if (uses.length === 0) return `- ${markdownCode(extension)}: no app that was opened\n`;
  const rest = uses.length > namedApps ? `  - and ${uses.length - namedApps} more\n` : '';
  return `- ${markdownCode(extension)}: ${count(uses.length, 'app')}\n${uses.slice(0, namedApps).map(renderUse).join('')}${rest}`;
}

function renderUse(use: AppUse): string {
  return `  - ${markdownText(use.app.name)} ${markdownText(describeUse(use))}\n`;
}
