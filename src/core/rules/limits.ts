/** Qlik's limits: zip ≤ 30 MB, each file ≤ 30 MB, ≤ 500 files, ≤ 100 MB unpacked (Qlik's help pages). */

import { formatBytes } from '../format.js';
import type { DesiredExtension, Finding, KeptFile, Severity } from '../model.js';
import { finding } from './catalogue.js';
import { shownPath } from './place.js';

const maxFiles = 500;

const maxFileMegabytes = 30;

const maxArchiveMegabytes = 30;

const maxUnpackedMegabytes = 100;

export function checkLimits(extension: DesiredExtension): readonly Finding[] {
  return [...checkFileSizes(extension), ...checkFileCount(extension), ...checkUnpackedSize(extension)];
}

/** `archiveBytes`: size of the packed zip. */
export function checkArchive(extension: DesiredExtension, archiveBytes: number): readonly Finding[] {
  const severity = exceeds(archiveBytes, maxArchiveMegabytes);
  if (severity === undefined) return [];
  return [
    finding('zip-too-large', {
      severity,
      extension: extension.name,
      file: extension.displayFolder,
      message: `The archive is ${formatBytes(archiveBytes)}; ${limitText(maxArchiveMegabytes, severity)}.`,
      hint: `The largest files are ${largestFiles(extension)}. Add what is not needed at run time to "ignore".`,
    }),
  ];
}

function checkFileSizes(extension: DesiredExtension): readonly Finding[] {
  return extension.files.flatMap((file) => {
    const severity = exceeds(file.bytes, maxFileMegabytes);
    if (severity === undefined) return [];
    return [
      finding('file-too-large', {
        severity,
        extension: extension.name,
        file: shownPath(extension, file.path),
        message: `The file is ${formatBytes(file.bytes)}; ${limitText(maxFileMegabytes, severity)}.`,
        hint: 'Make it smaller, split it, or add it to "ignore".',
      }),
    ];
  });
}

function checkFileCount(extension: DesiredExtension): readonly Finding[] {
  if (extension.files.length <= maxFiles) return [];
  return [
    finding('too-many-files', {
      extension: extension.name,
      file: extension.displayFolder,
      message: `There are ${extension.files.length} files; Qlik's limit is ${maxFiles}.`,
      hint: `Most are in ${fullestFolder(extension.files)}. Bundle them, or add what is not needed at run time to "ignore".`,
    }),
  ];
}

function checkUnpackedSize(extension: DesiredExtension): readonly Finding[] {
  const severity = exceeds(extension.bytes, maxUnpackedMegabytes);
  if (severity === undefined) return [];
  return [
    finding('unpacked-too-large', {
      severity,
      extension: extension.name,
      file: extension.displayFolder,
      message: `The files are ${formatBytes(extension.bytes)} together; ${limitText(maxUnpackedMegabytes, severity)}.`,
      hint: `The largest are ${largestFiles(extension)}. Add what is not needed at run time to "ignore".`,
    }),
  ];
}

/** Qlik does not say whether its MB is 10^6 or 2^20 bytes: a size between the two is a warning. */
function exceeds(bytes: number, megabytes: number): Severity | undefined {
  if (bytes > megabytes * 2 ** 20) return 'error';
  return bytes > megabytes * 10 ** 6 ? 'warning' : undefined;
}

function limitText(megabytes: number, severity: Severity): string {
  return severity === 'error'
    ? `Qlik's limit is ${megabytes} MB`
    : `Qlik's limit is ${megabytes} MB, and Qlik does not say whether that is ${megabytes},000,000 bytes`;
}

function largestFiles({ files }: DesiredExtension): string {
  const largest = [...files].sort((a, b) => b.bytes - a.bytes).slice(0, 3);
  return largest.map(({ path, bytes }) => `${path} (${formatBytes(bytes)})`).join(', ');
}

function fullestFolder(files: readonly KeptFile[]): string {
  const counts = new Map<string, number>();
  for (const { path } of files) {
    const folder = path.includes('/') ? path.slice(0, path.indexOf('/') + 1) : 'the folder itself';
    counts.set(folder, (counts.get(folder) ?? 0) + 1);
  }
  const [name, number] = [...counts].reduce((most, next) => (next[1] > most[1] ? next : most));
  return `${name} (${number})`;
}
