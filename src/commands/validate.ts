/** `qlik-sync validate`: the folders alone, by Qlik's rules and ours. */

import { type ExitCode, exitCodes } from '../core/errors.js';
import type { DesiredExtension } from '../core/model.js';
import type { ValidatedExtension, ValidateReport } from '../report/validate/report.js';
import type { Io } from './io.js';
import type { SharedFlags } from './options/shared.js';
import { checkArchives } from './proposal/check-archives.js';
import { assertFound, readFolders } from './proposal/folders.js';
import { createSelector } from './proposal/selection.js';
import { print } from './reporting/print.js';
import { readSettings, type Settings } from './settings.js';

export async function validate(names: readonly string[], given: SharedFlags, io: Io): Promise<ExitCode> {
  const settings = await readSettings(given, io);
  const report = await checkFolders(names, settings, io.interrupted);
  print(report, settings.flags, io);
  return report.exitCode;
}

/** @throws UserError where there is nothing to check */
export async function checkFolders(
  names: readonly string[],
  settings: Settings,
  signal: AbortSignal,
): Promise<ValidateReport> {
  const folders = await readFolders(await createSelector(names), settings, signal);
  assertFound(folders, settings);
  const { extensions } = folders.desired;
  const findings = [...folders.findings, ...(await checkArchives(extensions, settings.config.rules))];
  const exitCode = findings.some(({ severity }) => severity === 'error') ? exitCodes.usage : exitCodes.ok;
  const header = {
    command: 'validate',
    tool: settings.tool,
    project: settings.config.project,
  } as const;
  return { kind: 'validate', header, extensions: extensions.map(summarise), findings, exitCode };
}

function summarise({
  name,
  displayFolder,
  manifest,
  files,
  bytes,
  digest,
  leftOut,
}: DesiredExtension): ValidatedExtension {
  const { version } = manifest;
  return {
    name,
    folder: displayFolder,
    ...(version !== undefined && { version }),
    files: files.length,
    bytes,
    digest,
    leftOut,
  };
}
