/** The options that every command takes which looks at a config or a tenant. No option takes an optional value. */

import { type Command, InvalidArgumentError, Option } from 'commander';
import type { SharedOptions } from '../../config/environment-variables.js';
import { concurrencyForm, readConcurrency } from '../../config/option-values.js';
import { parseReportOption, type WantedReport } from '../../config/report-option.js';
import { collect, parseDuration } from './values.js';

/** What was given. commander sets `cache` and `exec` always: true unless `--no-cache` or `--no-exec` is given. */
export type SharedFlags = Partial<SharedOptions>;

/** Commands that need no tenant take the same options, so that a pipeline can give them to all. */
export function addShared(command: Command): Command {
  return command
    .option('--config <file>', 'config file')
    .option('--env <name>', 'environment of the config', collect)
    .option('--tenant <url>', 'tenant, with QLIK_API_KEY or QLIK_CLIENT_ID and QLIK_CLIENT_SECRET')
    .option('--context <name>', 'tenant and credentials of a qlik-cli context')
    .option('--sandbox', 'the embedded tenant, its state in .qlik-sync/sandbox')
    .option('--sandbox-dir <dir>', 'another folder for its state')
    .option('--cwd <dir>', 'work as if started in this folder')
    .option('--no-cache', 'ignore and leave alone every local index')
    .option('--no-exec', 'run no program that comes with the config')
    .option('--json', 'print one document')
    .addOption(
      new Option('--report <kind=file>', 'also write a report; repeatable').argParser(collectReports),
    )
    .addOption(new Option('--concurrency <n>', 'requests in flight at once').argParser(parseConcurrency))
    .addOption(
      new Option('--timeout <time>', 'longest wait for an answer, 60s unless given').argParser(parseDuration),
    )
    .option('--yes', 'approve the plan that is shown; lifts no rail')
    .option('-q, --quiet', 'say less')
    .option('-v, --verbose', 'say more')
    .option('--no-color', 'no colour');
}

function collectReports(
  text: string,
  previous: readonly WantedReport[] | undefined,
): readonly WantedReport[] {
  const parsed = parseReportOption(text.normalize('NFC'));
  if ('problem' in parsed) throw new InvalidArgumentError(parsed.problem);
  return [...(previous ?? []), parsed];
}

function parseConcurrency(text: string): number {
  const concurrency = readConcurrency(text);
  if (concurrency === undefined) throw new InvalidArgumentError(`It takes ${concurrencyForm}.`);
  return concurrency;
}
