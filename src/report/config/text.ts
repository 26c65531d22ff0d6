/** `qlik-sync config` for people: three columns, what, which, from where. */

import { renderHeader } from '../header-text.js';
import { type Paint, printable } from '../paint.js';
import type { ConfigReport, ResolvedTarget, ResolvedValue } from './report.js';
import { describeValue, targetValues } from './words.js';

export function renderConfig(report: ConfigReport, paint: Paint): string {
  const { file, environment, environments, options, settings, target } = report;
  const inUse = environments.map((name) => (name === environment ? `${name} (in use)` : name));
  const place: readonly ResolvedValue[] = [
    { key: 'file', value: file, from: '' },
    { key: 'environments', value: inUse, from: '' },
  ];
  const width = Math.max(...[...place, ...settings, ...options].map(({ key }) => key.length)) + 2;
  const table = (rows: readonly ResolvedValue[]): string =>
    rows.map((row) => renderRow(row, width, paint)).join('');
  const head = renderHeader(report.header, paint);
  return [head, table(place), table(settings), table(options), renderTarget(target, width, paint)].join('\n');
}

function renderRow({ key, value, from }: ResolvedValue, width: number, paint: Paint): string {
  const text = printable(describeValue(value));
  const origin = from === '' ? '' : `  ${paint('dim', printable(from))}`;
  return `  ${printable(key).padEnd(width)}${text}${origin}\n`;
}

function renderTarget(target: ResolvedTarget, width: number, paint: Paint): string {
  if (target.kind === 'sandbox' || target.kind === 'tenant') {
    return targetValues(target)
      .map((row) => renderRow(row, width, paint))
      .join('');
  }
  const label = target.kind === 'none' ? paint('yellow', 'tenant: none') : paint('red', 'tenant: not usable');
  const lines = target.message.split('\n').map((line) => `    ${printable(line)}\n`);
  const hint = target.hint === undefined ? '' : `    ${printable(target.hint)}\n`;
  return `  ${label}\n${lines.join('')}${hint}`;
}
