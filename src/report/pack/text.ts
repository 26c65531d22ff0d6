/** `qlik-sync pack` for people. */

import { count, formatBytes } from '../../core/format.js';
import { renderFindings } from '../findings-text.js';
import { renderHeader } from '../header-text.js';
import { joinBlocks } from '../join-blocks.js';
import { printable } from '../paint.js';
import type { TextOptions } from '../text-options.js';
import type { PackedArchive, PackReport } from './report.js';

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
