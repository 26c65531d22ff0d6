/** `qlik-sync validate` for people. */

import { count, formatBytes } from '../../core/format.js';
import type { Severity } from '../../core/model.js';
import { renderFindings } from '../findings-text.js';
import { renderHeader } from '../header-text.js';
import { joinBlocks } from '../join-blocks.js';
import { renderLeftOut } from '../left-out-text.js';
import { printable } from '../paint.js';
import type { TextOptions } from '../text-options.js';
import type { ValidatedExtension, ValidateReport } from './report.js';

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

function renderVerdict({ extensions, findings }: ValidateReport): string {
  const number = (severity: Severity): number =>
    findings.filter((finding) => finding.severity === severity).length;
  return `${count(extensions.length, 'extension')}: ${count(number('error'), 'error')}, ${count(number('warning'), 'warning')}.\n`;
}
