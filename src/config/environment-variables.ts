/** Reads `QLIK_SYNC_<OPTION>` variables, each of which sets a shared option. */

import { UserError } from '../core/errors.js';
import { readVariable, type Variables } from './expand.js';
import {
  booleanForm,
  concurrencyForm,
  durationForm,
  readBoolean,
  readConcurrency,
  readDuration,
} from './option-values.js';
import { parseReportOption, type WantedReport } from './report-option.js';
import { redact } from './secrets.js';
import { didYouMean, suggest } from './suggest.js';

/** The options of every command, named as commander names them: `--no-cache` makes `cache` false. */
export interface SharedOptions {
  readonly config: string;
  /** Names; the flag may be given several times. */
  readonly env: readonly string[];
  readonly tenant: string;
  readonly sandbox: boolean;
  readonly sandboxDir: string;
  readonly context: string;
  readonly cwd: string;
  readonly cache: boolean;
  readonly exec: boolean;
  readonly store: boolean;
  /** The address of a store, in place of the config's; there is no flag for it. */
  readonly storeAddress: string;
  readonly json: boolean;
  /** See `readConcurrency`. */
  readonly concurrency: number;
  /** Milliseconds. */
  readonly timeout: number;
  readonly yes: boolean;
  readonly quiet: boolean;
  readonly verbose: boolean;
  /** One per line; the flag may be given several times. */
  readonly report: readonly WantedReport[];
  /** Receives NDJSON records; there is no flag for it. */
  readonly outputFile: string;
}

type Reading = Partial<SharedOptions> | { readonly problem: string };

type Reader = (text: string) => Reading;

/** @throws UserError (exit 3) with all problems of the `QLIK_SYNC_*` variables; an empty one counts as unset */
export function readEnvironmentOptions(env: Variables): Partial<SharedOptions> {
  const names = Object.keys(env).filter(
    (name) => name.startsWith(prefix) && readVariable(env, name) !== undefined,
  );
  const readings = names.map((name) => readOption(name, readVariable(env, name) ?? ''));
  const problems = readings.flatMap((reading) => ('problem' in reading ? [reading.problem] : []));
  if (problems.length > 0) throw new UserError(problems);
  return Object.assign({}, ...readings) as Partial<SharedOptions>;
}

const prefix = 'QLIK_SYNC_';

/** The rest of each option's variable, and how its text is read. */
const variables: Readonly<Record<keyof SharedOptions | 'color', readonly [rest: string, read: Reader]>> = {
  config: ['CONFIG', (config) => ({ config })],
  env: ['ENV', (name) => ({ env: [name] })],
  tenant: ['TENANT', (tenant) => ({ tenant })],
  sandbox: ['SANDBOX', booleanOption((sandbox) => ({ sandbox }))],
  sandboxDir: ['SANDBOX_DIR', (sandboxDir) => ({ sandboxDir })],
  context: ['CONTEXT', (context) => ({ context })],
  cwd: ['CWD', (cwd) => ({ cwd })],
  cache: ['NO_CACHE', booleanOption((no) => ({ cache: !no }))],
  exec: ['NO_EXEC', booleanOption((no) => ({ exec: !no }))],
  store: ['NO_STORE', booleanOption((no) => ({ store: !no }))],
  storeAddress: ['STORE', (storeAddress) => ({ storeAddress })],
  json: ['JSON', booleanOption((json) => ({ json }))],
  concurrency: ['CONCURRENCY', readRequests],
  timeout: ['TIMEOUT', readTimeout],
  yes: ['YES', booleanOption((yes) => ({ yes }))],
  quiet: ['QUIET', booleanOption((quiet) => ({ quiet }))],
  verbose: ['VERBOSE', booleanOption((verbose) => ({ verbose }))],
  // Read by cli.ts before any command runs.
  color: ['NO_COLOR', booleanOption(() => ({}))],
  report: ['REPORT', readReports],
  outputFile: ['OUTPUT_FILE', (outputFile) => ({ outputFile })],
};

const readers: ReadonlyMap<string, Reader> = new Map(
  Object.values(variables).map(([rest, read]) => [`${prefix}${rest}`, read]),
);

function readOption(name: string, text: string): Reading {
  const reader = readers.get(name);
  if (reader === undefined) {
    return {
      problem: redact(`${name}: is not a variable of qlik-sync (${suggestVariable(name)})`),
    };
  }
  const reading = reader(text.trim());
  return 'problem' in reading ? { problem: `${name}: ${reading.problem}` } : reading;
}

/** Compares the names without their common prefix. */
function suggestVariable(name: string): string {
  const closest = suggest(
    name.slice(prefix.length),
    Object.values(variables).map(([rest]) => rest),
  );
  return closest === undefined ? didYouMean('', [...readers.keys()]) : `did you mean "${prefix}${closest}"?`;
}

function booleanOption(toOption: (value: boolean) => Partial<SharedOptions>): Reader {
  return (text) => {
    const value = readBoolean(text);
    return value === undefined ? { problem: `must be ${booleanForm}` } : toOption(value);
  };
}

function readReports(text: string): Reading {
  const lines = text.split('\n').map((line) => line.trim());
  const parsed = lines.filter((line) => line !== '').map(parseReportOption);
  const mistake = parsed.find((one) => 'problem' in one);
  return mistake ?? { report: parsed.flatMap((one) => ('problem' in one ? [] : [one])) };
}

function readTimeout(text: string): Reading {
  const timeout = readDuration(text);
  return timeout === undefined ? { problem: `must be ${durationForm}` } : { timeout };
}

function readRequests(text: string): Reading {
  const concurrency = readConcurrency(text);
  return concurrency === undefined ? { problem: `must be ${concurrencyForm}` } : { concurrency };
}
