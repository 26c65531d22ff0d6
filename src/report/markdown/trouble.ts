/** Why a run stopped or would stop, and what the rules say. */

import type { Finding } from '../../core/model.js';
import { markdownCode, markdownText } from '../escape-markdown.js';
import type { ReportParts } from '../run-result.js';
import type { Block } from './blocks.js';

/** An alert where the renderer knows them, a quotation elsewhere. */
export function troubleBlock({ failure, refusals = [] }: ReportParts): Block {
  const items =
    failure === undefined ? refusals.map((refusal) => renderAlert('apply would refuse', refusal)) : [];
  return {
    rank: 'trouble',
    noun: 'message',
    head: '',
    items: failure === undefined ? items : [renderFailure(failure)],
    tail: '',
  };
}

function renderFailure({ message, hint, traceId }: NonNullable<ReportParts['failure']>): string {
  const trace = traceId === undefined ? '' : ` (trace ${traceId})`;
  return renderAlert('error', { message: `${message}${trace}`, ...(hint !== undefined && { hint }) });
}

function renderAlert(
  label: string,
  { message, hint }: { readonly message: string; readonly hint?: string },
): string {
  const [first = '', ...others] = message.split('\n');
  const hints = hint === undefined ? [] : hint.split('\n');
  const lines = [`**${label}:** ${markdownText(first)}`, ...[...others, ...hints].map(markdownText)];
  return `> [!CAUTION]\n${lines.map((line) => `> ${line}`).join('<br>\n')}\n\n`;
}

export function findingsBlocks({ findings = [] }: ReportParts): readonly Block[] {
  const notes = findings.filter(({ severity }) => severity === 'info');
  const others = findings.filter(({ severity }) => severity !== 'info');
  return [
    {
      rank: 'findings',
      noun: 'finding',
      head: `**Findings**\n\n`,
      items: others.map(renderFinding),
      tail: '\n',
    },
    {
      rank: 'notes',
      noun: 'note',
      head: `<details><summary>Notes (${notes.length})</summary>\n\n`,
      items: notes.map(renderFinding),
      tail: '\n</details>\n\n',
    },
  ];
}

function renderFinding({ severity, file, line, column, extension, message, hint, rule }: Finding): string {
  const place = [file ?? extension, line, column].filter((part) => part !== undefined).join(':');
  const where = place === '' ? '' : ` ${markdownCode(place)}`;
  const advice = hint === undefined ? '' : `<br>${markdownText(hint)}`;
  return `- **${severity}**${where} ${markdownText(message)} ${markdownCode(rule)}${advice}\n`;
}
