/** `qlik-sync config` for people: three columns, what, which, from where. */

import type { ConfigReport, ResolvedTarget, ResolvedValue } from './config-report.js';
import { renderHeader } from './header-text.js';
import { type Paint, printable } from './paint.js';

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
  const text = printable(renderValue(value));
  const origin = from === '' ? '' : `  ${paint('dim', printable(from))}`;
  return `  ${printable(key).padEnd(width)}${text}${origin}\n`;
}

function renderValue(value: ResolvedValue['value']): string {
  if (typeof value === 'string') return value;
  if (typeof value !== 'object') return String(value);
  return value.length === 0 ? 'none' : value.join(', ');
}

function renderTarget(target: ResolvedTarget, width: number, paint: Paint): string {
  const row = (key: string, value: string, from = ''): string =>
    renderRow({ key, value, from }, width, paint);
  switch (target.kind) {
    case 'sandbox':
      return row('tenant', `the embedded one, its state in ${target.folder}`, target.source);
    case 'tenant': {
      const { url, source, from, credential } = target;
      const named = from === source ? source : `${source}, ${from}`;
      const client = credential.clientId === undefined ? '' : row('OAuth client', credential.clientId);
      const secret = row(credential.kind === 'oauth' ? 'client secret' : 'API key', credential.secret);
      return `${row('tenant', url, named)}${client}${secret}`;
    }
    case 'none':
    case 'problem': {
      const label =
        target.kind === 'none' ? paint('yellow', 'tenant: none') : paint('red', 'tenant: not usable');
      const lines = target.message.split('\n').map((line) => `    ${printable(line)}\n`);
      const hint = target.hint === undefined ? '' : `    ${printable(target.hint)}\n`;
      return `  ${label}\n${lines.join('')}${hint}`;
    }
  }
}
