/** A run as Markdown: a comment on a pull request, the summary of a job. */

import type { Outcome } from '../../core/outcome.js';
import type { Preview } from '../../core/preview.js';
import { type AnswerTable, answerTables } from '../answer-tables.js';
import { describeOutcome } from '../change-words.js';
import { nameOfPlace, titleOf } from '../counts.js';
import { type Entry, entriesOf, symbols } from '../entries.js';
import { picturesOf, wordsOf } from '../preview.js';
import type { ReportParts, RunResult } from '../run-result.js';
import { type Tone, verdictOf } from '../verdict.js';
import { markdownCode, markdownMarker, markdownText } from './escape.js';
import { always, type Block, fitInto, type Group } from './fit-into.js';
import { comparisonBlocks, impactBlocks } from './impact.js';
import {
  archivesBlock,
  closingBlock,
  findingsBlocks,
  leftOutBlock,
  originBlock,
  troubleBlock,
  unchangedBlock,
  validatedBlock,
} from './notes.js';

/** Bytes: 64 kB in a comment, 1 MB in a step summary (GitHub; other systems take more). */
export const commentLimit = 65_536;

export const summaryLimit = 1_048_576;

/** `limit`: bytes. The first line is a hidden marker by which the next run finds this comment and replaces it. */
export function renderMarkdown(result: RunResult, limit: number): string {
  const { parts } = result;
  const marker: Group = { role: 'frame', tone: 'good', blocks: [always(markerOf(result))] };
  const overview = parts.length > 1 ? renderOverview(parts) : [];
  return fitInto([marker, ...overview, ...parts.map(renderPart)], limit);
}

function renderPart(part: ReportParts): Group {
  return { role: 'part', tone: verdictOf(part).tone, blocks: partBlocks(part) };
}

function partBlocks(part: ReportParts): readonly Block[] {
  return [
    always(renderTitle(part)),
    originBlock(part),
    troubleBlock(part),
    changesBlock(part),
    ...findingsBlocks(part),
    ...impactBlocks(part),
    ...answerBlocks(part),
    validatedBlock(part),
    archivesBlock(part),
    ...comparisonBlocks(part),
    unchangedBlock(part),
    leftOutBlock(part),
    closingBlock(part),
  ];
}

/** `<!-- qlik-sync:plan:acme-charts:prod -->`: the same for every run of the command on the same environments. */
function markerOf({ command, parts }: RunResult): string {
  const projects = new Set(parts.flatMap(({ header }) => header.project ?? []));
  const places = parts.flatMap(({ header }) => nameOfPlace(header) ?? []);
  return markdownMarker(['qlik-sync', command, [...projects].join('+'), places.join('+')]);
}

const marks: Readonly<Record<Tone, string>> = {
  good: '✅',
  news: '📋',
  attention: '⚠️',
  bad: '❌',
};

function renderTitle(part: ReportParts): string {
  const { tone, words } = verdictOf(part);
  const { tenant, project } = part.header;
  const { commit, dirty } = part.source ?? {};
  const facts = [
    ...(tenant === undefined ? [] : [markdownCode(tenant.url)]),
    ...(project === undefined ? [] : [`project ${markdownCode(project)}`]),
    ...(commit === undefined
      ? []
      : [`commit ${markdownCode(commit.slice(0, 12))}${dirty === true ? ' with local changes' : ''}`]),
  ];
  const title = `### ${marks[tone]} qlik-sync ${markdownText(titleOf(part))}: ${markdownText(words)}\n`;
  return facts.length === 0 ? `${title}\n` : `${title}\n${facts.join(' · ')}\n\n`;
}

/** A table that can be cut row by row. */
function renderOverview(parts: readonly ReportParts[]): readonly Group[] {
  const rows = parts.map((part): Group => {
    const { tone, words } = verdictOf(part);
    const name = nameOfPlace(part.header) ?? 'unknown';
    const row = `| ${marks[tone]} | ${markdownCode(name)} | ${markdownText(words)} | ${part.exitCode} |\n`;
    return { role: 'row', tone, blocks: [always(row)] };
  });
  const frame = (text: string): Group => ({ role: 'frame', tone: 'good', blocks: [always(text)] });
  return [frame('| | Environment | Result | Exit code |\n|---|---|---|---|\n'), ...rows, frame('\n')];
}

function changesBlock(part: ReportParts): Block {
  const columns =
    part.kind === 'drift'
      ? ['', 'Extension', 'Drift', 'Details']
      : part.kind === 'preview'
        ? ['', 'Extension', 'Drawn', 'What differs']
        : ['', 'Extension', 'Action', part.kind === 'apply' ? 'What happened' : 'What happens'];
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

function renderWords({ words, warning, outcome, preview }: Entry): string {
  if (preview !== undefined) return renderPreview(preview);
  const warned = warning === undefined ? [] : [`**warning:** ${markdownText(warning)}`];
  if (outcome === undefined) return [markdownText(words), ...warned].join('<br>');
  const hint = outcome.error?.hint === undefined ? [] : [markdownText(outcome.error.hint)];
  return [markdownText(describeOutcome(outcome)), ...hint, markdownText(words), ...warned].join('<br>');
}

/** Pictures by their file names, since a comment cannot contain them. */
function renderPreview(preview: Preview): string {
  const files = picturesOf(preview).map(({ file }) => markdownCode(file));
  return [...wordsOf(preview).map(markdownText), ...files].join('<br>');
}

function answerBlocks(part: ReportParts): readonly Block[] {
  return answerTables(part).map(renderTable);
}

function renderTable({ title, columns, rows }: AnswerTable): Block {
  const rule = columns.map(() => '---').join('|');
  const head = `**${title}**\n\n| ${columns.join(' | ')} |\n|${rule}|\n`;
  return { rank: 'changes', noun: 'row', head, items: rows.map(renderAnswerRow), tail: '\n' };
}

function renderAnswerRow([name = '', ...cells]: readonly string[]): string {
  const words = cells.map((cell) => cell.split('\n').map(markdownText).join('<br>'));
  return `| ${[markdownCode(name), ...words].join(' | ')} |\n`;
}
