/** The options that several commands share, as commander parses them. No option takes an optional value. */

import { type Command, InvalidArgumentError, Option } from 'commander';
import { durationForm, readDuration } from '../config/duration.js';
import { parseReportOption, type WantedReport } from '../config/report-option.js';
import { parseShard, type Shard } from '../core/shard.js';

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

export interface ShardedFlags extends SharedFlags {
  readonly shard?: Shard;
}

export interface ApprovalOptions {
  readonly prune?: true;
  readonly onDrift?: 'stop' | 'overwrite' | 'skip';
  readonly overwrite?: readonly string[];
  readonly adopt?: readonly string[];
  readonly takeOwnership?: readonly string[];
  readonly allowReplace?: readonly string[];
  readonly allowRename?: readonly string[];
  readonly allowDowngrade?: true;
  readonly allowDeletes?: number;
  readonly allowUpdates?: number;
  readonly allowEmpty?: true;
  /** Look for the apps that use what changes. */
  readonly impact?: true;
  /** The exact number of apps that may break. */
  readonly acceptImpact?: number;
  /** commander's negation: true unless `--no-backup` is given. */
  readonly backup?: boolean;
}

export interface ImpactOptions {
  readonly unused?: true;
  readonly missing?: true;
  readonly space?: readonly string[];
  readonly app?: readonly string[];
  readonly maxApps?: number;
  /** Milliseconds. */
  readonly maxDuration?: number;
}

export interface SandboxOptions {
  readonly port: number;
  readonly latency?: number;
  readonly rate?: readonly [number, number];
  readonly window?: number;
  readonly seed?: number;
  readonly apiKey?: string;
  readonly tokenSeconds?: number;
  readonly json?: boolean;
  readonly cwd?: string;
  readonly quiet?: boolean;
}

