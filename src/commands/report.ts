/** `qlik-sync report merge`: the JSON of several jobs as one report. Needs no config and no tenant. */

import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Argument, type Command } from 'commander';
import { UserError } from '../core/errors.js';
import type { ExitCode } from '../core/exit-codes.js';
import { reasonOf } from '../core/system-error.js';
import type { SharedFlags } from '../run/flags.js';
import type { Io } from '../run/io.js';
import { print } from '../run/reporting.js';
import { workingFolder } from '../run/settings.js';
import { addExamples, addShared, type Finish } from './options.js';

async function mergeReports(files: readonly string[], flags: SharedFlags, io: Io): Promise<ExitCode> {
  const { mergeShards, parseShardDocument } = await import('../report/merge-shards.js');
  const cwd = workingFolder(flags, io);
  const shards = await Promise.all(
    files.map(async (file) => parseShardDocument(file, await readText(resolve(cwd, file), file))),
  );
  const report = mergeShards(shards);
  print(report, flags, io);
  return report.exitCode;
}

function readText(path: string, file: string): Promise<string> {
  return readFile(path, 'utf8').catch((error: unknown) => {
    throw new UserError(`${file} cannot be read: ${reasonOf(error)}.`, { cause: error });
  });
}

export function addReport(program: Command, io: Io, finish: Finish): void {
  const command = addShared(program.command('report'))
    .addArgument(new Argument('<action>', 'merge: one report of several').choices(['merge']))
    .argument('<file...>', 'JSON reports of runs with --shard')
    .action(async (_action: 'merge', files: string[], flags: SharedFlags) => {
      finish(await mergeReports(files, flags, io));
    });
  addExamples(command, [
    ['qlik-sync report merge shard-*.json', 'one summary'],
    ['qlik-sync report merge *.json --report html=all.html', 'as a page'],
  ]);
}
