/** The extensions of the folders, and what the rules say about them. */

import type { ExitCode } from '../core/exit-codes.js';
import { count, formatBytes } from '../core/format.js';
import { countKinds } from '../core/kind.js';
import type { Finding, LeftOutFile, Severity } from '../core/model.js';
import type { ValidateDocument } from './documents/documents.js';
import { headOf } from './json-parts.js';
import { joinBlocks, printable } from './paint.js';
import type { RunHeader } from './run-header.js';
import { renderFindings, renderHeader, renderLeftOut, type TextOptions } from './text-parts.js';

export interface ValidateReport {
  readonly kind: 'validate';
  readonly header: RunHeader;
  readonly extensions: readonly ValidatedExtension[];
  readonly findings: readonly Finding[];
  readonly exitCode: ExitCode;
}

export interface ValidatedExtension {
  readonly name: string;
  readonly folder: string;
  readonly version?: string;
  readonly files: number;
  readonly bytes: number;
  readonly digest: string;
  readonly leftOut: readonly LeftOutFile[];
}

export function validateDocumentOf(report: ValidateReport): ValidateDocument {
  const { header, extensions, findings, exitCode } = report;
  return { command: 'validate', ...headOf(header), extensions, findings, exitCode };
}

export function renderValidate(report: ValidateReport, options: TextOptions): string {
  const { header, extensions, findings } = report;
  const leftOut = extensions.map(({ name, leftOut: files }) => ({ extension: name, files }));
  return joinBlocks([
    renderHeader(header, options.paint),
    options.detail === 'quiet' ? '' : extensions.map(renderExtension).join(''),
    renderFindings(findings, options),
    renderLeftOut(leftOut, options.detail),
    renderVerdict(report),
  ]);
}

function renderExtension({ name, folder, version, files, bytes }: ValidatedExtension): string {
  const facts = [
    printable(name),
    ...(version === undefined ? [] : [printable(version)]),
    `${count(files, 'file')}, ${formatBytes(bytes)}`,
    printable(folder),
  ];
  return `  ${facts.join('  ')}\n`;
}

/** A folder that cannot be read still counts as an extension. */
function namesOf(findings: readonly Finding[]): readonly string[] {
  return findings.flatMap(({ extension, severity }) => (severity === 'error' ? (extension ?? []) : []));
}

function renderVerdict({ extensions, findings }: ValidateReport): string {
  const number = (severity: Severity): number =>
    findings.filter((finding) => finding.severity === severity).length;
  const names = new Set([...extensions.map(({ name }) => name), ...namesOf(findings)]);
  return `${countKinds([...names])}: ${count(number('error'), 'error')}, ${count(number('warning'), 'warning')}.\n`;
}
