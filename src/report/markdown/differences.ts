/** What differs, file by file, folded; a block for each extension. */

import type { ExtensionComparison, FieldChange, FileChange } from '../../core/comparison.js';
import { countKinds, describeSides } from '../diff-text.js';
import { markdownCode, markdownFence, markdownText } from '../escape-markdown.js';
import type { ReportParts } from '../run-result.js';
import type { Block } from './blocks.js';

/** A patch that nobody would read to its end in a comment. */
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

/** The manifest is told field by field. */
function renderFile(file: FileChange, name: string): string {
  const { path, kind, before, after, patch } = file;
  const head = `${kind} ${markdownCode(path)} ${markdownText(describeSides(file, before, after))}\n\n`;
  if (patch === undefined || (kind === 'changed' && path === `${name}.qext`)) return head;
  const lines = patch.replace(/\n$/, '').split('\n');
  const rest = lines.length - longestPatch;
  const more = rest > 0 ? `… ${rest} more lines\n\n` : '';
  return `${head}${markdownFence('diff', lines.slice(0, longestPatch).join('\n'))}\n${more}`;
}
