/** The tables of commands that only answer a question. */

import { type AnswerTable, answerTables } from '../answer-tables.js';
import { markdownCode, markdownText } from '../escape-markdown.js';
import type { ReportParts } from '../run-result.js';
import type { Block } from './blocks.js';

export function answerBlocks(part: ReportParts): readonly Block[] {
  return answerTables(part).map(renderTable);
}

function renderTable({ title, columns, rows }: AnswerTable): Block {
  const rule = columns.map(() => '---').join('|');
  const head = `**${title}**\n\n| ${columns.join(' | ')} |\n|${rule}|\n`;
  return { rank: 'changes', noun: 'row', head, items: rows.map(renderRow), tail: '\n' };
}

function renderRow([name = '', ...cells]: readonly string[]): string {
  const words = cells.map((cell) => cell.split('\n').map(markdownText).join('<br>'));
  return `| ${[markdownCode(name), ...words].join(' | ')} |\n`;
}
