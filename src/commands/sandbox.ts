/** `qlik-sync sandbox`: the embedded tenant for people and programs, until it is interrupted. */

import { once } from 'node:events';
import { resolve } from 'node:path';
import { type ExitCode, exitCodes } from '../core/errors.js';
import { type RunningSandbox, type SandboxOptions as StartOptions, startSandbox } from '../sandbox/start.js';
import type { Io } from './io.js';
import type { SandboxOptions } from './options/sandbox.js';
import { mergeFlags, workingFolder } from './settings.js';

export async function serveSandbox(
  dir: string | undefined,
  given: SandboxOptions,
  io: Io,
): Promise<ExitCode> {
  const flags = { ...mergeFlags(given, io), ...given };
  const cwd = workingFolder(flags, io);
  const sandbox = await startSandbox({
    ...(dir !== undefined && { dir: resolve(cwd, dir) }),
    ...optionsOf(flags),
  });
  const { close, ...access } = sandbox;
  io.stdout.write(flags.json === true ? `${JSON.stringify(access)}\n` : describe(access, dir));
  // A listening server keeps the process alive; the signal ends it.
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
}: SandboxOptions): StartOptions {
  return {
    port,
    latencyMs: latency,
    rate: rate && { tier1: rate[0], tier2: rate[1] },
    windowSeconds: window,
    seed,
    apiKey,
    tokenSeconds,
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
Ctrl-C ends it.
`;
}
