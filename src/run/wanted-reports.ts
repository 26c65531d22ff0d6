/** Which reports a run is to leave: what the command line and the environment ask for, what the CI system reads anyway. */

import { isAbsolute, resolve } from 'node:path';
import type { ReportKind, WantedReport } from '../config/report-option.js';
import { UserError } from '../core/errors.js';
import { displayPath } from '../source/display.js';
import type { SharedFlags } from './flags.js';
import type { Io } from './io.js';
import { assertAppendable, assertWritable } from './report-files.js';
import { mergeFlags, workingFolder } from './settings.js';

export type CiSystem = 'github' | 'azure';

export interface WantedReports {
  readonly command: string;
  /** `--env`, as it was given. */
  readonly environments: readonly string[];
  readonly files: readonly ReportFile[];
  readonly ci: readonly CiSystem[];
  /** `quiet`: no summary of the job that nobody asked for. */
  readonly detail: 'quiet' | 'normal';
  /** `QLIK_SYNC_OUTPUT_FILE`, absolute. */
  readonly records?: string;
  /** The working directory relative to the root of the checkout, with `/`; empty at the root or outside. */
  readonly folder: string;
}

/** @throws UserError where one of them could not be written */
export async function findWantedReports(command: string, given: SharedFlags, io: Io): Promise<WantedReports> {
  const flags = mergeFlags(given, io);
  const cwd = workingFolder(flags, io);
  const { report = [], env = [], outputFile, quiet } = flags;
  const asked = report.flatMap(({ kind, file }) => (file === undefined && isCi(kind) ? [kind] : []));
  const records = outputFile === undefined ? undefined : resolve(cwd, outputFile);
  if (records !== undefined) await assertAppendable(records, 'QLIK_SYNC_OUTPUT_FILE');
  return {
    command,
    environments: env,
    files: await openReportFiles(report, cwd),
    ci: [...new Set([...detectCi(io.env), ...asked])],
    detail: quiet === true ? 'quiet' : 'normal',
    ...(records !== undefined && { records }),
    folder: folderBelowRoot(cwd, io),
  };
}

function isCi(kind: string): kind is CiSystem {
  return kind === 'github' || kind === 'azure';
}

/** GitHub sets GITHUB_ACTIONS to true always, Azure's agent TF_BUILD to True (their documentation of predefined variables). */
function detectCi(env: Io['env']): readonly CiSystem[] {
  if (env['GITHUB_ACTIONS'] === 'true') return ['github'];
  return /^true$/i.test(env['TF_BUILD'] ?? '') ? ['azure'] : [];
}

function folderBelowRoot(cwd: string, { env }: Io): string {
  const { GITHUB_WORKSPACE, CI_PROJECT_DIR, BUILD_SOURCESDIRECTORY, BITBUCKET_CLONE_DIR } = env;
  const root = GITHUB_WORKSPACE ?? CI_PROJECT_DIR ?? BUILD_SOURCESDIRECTORY ?? BITBUCKET_CLONE_DIR;
  if (root === undefined || root === '') return '';
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

/** @throws UserError where two would be one file, or one cannot be written; nothing was sent to the tenant yet */
export async function openReportFiles(
  wanted: readonly WantedReport[],
  cwd: string,
): Promise<readonly ReportFile[]> {
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
