/** Who uses what, most used first: the answer of `impact`, and an aside of a plan. */

import { count } from '../../core/format.js';
import type { AppUse, ExtensionImpact, Impact } from '../../core/impact.js';
import { markdownCode, markdownText } from '../escape-markdown.js';
import type { ImpactQuestion } from '../impact/report.js';
import {
  describeAnswer,
  describeApp,
  describeHeld,
  describeLimits,
  describeScope,
  describeUsage,
  describeUses,
} from '../impact/words.js';
import type { ReportParts } from '../run-result.js';
import type { Block } from './blocks.js';

const namedApps = 10;

export function impactBlocks({ impact, question }: ReportParts): readonly Block[] {
  if (impact === undefined) return [];
  const rank = question === undefined ? 'impact' : 'changes';
  const extensions = impact.extensions.map((told) =>
    question === 'unused' ? `- ${markdownCode(told.extension)}\n` : renderExtension(told, impact),
  );
  const head = `${markdownText(describeHead(question, impact)).replace(/^.*$/, '**$&**')}\n\n`;
  const answer = extensions.length === 0 ? [''] : extensions;
  return [
    { rank, noun: 'extension', head, items: answer, tail: extensions.length === 0 ? '' : '\n' },
    { rank, noun: 'app that was not opened', head: '', items: renderUnopened(impact), tail: '\n' },
    {
      rank: 'notes',
      noun: 'note',
      head: '**What this rests on**\n\n',
      items: renderNotes(impact),
      tail: '\n',
    },
  ];
}

function describeHead(question: ImpactQuestion | undefined, impact: Impact): string {
  if (question === 'unused' || question === 'missing') return describeAnswer(question, impact);
  return impact.extensions.length === 0 ? 'There is no extension to tell about.' : 'Apps that use them';
}

function renderNotes(impact: Impact): readonly string[] {
  return [...describeScope(impact), ...describeLimits(impact)].map((what) => `- ${markdownText(what)}\n`);
}

/** With the reasons, since nothing is known of what these apps use. */
function renderUnopened({ unopened }: Impact): readonly string[] {
  if (unopened.length === 0) return [];
  const head = `**${count(unopened.length, 'app')} not opened, so nothing is known of what they use**\n\n`;
  const named = unopened
    .slice(0, namedApps)
    .map(({ app, reason }) => `- ${markdownText(app.name)}: ${markdownText(reason)}\n`);
  return [`${head}${named.join('')}${renderMore(unopened.length, '')}`];
}

function renderMore(apps: number, indent: string): string {
  return apps > namedApps ? `${indent}- and ${apps - namedApps} more\n` : '';
}

function renderExtension(told: ExtensionImpact, impact: Impact): string {
  const { extension, uses } = told;
  const apps = uses.slice(0, namedApps).map(renderUse).join('');
  const head = `- ${markdownCode(extension)}: ${markdownText(describeUses(told, impact))}\n`;
  return `${head}${apps}${renderMore(uses.length, '  ')}`;
}

function renderUse(use: AppUse): string {
  const { app } = use;
  const facts = [describeUsage(app), describeHeld(use, 'counted'), describeApp(app)];
  const words = facts.filter((fact) => fact !== undefined && fact !== '').join('; ');
  return `  - ${markdownText(app.name)}: ${markdownText(words)}\n`;
}
