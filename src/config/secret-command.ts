/** Runs a command that prints a secret. What it prints appears in no message. */

import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { UserError } from '../core/errors.js';
import type { Variables } from './expand.js';
import { redact } from './secrets.js';

export interface SecretCommandRun {
  /** The program and its arguments; no shell reads them. */
  readonly command: readonly string[];
  /** The key that wants the secret, for messages. */
  readonly key: string;
  /** Absolute: the folder that the program starts in. */
  readonly cwd: string;
  readonly env: Variables;
  /** Default 30,000. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

/** @throws UserError (exit 3) where it cannot be started, fails, takes too long, or prints nothing; with its stderr */
export async function runSecretCommand(run: SecretCommandRun): Promise<string> {
  const ended = await execute(run);
  if (ended.problem !== undefined) throw failure(run, ended.problem, ended.stderr);
  const secret = ended.stdout.trim();
  if (secret === '') throw failure(run, 'printed nothing', ended.stderr);
  return secret;
}

interface Ended {
  readonly problem: string | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

const mostBytes = 65_536;

function execute(run: SecretCommandRun): Promise<Ended> {
  const { timeoutMs = 30_000, signal } = run;
  signal?.throwIfAborted();
  return new Promise((resolve, reject) => {
    const child = start(run);
    const [stdout, stderr] = [collect(child.stdout), collect(child.stderr)];
    const timer = setTimeout(() => end(`did not end within ${timeoutMs / 1000} s`), timeoutMs);
    const onAbort = (): void => {
      end('was interrupted');
      reject(signal?.reason);
    };
    signal?.addEventListener('abort', onAbort, { once: true });

    /** Its own children may hold the pipes open, so they are not waited for. */
    function end(problem: string | undefined): void {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
      child.kill('SIGKILL');
      child.stdout.destroy();
      child.stderr.destroy();
      resolve({ problem, stdout: stdout.text(), stderr: stderr.text() });
    }
    child.once('error', (error) => end(explainStart(error)));
    child.once('close', (code, killedBy) =>
      end(stdout.isTooLong() ? 'printed more than a secret' : explainEnd(code, killedBy)),
    );
  });
}

function start({ command, cwd, env }: SecretCommandRun): ChildProcessByStdio<null, Readable, Readable> {
  const [program = '', ...args] = command;
  const stdio: ['ignore', 'pipe', 'pipe'] = ['ignore', 'pipe', 'pipe'];
  return spawn(program, args, { cwd, env: { ...env }, shell: false, windowsHide: true, stdio });
}

interface Collected {
  readonly text: () => string;
  readonly isTooLong: () => boolean;
}

function collect(stream: Readable): Collected {
  const chunks: Buffer[] = [];
  let length = 0;
  stream.on('data', (chunk: Buffer) => {
    length += chunk.length;
    if (length <= mostBytes) chunks.push(chunk);
  });
  stream.on('error', () => undefined);
  return { text: () => Buffer.concat(chunks).toString('utf8'), isTooLong: () => length > mostBytes };
}

function explainStart(error: NodeJS.ErrnoException): string {
  if (error.code === 'ENOENT') return 'was not found';
  return error.code === 'EACCES' ? 'may not be run by you' : `could not be started (${error.code})`;
}

function explainEnd(code: number | null, killedBy: string | null): string | undefined {
  if (code === 0) return undefined;
  return code === null ? `was ended by ${killedBy}` : `failed with exit code ${code}`;
}

/** Only the program is named: its arguments may tell more than everybody should know. */
function failure({ command, key }: SecretCommandRun, problem: string, stderr: string): UserError {
  const said = redact(stderr.trim()).slice(-2000);
  return new UserError(`${key}: the command ${command[0]} ${problem}`, {
    hint: said === '' ? 'Run it by hand to see why.' : `It said: ${said}`,
  });
}
