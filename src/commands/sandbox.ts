/** `qlik-sync sandbox`: the embedded tenant for people and programs, until it is interrupted. */

import { once } from 'node:events';
import { resolve } from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { type ExitCode, exitCodes } from '../core/exit-codes.js';
import type { SharedFlags } from '../run/flags.js';
import type { Io } from '../run/io.js';
import { workingFolder } from '../run/settings.js';
import { type RunningSandbox, type SandboxOptions, startSandbox } from '../sandbox/start.js';
import { addUnder, type Finish, parseCount, parsePort, parsePositive } from './options.js';

interface SandboxFlags extends Pick<SharedFlags, 'json' | 'cwd' | 'quiet'> {
  readonly port: number;
  readonly latency?: number;
  readonly rate?: readonly [number, number];
  readonly window?: number;
  readonly seed?: number;
  readonly apiKey?: string;
  readonly tokenSeconds?: number;
  readonly store?: true;
  readonly organization?: number;
}

export async function sandbox(dir: string | undefined, flags: SandboxFlags, io: Io): Promise<ExitCode> {
  const cwd = workingFolder(flags, io);
  const running = await startSandbox({
    ...(dir !== undefined && { dir: resolve(cwd, dir) }),
    ...optionsOf(flags),
  });
  const { close, ...access } = running;
  io.stdout.write(flags.json === true ? `${JSON.stringify(access)}\n` : describe(access, dir));
  // A listening server keeps the process alive until the signal ends it.
  const ended = AbortSignal.any([io.interrupted, io.stdout.closed]);
  if (!ended.aborted) await once(ended, 'abort');
  await close();
  return io.interrupted.aborted ? exitCodes.interrupted : exitCodes.ok;
}

function optionsOf({
  port,
  latency,
  rate,
  window,
  seed,
  apiKey,
  tokenSeconds,
  store,
  organization,
}: SandboxFlags): SandboxOptions {
  return {
    port,
    latencyMs: latency,
    rate: rate && { tier1: rate[0], tier2: rate[1] },
    windowSeconds: window,
    seed,
    apiKey,
    tokenSeconds,
    store: store === true ? 'served' : 'none',
    organization,
  };
}

function describe(access: Omit<RunningSandbox, 'close'>, dir: string | undefined): string {
  const { url, apiKey, publisherKey, userKey, clientId, clientSecret } = access;
  return `The embedded tenant runs at ${url}, ${dir === undefined ? 'in memory' : `its state in ${dir}`}.
  key that may do everything:     ${apiKey}
  key that may write extensions:  ${publisherKey}
  key that may list and read:     ${userKey}
  OAuth client that may do everything, and its secret:
                                  ${clientId}
                                  ${clientSecret}
Use it like any tenant: QLIK_API_KEY=${apiKey} qlik-sync plan --tenant ${url}
${describeStore(access.store)}${describeTenants(access)}Ctrl-C ends it.
`;
}

function describeStore(store: RunningSandbox['store']): string {
  if (store === undefined) return '';
  return `An object store beside it:
  "store": "${store.address}"
  AWS_ACCESS_KEY_ID=${store.accessKeyId} AWS_SECRET_ACCESS_KEY=${store.secretAccessKey}
`;
}

function describeTenants({ url, tenants }: Omit<RunningSandbox, 'close'>): string {
  if (tenants === undefined) return '';
  const rows = tenants.map(
    ({ name, hostnames, regionCode, status, deletionStartsAt }) =>
      `  ${name}  ${hostnames.join(' ')}  ${regionCode}  ${deletionStartsAt ? 'being deleted' : status}\n`,
  );
  return `The console of an organization, for the OAuth client above, which every tenant takes; with it in SANDBOX_ID and SANDBOX_SECRET:
  "fleet": {
    "template": { "tenant": "http://\${tenant.host}", "auth": { "clientId": "\${SANDBOX_ID}", "clientSecret": "\${SANDBOX_SECRET}" } },
    "tenants": { "organization": { "console": "${url}", "auth": { "clientId": "\${SANDBOX_ID}", "clientSecret": "\${SANDBOX_SECRET}" } } }
  }
${rows.join('')}`;
}

function parseApiKey(text: string): string {
  if (!/^[\x21-\x7e]+$/.test(text))
    throw new InvalidArgumentError('It takes a key of printable ASCII without spaces.');
  return text;
}

function parseRate(text: string): readonly [number, number] {
  const [tier1, tier2, ...rest] = text.split(',').map(parsePositive);
  if (tier1 === undefined || tier2 === undefined || rest.length > 0) {
    throw new InvalidArgumentError('It takes two numbers, such as 1000,100.');
  }
  return [tier1, tier2];
}

export function addSandbox(program: Command, io: Io, finish: Finish): void {
  addSandboxOptions(program.command('sandbox'))
    .argument('[dir]', 'folder that keeps its state; in memory when absent')
    .addOption(
      new Option('--port <n>', 'port on 127.0.0.1; 0 takes a free one').argParser(parsePort).default(0),
    )
    .action(async (dir: string | undefined, flags: SandboxFlags) => {
      finish(await sandbox(dir, flags, io));
    });
}

function addSandboxOptions(command: Command): Command {
  command
    .addOption(new Option('--latency <ms>', 'milliseconds added to every answer').argParser(parseCount))
    .addOption(new Option('--rate <tier1,tier2>', 'requests a minute by tier').argParser(parseRate))
    .addOption(
      new Option('--window <seconds>', 'the window that --rate is judged over').argParser(parsePositive),
    )
    .addOption(new Option('--seed <n>', 'seeds apps, spaces and collections').argParser(parseCount))
    .addOption(new Option('--api-key <key>', 'the key that may do everything').argParser(parseApiKey))
    .addOption(
      new Option('--token-seconds <n>', 'how long an OAuth token lasts; 21600 when absent').argParser(
        parsePositive,
      ),
    );
  command
    .option('--store', 'serve an object store (S3) too')
    .addOption(
      new Option('--organization <n>', 'also serve a console that lists this many tenants').argParser(
        parseCount,
      ),
    );
  addUnder('Config:', command, (group) => group.option('--cwd <dir>', 'work as if started in this folder'));
  return addUnder('Output:', command, (group) =>
    group
      .option('--json', 'print {"url","apiKey","userKey",…} once it is ready')
      .option('-q, --quiet', 'say less')
      .option('--no-color', 'no colour'),
  );
}
