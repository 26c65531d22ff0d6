/** A run as Markdown: a comment on a pull request, the summary of a job. */

import { markdownCode, markdownMarker, markdownText } from '../escape-markdown.js';
import type { ReportParts, RunResult } from '../run-result.js';
import { nameOfPlace, titleOf } from '../title.js';
import type { Tone } from '../tone.js';
import { verdictOf } from '../verdict.js';
import { answerBlocks } from './answers.js';
import { always, type Block, type Group } from './blocks.js';
import { comparisonBlocks } from './differences.js';
import { fitInto } from './fit-into.js';
import { impactBlocks } from './impact.js';
import {
  archivesBlock,
  closingBlock,
  leftOutBlock,
  originBlock,
  unchangedBlock,
  validatedBlock,
} from './notes.js';
import { changesBlock } from './rows.js';
import { findingsBlocks, troubleBlock } from './trouble.js';

/** What fits: 64 kB in a comment, 1 MB in the summary of a step (GitHub; the others take more). */
export const commentLimit = 65_536;
export const summaryLimit = 1_048_576;

/** `limit`: bytes. The first line is a hidden one that tells the comment of this run from others, to be replaced by the next. */
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

/** A table whose rows may go one by one. */
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
