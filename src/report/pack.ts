/** The archives that `pack` wrote. */

import type { ExitCode } from '../core/exit-codes.js';
import { count, formatBytes } from '../core/format.js';
import type { Finding } from '../core/model.js';
import type { PackDocument } from './documents/documents.js';
import { headOf } from './json-parts.js';
import { joinBlocks, printable } from './paint.js';
import type { RunHeader } from './run-header.js';
import { renderFindings, renderHeader, type TextOptions } from './text-parts.js';

export interface PackReport {
  readonly kind: 'pack';
  readonly header: RunHeader;
  readonly archives: readonly PackedArchive[];
  readonly findings: readonly Finding[];
  readonly exitCode: ExitCode;
}

export interface PackedArchive {
  readonly name: string;
  /** Path relative to the working directory, with `/`. */
  readonly file: string;
  /** The multipart file name that apply would send it under. */
  readonly archiveName: string;
  readonly bytes: number;
  readonly md5: string;
  readonly digest: string;
}

export function packDocumentOf({ header, archives, findings, exitCode }: PackReport): PackDocument {
  return { command: 'pack', ...headOf(header), archives, findings, exitCode };
}

export function renderPack({ header, findings, archives }: PackReport, options: TextOptions): string {
  return joinBlocks([
    renderHeader(header, options.paint),
    renderFindings(findings, options),
    archives.map(renderArchive).join(''),
    `${count(archives.length, 'archive')} written.\n`,
  ]);
}

function renderArchive({ file, bytes, md5, archiveName }: PackedArchive): string {
  return `  ${printable(file)}  ${formatBytes(bytes)}  md5 ${md5}  sent as ${archiveName}\n`;
}
