/** Which apps use what, most used first, for `impact` and for a plan; and what differs, file by file. */

import type { ExtensionComparison, FieldChange, FileChange } from '../../core/comparison.js';
import { count } from '../../core/format.js';
import type { AppUse, ExtensionImpact, Impact } from '../../core/impact/impact.js';
import { stemOf } from '../../core/kind.js';
import { countKinds, describeSides } from '../diff-text.js';
import {
  describeAnswer,
  describeApp,
  describeHeld,
  describeLimits,
  describeScope,
  describeUsage,
  describeUses,
  type ImpactQuestion,
} from '../impact.js';
import type { ReportParts } from '../run-result.js';
import { markdownCode, markdownFence, markdownText } from './escape.js';
import type { Block } from './fit-into.js';

const namedApps = 10;

export function impactBlocks({ impact, question }: ReportParts): readonly Block[] {
  if (impact === undefined) return [];
  const rank = question === undefined ? 'impact' : 'changes';
  const extensions = impact.extensions.map((used) =>
    question === 'unused' ? `- ${markdownCode(used.extension)}\n` : renderExtension(used, impact),
  );
  const head = `${markdownText(describeHead(question, impact)).replace(/^.*$/, '**$&**')}\n\n`;
  const answer = extensions.length === 0 ? [''] : extensions;
  return [
    { rank, noun: 'extension', head, items: answer, tail: extensions.length === 0 ? '' : '\n' },
    { rank, noun: 'app that was not opened', head: '', items: renderUnopened(impact), tail: '\n' },
    {
      rank: 'notes',
      noun: 'note',
      head: '**Scope and limits**\n\n',
      items: renderNotes(impact),
      tail: '\n',
    },
  ];
}

function describeHead(question: ImpactQuestion | undefined, impact: Impact): string {
  if (question === 'unused' || question === 'missing') return describeAnswer(question, impact);
  return impact.extensions.length === 0 ? 'No extension matches.' : 'Apps that use these extensions';
}

function renderNotes(impact: Impact): readonly string[] {
  return [...describeScope(impact), ...describeLimits(impact)].map((what) => `- ${markdownText(what)}\n`);
}

/** With the reason for each. */
function renderUnopened({ unopened }: Impact): readonly string[] {
  if (unopened.length === 0) return [];
  const head = `**${count(unopened.length, 'app')} not opened, so what they use is unknown**\n\n`;
  const named = unopened
    .slice(0, namedApps)
    .map(({ app, reason }) => `- ${markdownText(app.name)}: ${markdownText(reason)}\n`);
  return [`${head}${named.join('')}${renderMore(unopened.length, '')}`];
}

function renderMore(apps: number, indent: string): string {
  return apps > namedApps ? `${indent}- and ${apps - namedApps} more\n` : '';
}

function renderExtension(used: ExtensionImpact, impact: Impact): string {
  const { extension, uses } = used;
  const apps = uses
    .slice(0, namedApps)
    .map((use) => renderUse(use, extension))
    .join('');
  const head = `- ${markdownCode(extension)}: ${markdownText(describeUses(used, impact))}\n`;
  return `${head}${apps}${renderMore(uses.length, '  ')}`;
}

function renderUse(use: AppUse, name: string): string {
  const { app } = use;
  const facts = [describeUsage(app), describeHeld(use, name, 'counted'), describeApp(app)];
  const words = facts.filter((fact) => fact !== undefined && fact !== '').join('; ');
  return `  - ${markdownText(app.name)}: ${markdownText(words)}\n`;
}

/** How many lines of a patch a comment shows. */
const longestPatch = 200;

export function comparisonBlocks({ comparisons = [] }: ReportParts): readonly Block[] {
  return comparisons.map(comparisonBlock);
}

function comparisonBlock(comparison: ExtensionComparison): Block {
  const { name, files, manifest, unavailable } = comparison;
  const title = unavailable ?? (files.length === 0 ? 'same content' : countKinds(files));
  const fields = manifest.length === 0 ? [] : [`${manifest.map(renderField).join('')}\n`];
  const items = files.map((file) => renderFile(file, name));
  const nothing = items.length === 0 && fields.length === 0 ? [''] : [];
  return {
    rank: 'differences',
    noun: 'file difference',
    head: `<details><summary>${markdownCode(name)}: ${markdownText(title)}</summary>\n\n`,
    items: [...fields, ...items, ...nothing],
    tail: '\n</details>\n\n',
  };
}

function renderField({ field, before, after }: FieldChange): string {
  const sides = [before, after].map((side) => (side === undefined ? 'absent' : markdownCode(side)));
  return `- ${markdownCode(field === '' ? '(whole file)' : field)}: ${sides.join(' → ')}\n`;
}

/** The manifest is shown field by field instead. */
function renderFile(file: FileChange, name: string): string {
  const { path, kind, before, after, patch } = file;
  const head = `${kind} ${markdownCode(path)} ${markdownText(describeSides(file, before, after))}\n\n`;
  if (patch === undefined || (kind === 'changed' && path === `${stemOf(name)}.qext`)) return head;
  const lines = patch.replace(/\n$/, '').split('\n');
  const rest = lines.length - longestPatch;
  const more = rest > 0 ? `… ${rest} more lines\n\n` : '';
  return `${head}${markdownFence('diff', lines.slice(0, longestPatch).join('\n'))}\n${more}`;
}