export interface InitOptions {
  readonly project?: string;
  readonly extensions?: readonly string[];
  readonly tenant?: string;
  readonly env?: readonly string[];
  readonly apiKeyVariable?: string;
  readonly cwd?: string;
  readonly json?: true;
  readonly quiet?: true;
  readonly verbose?: true;
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

/** For commands that take several environments. */
export function addShard(command: Command): Command {
  return command.addOption(
    new Option('--shard <i/n>', 'only the i-th of n parts of the environments, as 2/5').argParser(readShard),
  );
}

/** Each approval lifts one rail, and only that. */
export function addApprovals(command: Command): Command {
  return command
    .option('--prune', 'delete what is ours and no longer in the folders')
    .addOption(
      new Option('--on-drift <what>', 'what to do with content changed on the tenant').choices([
        'stop',
        'overwrite',
        'skip',
      ]),
    )
    .option('--overwrite <name>', 'replace what was changed on the tenant', collect)
    .option('--adopt <name>', 'take over an extension that is not managed', collect)
    .option('--take-ownership <name>', 'take over an extension of another project', collect)
    .option('--allow-replace <name>', 'delete and create again, with a new id', collect)
    .option('--allow-rename <name>', 'let a new extension take the place of a similar one', collect)
    .option('--allow-downgrade', 'permit lower versions')
    .addOption(new Option('--allow-deletes <n>', 'the exact number of deletes').argParser(parseCount))
    .addOption(new Option('--allow-updates <n>', 'the exact number of updates').argParser(parseCount))
    .option('--allow-empty', 'the project is meant to be empty')
    .option('--no-backup', 'keep no copy of what is overwritten or deleted');
}

/** Which apps a plan touches, and how many of them may break. */
export function addImpactGate(command: Command): Command {
  return addAcceptImpact(command.option('--impact', 'look for the apps that use what changes'));
}

export function addAcceptImpact(command: Command): Command {
  return command.addOption(
    new Option('--accept-impact <n>', 'the exact number of apps that may break').argParser(parseCount),
  );
}

export function addImpactOptions(command: Command): Command {
  return command
    .option('--unused', 'extensions of the tenant that no visible app uses')
    .option('--missing', 'extensions that apps refer to and the tenant does not hold')
    .option('--space <id>', 'only apps of this space, or personal; repeatable', collect)
    .option('--app <id or name>', 'only this app, by id or a part of its name; repeatable', collect)
    .addOption(new Option('--max-apps <n>', 'open at most so many apps').argParser(parsePositive))
    .addOption(
      new Option('--max-duration <time>', 'stop reading after this time, such as 5m').argParser(
        parseDuration,
      ),
    );
}

export function addSandboxOptions(command: Command): Command {
  return command
    .addOption(new Option('--latency <ms>', 'milliseconds added to every answer').argParser(parseCount))
    .addOption(new Option('--rate <tier1,tier2>', 'requests a minute by tier').argParser(parseRate))
    .addOption(
      new Option('--window <seconds>', 'length of the window they are judged over').argParser(parsePositive),
    )
    .addOption(new Option('--seed <n>', 'seeds apps, spaces and collections').argParser(parseCount))
    .addOption(new Option('--api-key <key>', 'the key that may do everything').argParser(parseApiKey))
    .addOption(
      new Option('--token-seconds <n>', 'how long an OAuth token lasts; 21600 when absent').argParser(
        parsePositive,
      ),
    )
    .option('--cwd <dir>', 'work as if started in this folder')
    .option('--json', 'print {"url","apiKey","userKey",…} as the first line once it is ready')
    .option('-q, --quiet', 'say less')
    .option('--no-color', 'no colour');
}

/** What is not given is asked, or without a terminal proposed. */
export function addInitOptions(command: Command): Command {
  return command
    .option('--project <name>', 'who owns what is deployed; unique on the tenant')
    .option('--extensions <glob>', 'folders that hold a .qext file each; repeatable', collect)
    .option('--tenant <url>', 'address of the tenant')
    .option('--env <name>', 'what the tenant is called in the config; dev when absent', collect)
    .option('--api-key-variable <name>', 'environment variable that holds the API key')
    .option('--cwd <dir>', 'work as if started in this folder')
    .option('--json', 'print one document')
    .option('-q, --quiet', 'say less')
    .option('-v, --verbose', 'say more')
    .option('--no-color', 'no colour');
}

/** A repeatable option. */
export function collect(value: string, previous: readonly string[] | undefined): readonly string[] {
  return [...(previous ?? []), value.normalize('NFC')];
}

function collectReports(
  text: string,
  previous: readonly WantedReport[] | undefined,
): readonly WantedReport[] {
  const parsed = parseReportOption(text.normalize('NFC'));
  if ('problem' in parsed) throw new InvalidArgumentError(parsed.problem);
  return [...(previous ?? []), parsed];
}

export function parseCount(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('It takes a whole number.');
  return Number(text);
}

export function parsePort(text: string): number {
  const port = parseCount(text);
  if (port > 65_535) throw new InvalidArgumentError('It takes a port from 0 to 65535.');
  return port;
}

function parseApiKey(text: string): string {
  if (!/^[\x21-\x7e]+$/.test(text))
    throw new InvalidArgumentError('It takes a key of printable ASCII without spaces.');
  return text;
}

export function parsePlanDigest(text: string): string {
  if (!/^sha256:[0-9a-f]{64}$/.test(text))
    throw new InvalidArgumentError('It takes the digest that plan ends with, sha256: and 64 hex digits.');
  return text;
}

/** `90s`, `5m`, `1h` → milliseconds. */
export function parseDuration(text: string): number {
  const duration = readDuration(text);
  if (duration === undefined) throw new InvalidArgumentError(`It takes ${durationForm}.`);
  return duration;
}

function parsePositive(text: string): number {
  const number = parseCount(text);
  if (number < 1) throw new InvalidArgumentError('It takes a whole number from 1.');
  return number;
}

function parseConcurrency(text: string): number {
  const number = parsePositive(text);
  if (number > 64) throw new InvalidArgumentError('It takes a whole number from 1 to 64.');
  return number;
}

function readShard(text: string): Shard {
  const shard = parseShard(text);
  if (shard === undefined) throw new InvalidArgumentError('It takes a part and their number, such as 2/5.');
  return shard;
}

function parseRate(text: string): readonly [number, number] {
  const [tier1, tier2, ...rest] = text.split(',').map(parsePositive);
  if (tier1 === undefined || tier2 === undefined || rest.length > 0) {
    throw new InvalidArgumentError('It takes two numbers, such as 1000,100.');
  }
  return [tier1, tier2];
}
