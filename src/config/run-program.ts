/** Runs a program that the config names, with a time limit and without a shell. */

import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { platform } from 'node:os';
import type { Readable } from 'node:stream';
import type { Variables } from './expand.js';

export interface Program {
  /** The program and its arguments. */
  readonly command: readonly string[];
  /** Absolute: the folder that it starts in. */
  readonly cwd: string;
  readonly env: Variables;
  /** Its standard input, by default empty. The program need not read it. */
  readonly input?: string;
  readonly timeoutMs: number;
  /** How much of its output is kept, in bytes; default 64 KiB. */
  readonly mostBytes?: number;
  /** Whether more output is dropped, or ends the program. */
  readonly tooMuch?: 'dropped' | 'ends';
  readonly signal?: AbortSignal | undefined;
}

export interface ProgramEnd {
  /** Why there is no exit code: the program was not found, was too slow, or was killed by a signal. */
  readonly problem?: string;
  readonly exitCode?: number;
  readonly stdout: Collected;
  readonly stderr: Collected;
}

interface Collected {
  /** At most `mostBytes` of it. */
  readonly text: string;
  readonly isWhole: boolean;
}

/** Processes that a program leaves running may keep its pipes open forever; wait this long for them after its end. */
const lingerMs = 500;

/** @throws the reason of the signal */
export async function runProgram({
  command,
  cwd,
  env,
  input,
  timeoutMs,
  mostBytes = 65_536,
  tooMuch = 'dropped',
  signal,
}: Program): Promise<ProgramEnd> {
  signal?.throwIfAborted();
  const [program = '', ...args] = command;
  const child = spawn(program, args, { cwd, env: { ...env }, shell: false, windowsHide: true });
  const overflow = new AbortController();
  const onTooMuch = (): void => {
    if (tooMuch === 'ends') overflow.abort();
  };
  const stdout = collect(child.stdout, mostBytes, onTooMuch);
  const stderr = collect(child.stderr, mostBytes);
  // The program may end, or close its input, without reading it.
  child.stdin.on('error', () => undefined);
  child.stdin.end(input ?? '');
  try {
    const end = await endOf(child, { timeoutMs, signal, overflow: overflow.signal });
    return { ...end, stdout: stdout(), stderr: stderr() };
  } finally {
    if (child.pid !== undefined && child.exitCode === null && child.signalCode === null) endTree(child.pid);
    child.kill('SIGKILL');
    for (const stream of [child.stdin, child.stdout, child.stderr]) stream.destroy();
  }
}

type Ended = Pick<ProgramEnd, 'problem' | 'exitCode'>;

interface Until {
  readonly timeoutMs: number;
  readonly signal: AbortSignal | undefined;
  readonly overflow: AbortSignal;
}

function endOf(child: ReturnType<typeof spawn>, { timeoutMs, signal, overflow }: Until): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const timers = [
      setTimeout(() => finish({ problem: `did not end within ${timeoutMs / 1000} s` }), timeoutMs),
    ];
    const onAbort = (): void => {
      reject(signal?.reason);
      finish({});
    };
    signal?.addEventListener('abort', onAbort, { once: true });
    overflow.addEventListener('abort', () => finish({ problem: 'printed too much' }), { once: true });
    function finish(ended: Ended): void {
      for (const timer of timers) clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
      resolve(ended);
    }
    child.once('error', (error) => finish({ problem: explainStart(error) }));
    child.once('exit', (code, killedBy) => {
      const ended = code === null ? { problem: `was killed by ${killedBy}` } : { exitCode: code };
      child.once('close', () => finish(ended));
      timers.push(setTimeout(() => finish(ended), lingerMs));
    });
  });
}

function explainStart(error: NodeJS.ErrnoException): string {
  if (error.code === 'ENOENT') return 'was not found';
  if (error.code === 'EACCES') return 'could not be started: permission denied';
  return `could not be started (${error.code})`;
}

function collect(stream: Readable, mostBytes: number, onTooMuch?: () => void): () => Collected {
  const chunks: Buffer[] = [];
  let length = 0;
  stream.on('data', (chunk: Buffer) => {
    if (length < mostBytes) chunks.push(chunk.subarray(0, mostBytes - length));
    length += chunk.length;
    if (length > mostBytes) onTooMuch?.();
  });
  stream.on('error', () => undefined);
  return () => ({ text: Buffer.concat(chunks).toString('utf8'), isWhole: length <= mostBytes });
}

/**
 * Kills a program and everything that it started; on Windows nothing, as the caller kills the program itself. A process
 * group would make this easier, but then the program could not ask for a password on the terminal or receive Ctrl-C.
 *
 * @param pid a process that has not been waited for yet
 */
function endTree(pid: number): void {
  if (platform() !== 'win32') send('KILL', stopTree([pid]));
}

/** A stopped process starts no others, so none is missed. */
function stopTree(pids: readonly number[]): readonly number[] {
  if (pids.length === 0) return [];
  send('STOP', pids);
  const parents = new Set(pids);
  const children = listProcesses().filter(({ parent }) => parents.has(parent));
  return [...pids, ...stopTree(children.map(({ pid }) => pid))];
}

/** Every POSIX shell has `kill`; small images lack the program of that name. */
function send(signal: 'STOP' | 'KILL', pids: readonly number[]): void {
  spawnSync('sh', ['-c', `kill -${signal} "$@"`, 'sh', ...pids.map(String)], { stdio: 'ignore' });
}

interface Process {
  readonly pid: number;
  readonly parent: number;
}

/** From `/proc` on Linux, as small images lack `ps`. */
function listProcesses(): readonly Process[] {
  if (!existsSync('/proc/self/stat')) return parsePs(spawnSync('ps', ['-A', '-o', 'pid=,ppid=']).stdout);
  return readdirSync('/proc').flatMap((name) => (/^\d+$/.test(name) ? readStat(Number(name)) : []));
}

/** `pid (command) state ppid …`, where the command may contain anything (proc_pid_stat). */
function readStat(pid: number): readonly Process[] {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return [{ pid, parent: Number(stat.slice(stat.lastIndexOf(')') + 1).split(' ')[2]) }];
  } catch {
    return [];
  }
}

function parsePs(stdout: Buffer | null): readonly Process[] {
  const lines = stdout?.toString('utf8').trim().split('\n') ?? [];
  return lines.map((line) => {
    const [pid, parent] = line.trim().split(/\s+/);
    return { pid: Number(pid), parent: Number(parent) };
  });
}
