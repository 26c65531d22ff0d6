/** The parts of a comment beside its changes: why the run stopped, findings, lists, closing lines. */

import { count, formatBytes } from '../../core/format.js';
import type { Finding } from '../../core/model.js';
import type { Drift } from '../drift.js';
import { unchangedOf } from '../entries.js';
import { describeBackups, describeOrigin } from '../plan.js';
import { renderClosingLines } from '../plan-text.js';
import type { ReportParts } from '../run-result.js';
import { markdownCode, markdownText } from './escape.js';
import type { Block } from './fit-into.js';

export function validatedBlock({ extensions = [] }: ReportParts): Block {
  const rows = extensions.map(({ name, version = '', files, bytes, folder }) => {
    const cells = [
      markdownCode(name),
      markdownText(version),
      count(files, 'file'),
      formatBytes(bytes),
      markdownCode(folder),
    ];
    return `| ${cells.join(' | ')} |\n`;
  });
  const head = '| Extension | Version | Files | Size | Folder |\n|---|---|---|---|---|\n';
  return { rank: 'unchanged', noun: 'extension', head, items: rows, tail: '\n' };
}

export function archivesBlock({ archives = [] }: ReportParts): Block {
  const rows = archives.map(
    ({ name, file, bytes, md5 }) =>
      `| ${markdownCode(name)} | ${markdownCode(file)} | ${formatBytes(bytes)} | ${markdownCode(md5)} |\n`,
  );
  const head = '| Extension | Archive | Size | md5 |\n|---|---|---|---|\n';
  return { rank: 'changes', noun: 'archive', head, items: rows, tail: '\n' };
}

export function unchangedBlock(part: ReportParts): Block {
  const names = unchangedOf(part);
  return fold('unchanged', 'unchanged name', `Unchanged (${names.length})`, names.map(markdownCode));
}

export function leftOutBlock({ leftOut = [] }: ReportParts): Block {
  const files = leftOut.flatMap(({ extension, files }) =>
    files.map(({ path }) => markdownCode(`${extension}/${path}`)),
  );
  return fold('unchanged', 'left-out file', `Files that are not uploaded (${files.length})`, files);
}

function fold(rank: Block['rank'], noun: string, title: string, entries: readonly string[]): Block {
  return {
    rank,
    noun,
    head: `<details><summary>${title}</summary>\n\n`,
    items: entries.map((entry) => `- ${entry}\n`),
    tail: '\n</details>\n\n',
  };
}

export function originBlock(part: ReportParts): Block {
  const lines = describeOrigin(part).map((line) => `${markdownText(line)}\n\n`);
  return { rank: 'always', noun: 'line', head: '', items: lines, tail: '' };
}

export function closingBlock(part: ReportParts): Block {
  const text = describeClosing(part);
  return { rank: 'always', noun: 'line', head: '', items: text === '' ? [] : [text], tail: '\n' };
}

/** The digest is code, to be copied for `--expect`. */
function describeClosing({ kind, plan, drift = [], backups }: ReportParts): string {
  if (kind === 'drift') return `${markdownText(describeDrift(drift, plan))}\n`;
  if (plan === undefined) return '';
  const copies = describeBackups(backups).map((line) => `${markdownText(line)}\n\n`);
  const words = renderClosingLines(plan).trimEnd().split(` ${plan.digest}`);
  const lines = words.map((text) => text.split('\n').map(markdownText).join('<br>\n'));
  return `${copies.join('')}${lines.join(` ${markdownCode(plan.digest)}`)}\n`;
}

function describeDrift(drift: readonly Drift[], plan: ReportParts['plan']): string {
  const number = (alarm: Drift['alarm']): number => drift.filter((item) => item.alarm === alarm).length;
  return `${number('new')} new, ${number('known')} known, ${number('ignored')} ignored${plan === undefined ? '' : `, ${plan.summary.unmanaged} unmanaged`}.`;
}

/** Why a run stopped, or would stop: an alert if the renderer knows alerts, otherwise a quotation. */
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
