/** A run as Markdown: a comment on a pull request, the summary of a job. */

import { markdownCode, markdownMarker, markdownText } from '../escape-markdown.js';
import type { ReportParts, RunResult } from '../run-result.js';
import { placeName, titleOf, type Verdict, verdictOf } from '../verdict.js';
import { comparisonBlocks } from './differences.js';
import { type Block, fitInto } from './fit-into.js';
import { impactBlock } from './impact.js';
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
  const marker = always(markerOf(result));
  const overview = result.parts.length > 1 ? [always(renderOverview(result))] : [];
  return fitInto([marker, ...overview, ...result.parts.flatMap(partBlocks)], limit);
}

function partBlocks(part: ReportParts): readonly Block[] {
  return [
    always(renderTitle(part)),
    originBlock(part),
    troubleBlock(part),
    changesBlock(part),
    ...findingsBlocks(part),
    impactBlock(part),
    validatedBlock(part),
    archivesBlock(part),
    ...comparisonBlocks(part),
    unchangedBlock(part),
    leftOutBlock(part),
    closingBlock(part),
  ];
}

function always(text: string): Block {
  return { rank: 'always', noun: 'line', head: '', items: [text], tail: '' };
}

/** `<!-- qlik-sync:plan:acme-charts:prod -->`: the same for every run of the command on the same environments. */
function markerOf({ command, parts }: RunResult): string {
  const projects = new Set(parts.map(({ header }) => header.project ?? ''));
  const environments = parts.map(({ header: { tenant } }) => (tenant === undefined ? '' : placeName(tenant)));
  return markdownMarker(['qlik-sync', command, [...projects].join('+'), environments.join('+')]);
}

const marks: Readonly<Record<Verdict['tone'], string>> = {
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

function renderOverview({ parts }: RunResult): string {
  const rows = parts.map((part) => {
    const { tone, words } = verdictOf(part);
    const { tenant } = part.header;
    const name = tenant === undefined ? 'unknown' : placeName(tenant);
    return `| ${marks[tone]} | ${markdownCode(name)} | ${markdownText(words)} | ${part.exitCode} |\n`;
  });
  return `| | Environment | Result | Exit code |\n|---|---|---|---|\n${rows.join('')}\n`;
}
