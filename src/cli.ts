#!/usr/bin/env node

/** argv in, exit code out; the only file that touches `process`. Everything else is loaded when it is needed. */

import { setMaxListeners } from 'node:events';
import { writeSync } from 'node:fs';
import { isTurnedOn, readBoolean } from './config/option-values.js';
import { exitCodes } from './core/exit-codes.js';
import { coloured, plain } from './report/paint.js';
import type { Io, Sink } from './run/io.js';

/** The build writes it in, so that nothing is read at start-up. */
declare const QLIK_SYNC_VERSION: string | undefined;

const version: string = typeof QLIK_SYNC_VERSION === 'string' ? QLIK_SYNC_VERSION : '0.0.0-source';

if (/^(--version|-V)$/.test(process.argv[2] ?? '')) {
  printVersion();
} else {
  void main();
}

/** Straight to the descriptor, since a stream of Node's loads its network code for a pipe. */
function printVersion(): void {
  try {
    writeSync(1, `${version}\n`);
  } catch {
    process.stdout.write(`${version}\n`);
  }
}

async function main(): Promise<void> {
  // AWS's own look-up for the key of a store would print a warning about Node's version, which nobody asked for.
  process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';
  // Until a command has ended and says otherwise.
  process.exitCode = exitCodes.bug;
  const interrupt = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(signal, () => onSignal(interrupt));
  // As many requests and pauses as --concurrency allows listen to one signal; Node reports eleven as a leak.
  setMaxListeners(0);
  const { run } = await import('./commands/run.js');
  const exitCode = await run(openIo(interrupt.signal));
  process.exitCode = exitCode;
  process.on('exit', tellLostOutput);
  // A run that was stopped does not wait for something that hangs, such as a browser that never starts.
  if (exitCode === exitCodes.interrupted || exitCode === exitCodes.budget)
    setTimeout(() => process.exit(), graceMs).unref();
}

/** For something that ends by itself, such as a browser that removes its profile. */
const graceMs = 10_000;

let lostOutput: string | undefined;

/** A run whose result could not be written is not a success. */
function tellLostOutput(): void {
  if (lostOutput === undefined) return;
  process.stderr.write(`error: the output could not be written: ${lostOutput}\n`);
  if (process.exitCode === 0) process.exitCode = exitCodes.incomplete;
}

/** Once: finish what is in flight. Twice: stop now. */
function onSignal(interrupt: AbortController): void {
  if (interrupt.signal.aborted) process.exit(exitCodes.interrupted);
  interrupt.abort(new Error('interrupted'));
}

function openIo(interrupted: AbortSignal): Io {
  return {
    env: process.env,
    cwd: process.cwd(),
    argv: process.argv.slice(2),
    stdout: openSink(process.stdout),
    stderr: openSink(process.stderr),
    streams: { stdout: process.stdout.fd, stderr: process.stderr.fd },
    // Only a command that asks opens the standard input, which costs milliseconds.
    terminal: () => (isPersonThere() ? { input: process.stdin, output: process.stderr } : undefined),
    interrupted,
    version,
    tool: `qlik-sync/${version}`,
    self: { pid: process.pid, isAlive },
    clock,
  };
}

function clock(): number {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1e3 + nanoseconds / 1e6;
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // It exists, and belongs to somebody else.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function isPersonThere(): boolean {
  return process.stdin.isTTY === true && process.stderr.isTTY === true && !isTurnedOn(process.env['CI']);
}

/** A closed pipe is no error: the reader has had enough, and what has begun is finished. Any other loss is reported. */
function openSink(stream: NodeJS.WriteStream): Sink {
  const isTerminal = stream.isTTY === true;
  const closed = new AbortController();
  stream.on('error', (error: NodeJS.ErrnoException) => {
    closed.abort(error);
    if (error.code !== 'EPIPE') lostOutput = error.message;
  });
  return {
    write: (text) => {
      if (!closed.signal.aborted) stream.write(text);
    },
    isTerminal,
    paint: wantsColour(isTerminal) ? coloured : plain,
    closed: closed.signal,
  };
}

/** `--no-color` and `NO_COLOR` win, then `FORCE_COLOR` (0 and false mean no), then whether a terminal reads it. */
function wantsColour(isTerminal: boolean): boolean {
  const { NO_COLOR = '', FORCE_COLOR, QLIK_SYNC_NO_COLOR, TERM } = process.env;
  if (process.argv.includes('--no-color') || NO_COLOR !== '' || isTurnedOn(QLIK_SYNC_NO_COLOR)) return false;
  if (FORCE_COLOR !== undefined) return readBoolean(FORCE_COLOR) !== false;
  return isTerminal && TERM !== 'dumb';
}
