/** `qlik-sync validate`: check the folders alone, by Qlik's rules and ours. */

import type { Command } from 'commander';
import { type ExitCode, exitCodes } from '../core/exit-codes.js';
import type { DesiredExtension } from '../core/model.js';
import { checkTooling } from '../core/rules.js';
import { assertFound, type Folders, findNothing, readFolders } from '../pipeline/observe.js';
import { checkArchiveSizes } from '../pipeline/plan-folders.js';
import type { ValidatedExtension, ValidateReport } from '../report/validate.js';
import type { SharedFlags } from '../run/flags.js';
import type { Io } from '../run/io.js';
import { headerOf, print } from '../run/reporting.js';
import { createSelector } from '../run/selection.js';
import { readSettings, type Settings } from '../run/settings.js';
import { addNames, addShared, type Finish } from './options.js';

export async function validate(names: readonly string[], flags: SharedFlags, io: Io): Promise<ExitCode> {
  const settings = await readSettings(flags, io);
  const folders = await readFolders(await createSelector(names), settings, io);
  const hasErrors = folders.findings.some(({ severity }) => severity === 'error');
  const nothing = hasErrors ? undefined : findNothing(folders, settings);
  const findings = nothing === undefined ? folders.findings : [...nothing.others, nothing.finding];
  const report = await reportOn({ ...folders, findings }, settings);
  print(report, flags, io);
  return report.exitCode;
}

/** @throws FindingsError if there is nothing to check */
export async function checkFolders(
  names: readonly string[],
  settings: Settings,
  io: Pick<Io, 'env' | 'interrupted'>,
): Promise<ValidateReport> {
  const folders = await readFolders(await createSelector(names), settings, io);
  assertFound(folders, settings);
  return reportOn(folders, settings);
}

async function reportOn(folders: Folders, settings: Settings): Promise<ValidateReport> {
  const { extensions } = folders.desired;
  const { rules } = settings.config;
  const findings = [
    ...folders.findings,
    ...extensions.flatMap((extension) => checkTooling(extension, rules)),
    ...(await checkArchiveSizes(extensions, rules)),
  ];
  const exitCode = findings.some(({ severity }) => severity === 'error') ? exitCodes.usage : exitCodes.ok;
  const header = headerOf({ settings }, 'validate');
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

export function addValidate(program: Command, io: Io, finish: Finish): void {
  addNames(addShared(program.command('validate'))).action(async (names: string[], flags: SharedFlags) => {
    finish(await validate(names, flags, io));
  });
}
