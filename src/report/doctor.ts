/** What `doctor` checked, what it found, what to do about it. */

import type { Check } from '../core/check.js';
import type { ExitCode } from '../core/exit-codes.js';
import { count } from '../core/format.js';
import type { DoctorDocument } from './documents/answers.js';
import { headOf, knownPlaceOf } from './json-parts.js';
import { type Paint, printable } from './paint.js';
import type { RunHeader } from './run-header.js';
import { renderHeader } from './text-parts.js';

export interface DoctorReport {
  readonly kind: 'doctor';
  readonly header: RunHeader;
  readonly checks: readonly Check[];
  /** Requests that were answered. */
  readonly requests: number;
  readonly exitCode: ExitCode;
}

export function doctorDocumentOf({ header, checks, requests, exitCode }: DoctorReport): DoctorDocument {
  return { command: 'doctor', ...headOf(header), ...knownPlaceOf(header), checks, requests, exitCode };
}

export function renderDoctor({ header, checks, requests }: DoctorReport, paint: Paint): string {
  const of = (status: Check['status']): number => checks.filter((check) => check.status === status).length;
  const verdict = `${of('ok')} ok, ${count(of('warning'), 'warning')}, ${of('failed')} failed, ${of('unknown')} unknown; ${count(requests, 'request')} answered, nothing written.\n`;
  const lines = checks.map((check) => renderCheck(check, paint));
  return [renderHeader(header, paint), lines.join(''), verdict].join('\n');
}

const symbols = {
  ok: ['green', '✓'],
  warning: ['yellow', '!'],
  failed: ['red', '✗'],
  unknown: ['dim', '?'],
} as const;

function renderCheck({ name, status, message, hint }: Check, paint: Paint): string {
  const [style, symbol] = symbols[status];
  const [first = '', ...rest] = message.split('\n').map(printable);
  const more = [...rest, ...(hint === undefined ? [] : hint.split('\n').map(printable))];
  const indent = ' '.repeat(17);
  return `  ${paint(style, symbol)} ${name.padEnd(12)} ${first}\n${more.map((line) => `${indent}${line}\n`).join('')}`;
}
