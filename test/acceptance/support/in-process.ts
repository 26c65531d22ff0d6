/** Runs a command in this process, with the streams of a pipe: as the CLI does it, without the cost of a process. */

import { getEventListeners, setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { run } from '../../../src/commands/run.js';
import { plain } from '../../../src/report/paint.js';
import type { RunPatience, Terminal } from '../../../src/run/io.js';
import { storeVariables } from '../../store/running-store.js';
import type { Result } from './workspace.js';

export interface InProcessOptions {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly interrupted?: AbortSignal;
  /** A person to be there. */
  readonly terminal?: Terminal;
  /** Where stderr is read by a person. */
  readonly stderr?: 'terminal';
  /** What is not like in other tests. */
  readonly patience?: Partial<RunPatience>;
  readonly onStdout?: (text: string) => void;
  readonly onStderr?: (text: string) => void;
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** Nobody waits in a test: what is not there at once is looked at again at once. */
const briefly: RunPatience = { tries: 3, pauseMs: () => 5, lastLookMs: 5 };

// As in `cli.ts`. Node would count those that listen at once; a leak is what is left when the run has ended, see below.
setMaxListeners(0);

export async function runInProcess(argv: readonly string[], options: InProcessOptions): Promise<Result> {
  const [out, err]: [string[], string[]] = [[], []];
  const sink = (lines: string[], listen: (text: string) => void = () => undefined, reader?: 'terminal') => ({
    write: (text: string) => {
      lines.push(text);
      listen(text);
    },
    isTerminal: reader === 'terminal',
    paint: plain,
    closed: new AbortController().signal,
  });
  const ownSignal = new AbortController().signal;
  const code = await run({
    argv,
    cwd: options.cwd,
    env: { ...storeVariables(options.cwd), ...options.env },
    stdout: sink(out, options.onStdout),
    stderr: sink(err, options.onStderr, options.stderr),
    interrupted: options.interrupted ?? ownSignal,
    terminal: () => options.terminal,
    version: '0.0.0-test',
    tool: 'qlik-sync/0.0.0-test',
    self: { pid: process.pid, isAlive },
    patience: { ...briefly, ...options.patience },
  });
  await assertNoneListens(ownSignal, argv.join(' '));
  return { code, stdout: out.join(''), stderr: err.join('') };
}

/** A request that was given up may still be ending. */
async function assertNoneListens(signal: AbortSignal, command: string): Promise<void> {
  const left = (): number => getEventListeners(signal, 'abort').length;
  for (let tries = 1; left() > 0; tries += 1) {
    if (tries > 1_000) throw new Error(`${command} has ended, and ${left()} still listen for an interrupt`);
    await sleep(10);
  }
}
