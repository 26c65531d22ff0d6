/** Runs a program that the config names and waits for its end, at most so long. No shell is involved. */

import { spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { endTree } from './end-tree.js';
import type { Variables } from './expand.js';

export interface Program {
  /** The program and its arguments. */
  readonly command: readonly string[];
  /** Absolute: the folder that it starts in. */
  readonly cwd: string;
  readonly env: Variables;
  /** Given to its standard input, which else is empty. It need not read it. */
  readonly input?: string;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

export interface ProgramEnd {
  /** Why there is no exit code: it was not found, was too slow, was ended by a signal. */
  readonly problem?: string;
  readonly exitCode?: number;
  readonly stdout: Collected;
  readonly stderr: Collected;
}

export interface Collected {
  /** As much as is kept: 64 KiB. */
  readonly text: string;
  readonly isWhole: boolean;
}

/** What a program leaves running may hold its pipes open for ever; this long they are waited for after its end. */
const lingerMs = 500;

/** @throws the reason of the signal */
export async function runProgram({
  command,
  cwd,
  env,
  input,
  timeoutMs,
  signal,
}: Program): Promise<ProgramEnd> {
  signal?.throwIfAborted();
  const [program = '', ...args] = command;
  const child = spawn(program, args, { cwd, env: { ...env }, shell: false, windowsHide: true });
  const [stdout, stderr] = [collect(child.stdout), collect(child.stderr)];
  // It may end, or close its end, without having read.
  child.stdin.on('error', () => undefined);
  child.stdin.end(input ?? '');
  try {
    const end = await endOf(child, timeoutMs, signal);
    return { ...end, stdout: stdout(), stderr: stderr() };
  } finally {
    if (child.pid !== undefined && child.exitCode === null && child.signalCode === null) endTree(child.pid);
    child.kill('SIGKILL');
    for (const stream of [child.stdin, child.stdout, child.stderr]) stream.destroy();
  }
}

type Ended = Pick<ProgramEnd, 'problem' | 'exitCode'>;

function endOf(child: ReturnType<typeof spawn>, timeoutMs: number, signal?: AbortSignal): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const timers = [
      setTimeout(() => finish({ problem: `did not end within ${timeoutMs / 1000} s` }), timeoutMs),
    ];
    const onAbort = (): void => {
      reject(signal?.reason);
      finish({});
    };
    signal?.addEventListener('abort', onAbort, { once: true });
    function finish(ended: Ended): void {
      for (const timer of timers) clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
      resolve(ended);
    }
    child.once('error', (error) => finish({ problem: explainStart(error) }));
    child.once('exit', (code, killedBy) => {
      const ended = code === null ? { problem: `was ended by ${killedBy}` } : { exitCode: code };
      child.once('close', () => finish(ended));
      timers.push(setTimeout(() => finish(ended), lingerMs));
    });
  });
}

function explainStart(error: NodeJS.ErrnoException): string {
  if (error.code === 'ENOENT') return 'was not found';
  return error.code === 'EACCES' ? 'may not be run by you' : `could not be started (${error.code})`;
}

const mostBytes = 65_536;

function collect(stream: Readable): () => Collected {
  const chunks: Buffer[] = [];
  let length = 0;
  stream.on('data', (chunk: Buffer) => {
    if (length < mostBytes) chunks.push(chunk.subarray(0, mostBytes - length));
    length += chunk.length;
  });
  stream.on('error', () => undefined);
  return () => ({ text: Buffer.concat(chunks).toString('utf8'), isWhole: length <= mostBytes });
}
