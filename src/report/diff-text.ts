/** What `plan --diff` shows below the plan: from the tenant's content to the folder's. */

import type { ExtensionComparison, FieldChange, FileChange, FileSide } from '../core/comparison.js';
import { count, describeEndings, formatBytes } from '../core/format.js';
import { stemOf } from '../core/kind.js';
import { type Paint, printable } from './paint.js';

/** Empty if there is nothing to compare. */
export function renderComparisons(comparisons: readonly ExtensionComparison[], paint: Paint): string {
  const blocks = comparisons.map((comparison) => renderComparison(comparison, paint));
  return blocks.length === 0
    ? ''
    : `${paint('dim', '- on the tenant, + in the folder')}\n\n${blocks.join('\n')}`;
}

function renderComparison(comparison: ExtensionComparison, paint: Paint): string {
  const { name, files, unavailable } = comparison;
  const title = paint('bold', printable(name));
  if (unavailable !== undefined) return `${title}  ${paint('yellow', printable(unavailable))}\n`;
  if (files.length === 0) return `${title}  same content\n`;
  return `${title}  ${countKinds(files)}\n${files.map((file) => renderFile(file, comparison, paint)).join('')}`;
}

export function countKinds(files: readonly FileChange[]): string {
  if (files.every(({ noPatch }) => noPatch === 'line-endings')) return describeEndings(files.length);
  const number = (kind: FileChange['kind']): number => files.filter((file) => file.kind === kind).length;
  const parts = (['added', 'changed', 'removed'] as const).filter((kind) => number(kind) > 0);
  return `${count(files.length, 'file')}: ${parts.map((kind) => `${number(kind)} ${kind}`).join(', ')}`;
}

const symbols = { added: '+', changed: '~', removed: '-' } as const;

const styles = { added: 'green', changed: 'yellow', removed: 'red' } as const;

function renderFile(file: FileChange, comparison: ExtensionComparison, paint: Paint): string {
  const { path, kind, before, after } = file;
  const head = `  ${paint(styles[kind], `${symbols[kind]} ${printable(path)}`)}  ${describeSides(file, before, after)}\n`;
  const isManifest = kind === 'changed' && path === `${stemOf(comparison.name)}.qext`;
  if (!isManifest || file.noPatch === 'line-endings') return head + renderPatch(file, paint);
  const fields = comparison.manifest.map((field) => renderField(field, paint)).join('');
  return fields === '' ? `${head}      formatting only; no field differs\n` : head + fields;
}

export function describeSides(
  { noPatch }: FileChange,
  before: FileSide | undefined,
  after: FileSide | undefined,
): string {
  const sizes = [before, after].flatMap((side) => (side === undefined ? [] : [formatBytes(side.bytes)]));
  if (noPatch === undefined) return sizes.join(' → ');
  if (noPatch === 'line-endings') return `${sizes.join(' → ')}, only line endings differ`;
  const digests = [before, after].flatMap((side) => (side === undefined ? [] : [side.sha256.slice(0, 12)]));
  return `${sizes.join(' → ')}, ${noPatch}, sha256 ${digests.join(' → ')}`;
}

function renderField({ field, before, after }: FieldChange, paint: Paint): string {
  const name = `      ${printable(field === '' ? '(whole file)' : field)}: `;
  if (before === undefined) return `${name}${paint('green', `added ${printable(after ?? '')}`)}\n`;
  if (after === undefined) return `${name}${paint('red', `removed ${printable(before)}`)}\n`;
  return `${name}${paint('red', printable(before))} → ${paint('green', printable(after))}\n`;
}

function renderPatch({ patch }: FileChange, paint: Paint): string {
  if (patch === undefined) return '';
  const lines = patch.replace(/\n$/, '').split('\n');
  return lines.map((line) => `      ${paintLine(line, paint)}\n`).join('');
}

/** A tab is part of code; other control characters are escaped. */
function paintLine(line: string, paint: Paint): string {
  const text = line.split('\t').map(printable).join('\t');
  if (line.startsWith('@@')) return paint('cyan', text);
  if (line.startsWith('+')) return paint('green', text);
  return line.startsWith('-') ? paint('red', text) : text;
}
