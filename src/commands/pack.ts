/** `qlik-sync pack`: write the zips that apply would upload, byte for byte. */

import { dirname, join, resolve } from 'node:path';
import type { Command } from 'commander';
import { type ExitCode, exitCodes } from '../core/exit-codes.js';
import { kindOf, stemOf } from '../core/kind.js';
import { archiveName } from '../core/marker.js';
import type { DesiredExtension, Finding } from '../core/model.js';
import { checkLacking, leftOutFinding } from '../core/rules/placeholders.js';
import { applySeverities, checkArchive } from '../core/rules.js';
import {
  assertFound,
  assertNoErrors,
  type Folders,
  lookAtCheckout,
  readFolders,
} from '../pipeline/observe.js';
import type { PackedArchive } from '../report/pack.js';
import type { SharedFlags } from '../run/flags.js';
import type { Io } from '../run/io.js';
import { assertWritable } from '../run/report-files.js';
import { headerOf, print } from '../run/reporting.js';
import { createSelector } from '../run/selection.js';
import { readSettings, type Settings } from '../run/settings.js';
import { pack } from '../source/archive/pack.js';
import { displayPath } from '../source/display.js';
import { makeFolders } from '../source/make-folders.js';
import { assertNoLinkInOwnFolder, hideOwnFolder } from '../source/own-folder.js';
import { writeAtomically } from '../source/write-atomically.js';
import { addNames, addShared, type Finish } from './options.js';

type PackFlags = SharedFlags & { readonly out: string };

async function packExtensions(names: readonly string[], flags: PackFlags, io: Io): Promise<ExitCode> {
  const settings = await readSettings(flags, io);
  const folders = await readFolders(await createSelector(names), settings, io);
  assertFound(folders, settings);
  assertNoErrors(folders.findings);
  const out = resolve(settings.cwd, flags.out);
  const what = `--out: ${flags.out}`;
  await assertWritable(join(out, 'pack.zip'), what);
  hideOwnFolder(settings.config.root, out);
  const archives: PackedArchive[] = [];
  const { extensions, findings: onCheckout } = await examineCheckout(folders, settings, io);
  const findings: Finding[] = [...folders.findings, ...onCheckout];
  assertNoErrors(findings);
  for (const extension of extensions) {
    io.interrupted.throwIfAborted();
    const { bytes, md5 } = await pack(extension);
    findings.push(...checkArchive(extension, bytes.length, settings.config.rules));
    assertNoErrors(findings);
    const file = join(out, fileOf(extension.name));
    assertNoLinkInOwnFolder(dirname(file), what);
    makeFolders(dirname(file));
    await writeAtomically(file, bytes);
    archives.push(describe(extension, displayPath(settings.cwd, file), bytes.length, md5));
  }
  const header = headerOf({ settings }, 'pack');
  print({ kind: 'pack', header, archives, findings, exitCode: exitCodes.ok }, flags, io);
  return exitCodes.ok;
}

/** Themes in a folder of their own: one may have the stem of an extension. */
function fileOf(name: string): string {
  return kindOf(name) === 'theme' ? `themes/${stemOf(name)}.zip` : `${stemOf(name)}.zip`;
}

/** What a sparse checkout lacks is missing from a zip, and no rail stops that. */
async function examineCheckout(
  folders: Folders,
  settings: Settings,
  io: Io,
): Promise<{ readonly extensions: readonly DesiredExtension[]; readonly findings: readonly Finding[] }> {
  const { extensions, unread = [] } = await lookAtCheckout({ settings, io }, folders);
  const absent = folders.coverage === 'complete' ? unread.flatMap(leftOutFinding) : [];
  const findings = [...extensions.flatMap(checkLacking), ...absent];
  return { extensions, findings: applySeverities(findings, settings.config.rules) };
}

function describe(
  { name, digest }: DesiredExtension,
  file: string,
  bytes: number,
  md5: string,
): PackedArchive {
  return { name, file, archiveName: archiveName(digest, md5), bytes, md5, digest };
}

export function addPack(program: Command, io: Io, finish: Finish): void {
  addNames(addShared(program.command('pack')))
    .option('--out <dir>', 'folder to write to', '.qlik-sync/pack')
    .action(async (names: string[], flags: PackFlags) => {
      finish(await packExtensions(names, flags, io));
    });
}
