/** Every setting of a run with its source. Of a secret, only whether it is set and from where; never its value. */

import type { ExitCode } from '../core/exit-codes.js';
import type { ConfigDocument } from './documents/answers.js';
import { headOf } from './json-parts.js';
import { type Paint, printable } from './paint.js';
import type { RunHeader } from './run-header.js';
import { renderHeader } from './text-parts.js';

export interface ConfigReport {
  readonly kind: 'config';
  readonly header: RunHeader;
  /** Relative to the working directory, with `/`. */
  readonly file: string;
  readonly environment?: string;
  /** Every environment of the file, in its order. */
  readonly environments: readonly string[];
  /** Shared options that are set, and defaults worth knowing. */
  readonly options: readonly ResolvedValue[];
  /** The settings that result from the file and its chosen environment. */
  readonly settings: readonly ResolvedValue[];
  readonly target: ResolvedTarget;
  readonly exitCode: ExitCode;
}

export interface ResolvedValue {
  /** Dotted, such as `backup.keep`. */
  readonly key: string;
  readonly value: string | number | boolean | readonly string[];
  /** `default`, `--flag`, `QLIK_SYNC_…`, or a place in the file. */
  readonly from: string;
}

export type ResolvedTarget =
  | { readonly kind: 'sandbox'; readonly folder: string; readonly source: string }
  | {
      readonly kind: 'tenant';
      readonly url: string;
      readonly source: string;
      /** Where the address comes from. */
      readonly from: string;
      readonly credential: ResolvedCredential;
    }
  /** `none`: nothing names a tenant · `problem`: what names one cannot be used. */
  | { readonly kind: 'none' | 'problem'; readonly message: string; readonly hint?: string };

export interface ResolvedCredential {
  readonly kind: 'api-key' | 'oauth';
  readonly clientId?: string;
  /** Such as `set (from QLIK_API_KEY)`. */
  readonly secret: string;
}

export function configDocumentOf({ kind: _, header, ...fields }: ConfigReport): ConfigDocument {
  return { command: 'config', ...headOf(header), ...fields };
}

export function renderConfig(report: ConfigReport, paint: Paint): string {
  const { file, environment, environments, options, settings, target } = report;
  const inUse = environments.map((name) => (name === environment ? `${name} (in use)` : name));
  const place: readonly ResolvedValue[] = [
    { key: 'file', value: file, from: '' },
    { key: 'environments', value: inUse, from: '' },
  ];
  const rows = [...settings, ...options];
  const columns: Columns = {
    key: Math.max(...[...place, ...rows].map(({ key }) => key.length)) + 2,
    value: Math.max(...rows.map(({ value }) => describeValue(value).length).filter((n) => n <= widestValue)),
  };
  const table = (shown: readonly ResolvedValue[]): string =>
    shown.map((row) => renderRow(row, columns, paint)).join('');
  const head = renderHeader(report.header, paint);
  return [head, table(place), table(settings), table(options), renderTarget(target, columns, paint)].join(
    '\n',
  );
}

interface Columns {
  readonly key: number;
  readonly value: number;
}

/** A longer value stands out, so that one list of folders does not push all sources to the right. */
const widestValue = 32;

function renderRow({ key, value, from }: ResolvedValue, columns: Columns, paint: Paint): string {
  const text = printable(describeValue(value));
  const source = from === '' ? '' : `  ${paint('dim', printable(from))}`;
  const shown = source === '' ? text : text.padEnd(columns.value);
  return `  ${printable(key).padEnd(columns.key)}${shown}${source}\n`;
}

function renderTarget(target: ResolvedTarget, columns: Columns, paint: Paint): string {
  if (target.kind === 'sandbox' || target.kind === 'tenant') {
    return targetValues(target)
      .map((row) => renderRow(row, columns, paint))
      .join('');
  }
  const label = target.kind === 'none' ? paint('yellow', 'tenant: none') : paint('red', 'tenant: not usable');
  const lines = target.message.split('\n').map((line) => `    ${printable(line)}\n`);
  const hint = target.hint === undefined ? '' : `    ${printable(target.hint)}\n`;
  return `  ${label}\n${lines.join('')}${hint}`;
}

/** Raw text. */
export function describeValue(value: ResolvedValue['value']): string {
  if (typeof value === 'string') return value;
  if (typeof value !== 'object') return String(value);
  return value.length === 0 ? 'none' : value.join(', ');
}

/** Which tenant and how to sign in to it, or why there is none. Raw text. */
export function targetValues(target: ResolvedTarget): readonly ResolvedValue[] {
  switch (target.kind) {
    case 'sandbox':
      return [
        { key: 'tenant', value: `the embedded tenant, its state in ${target.folder}`, from: target.source },
      ];
    case 'tenant': {
      const { url, source, from, credential } = target;
      const { kind, clientId, secret } = credential;
      return [
        { key: 'tenant', value: url, from: from === source ? source : `${source}, ${from}` },
        ...(clientId === undefined ? [] : [{ key: 'OAuth client', value: clientId, from: '' }]),
        { key: kind === 'oauth' ? 'client secret' : 'API key', value: secret, from: '' },
      ];
    }
    case 'none':
    case 'problem': {
      const words = [target.message, target.hint].filter((text) => text !== undefined).join('\n');
      return [{ key: target.kind === 'none' ? 'no tenant' : 'not usable', value: words, from: '' }];
    }
  }
}
