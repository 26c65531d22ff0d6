/** The options that every command takes which looks at a config or a tenant. No option takes an optional value. */

import { type Command, InvalidArgumentError, Option } from 'commander';
import { parseReportOption, type WantedReport } from '../../config/report-option.js';
import { collect, parseDuration, parsePositive } from './values.js';

export interface SharedFlags {
  readonly config?: string;
  readonly env?: readonly string[];
  readonly tenant?: string;
  readonly sandbox?: boolean;
  readonly sandboxDir?: string;
  readonly context?: string;
  readonly cwd?: string;
  /** commander's negation: true unless `--no-cache` is given. */
  readonly cache?: boolean;
  /** commander's negation: true unless `--no-exec` is given. */
  readonly exec?: boolean;
  readonly json?: boolean;
  readonly concurrency?: number;
  /** Milliseconds. */
  readonly timeout?: number;
  readonly yes?: boolean;
  readonly quiet?: boolean;
  readonly verbose?: boolean;
  readonly report?: readonly WantedReport[];
  /** `QLIK_SYNC_OUTPUT_FILE`; no flag stands for it. */
  readonly outputFile?: string;
}

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
  const number = parsePositive(text);
  if (number > 64) throw new InvalidArgumentError('It takes a whole number from 1 to 64.');
  return number;
}
