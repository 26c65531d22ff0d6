/** The table of changes. */

import type { Outcome } from '../../core/model.js';
import { type Entry, entriesOf, symbols } from '../entries.js';
import { markdownCode, markdownText } from '../escape-markdown.js';
import { describeOutcome } from '../outcome-words.js';
import type { ReportParts } from '../run-result.js';
import type { Block } from './blocks.js';

export function changesBlock(part: ReportParts): Block {
  const what = part.outcomes === undefined ? 'What happens' : 'What happened';
  const columns =
    part.drift === undefined
      ? ['', 'Extension', 'Action', what]
      : ['', 'Extension', 'Drift', 'What is known'];
  const head = `| ${columns.join(' | ')} |\n|---|---|---|---|\n`;
  return { rank: 'changes', noun: 'change', head, items: entriesOf(part).map(renderRow), tail: '\n' };
}

function renderRow(entry: Entry): string {
  const { kind, name, verb, outcome } = entry;
  const symbol = outcome === undefined ? symbols[kind] : isWell(outcome) ? '✅' : '❌';
  return `| **${markdownText(symbol)}** | ${markdownCode(name)} | ${markdownText(verb)} | ${renderWords(entry)} |\n`;
}

function isWell({ status, overwrote }: Outcome): boolean {
  return status === 'done' && overwrote === undefined;
}

function renderWords({ words, warning, outcome }: Entry): string {
  const warned = warning === undefined ? [] : [`**warning:** ${markdownText(warning)}`];
  if (outcome === undefined) return [markdownText(words), ...warned].join('<br>');
  const hint = outcome.error?.hint === undefined ? [] : [markdownText(outcome.error.hint)];
  return [markdownText(describeOutcome(outcome)), ...hint, markdownText(words), ...warned].join('<br>');
}
