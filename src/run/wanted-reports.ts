/** Which reports a run leaves: those that the flags request, and those that the CI system reads anyway. */

import { isAbsolute, resolve } from 'node:path';
import type { ReportKind, WantedReport } from '../config/report-option.js';
import { UserError } from '../core/errors.js';
import { displayPath } from '../source/display.js';
import { checkoutFolder, findReader, type ReportReader, reportReaders } from './facts.js';
import type { SharedFlags } from './flags.js';
import type { Io } from './io.js';
import { assertAppendable, assertWritable } from './report-files.js';
import { workingFolder } from './settings.js';

export interface WantedReports {
  readonly command: string;
  /** Every `--env`. */
  readonly environments: readonly string[];
  readonly files: readonly ReportFile[];
  /** CI systems that read a report of their own. */
  readonly ci: readonly ReportReader[];
  /** `quiet`: no job summary unless it is requested. */
  readonly detail: 'quiet' | 'normal';
  /** `QLIK_SYNC_OUTPUT_FILE`, absolute. */
  readonly records?: string;
  /** The working directory relative to the root of the checkout, with `/`; empty at the root or outside. */
  readonly folder: string;
}

/** @throws UserError if one of them could not be written */
export async function findWantedReports(command: string, flags: SharedFlags, io: Io): Promise<WantedReports> {
  const cwd = workingFolder(flags, io);
  const { report = [], env = [], outputFile, quiet } = flags;
  const asked = report.flatMap(({ kind, file }) => (file === undefined && isReader(kind) ? [kind] : []));
  const found = findReader(io.env);
  const records = outputFile === undefined ? undefined : resolve(cwd, outputFile);
  if (records !== undefined) await assertAppendable(records, 'QLIK_SYNC_OUTPUT_FILE');
  return {
    command,
    environments: env,
    files: await findReportFiles(report, cwd),
    ci: [...new Set([...(found === undefined ? [] : [found]), ...asked])],
    detail: quiet === true ? 'quiet' : 'normal',
    ...(records !== undefined && { records }),
    folder: folderBelowRoot(cwd, io),
  };
}

function isReader(kind: string): kind is ReportReader {
  return reportReaders.some((name) => name === kind);
}

function folderBelowRoot(cwd: string, { env }: Io): string {
  const root = checkoutFolder(env);
  if (root === undefined) return '';
  const folder = displayPath(root, cwd);
  return folder === '.' || folder.startsWith('..') || isAbsolute(folder) ? '' : folder;
}

export interface ReportFile {
  readonly kind: ReportKind;
  /** Absolute. */
  readonly path: string;
  /** As it was given. */
  readonly given: string;
}

/** @throws UserError if two are the same file, or one cannot be written */
async function findReportFiles(wanted: readonly WantedReport[], cwd: string): Promise<readonly ReportFile[]> {
  const files = wanted.flatMap(({ kind, file }) =>
    file === undefined ? [] : [{ kind, path: resolve(cwd, file), given: file }],
  );
  for (const [index, { path, given }] of files.entries()) {
    const other = files.slice(0, index).find((earlier) => earlier.path === path);
    if (other !== undefined)
      throw new UserError(`--report: ${other.kind} and another go to one file, ${given}.`);
    await assertWritable(path, `--report: ${given}`);
  }
  return files;
}
