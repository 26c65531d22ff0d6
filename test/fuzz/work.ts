/** The fuzzing itself: in a thread of its own, so that an input that never ends can be told by its number. */

import { parentPort, workerData } from 'node:worker_threads';
import { UserError } from '../../src/core/errors.js';
import { mutate } from './mutate.js';
import { createRandom } from './random.js';
import type { Target } from './target.js';
import { targets } from './targets.js';

export interface FuzzData {
  readonly seed: number;
  /** One target, and one input of it, where a finding is replayed. */
  readonly only?: { readonly target: string; readonly input?: number };
  /** Two numbers: which target, which input. Written before each input is read. */
  readonly progress: SharedArrayBuffer;
}

export interface Finding {
  readonly target: string;
  readonly input: number;
  readonly what: string;
  /** Base64. */
  readonly bytes: string;
}

export interface FuzzReport {
  readonly counts: Readonly<Record<string, number>>;
  readonly findings: readonly Finding[];
}

/** Of processor time, since the machine may be shared: the slowest sound input takes a fifth. */
const longestMs = 3_000;
/** By the clock: what takes less cannot have spent that much. Asking for the processor time of every input was a third of it all. */
const suspectMs = longestMs / 10;
const mostFindings = 10;

const { seed, only, progress } = workerData as FuzzData;
const place = new Int32Array(progress);

/** Lines of a stack: most inputs end with an error, and one line shows that it got into a message. */
const shortStack = 1;
const wholeStack = 50;

async function fuzz(): Promise<FuzzReport> {
  Error.stackTraceLimit = only?.input === undefined ? shortStack : wholeStack;
  const counts: Record<string, number> = {};
  const findings: Finding[] = [];
  for (const [index, target] of targets.entries()) {
    if (only !== undefined && only.target !== target.name) continue;
    for (const input of inputsOf(target)) {
      place.set([index, input]);
      const finding = await tryInput(target, index, input);
      if (finding !== undefined) findings.push(finding);
      counts[target.name] = (counts[target.name] ?? 0) + 1;
      if (findings.length >= mostFindings) return { counts, findings };
    }
  }
  return { counts, findings };
}

function* inputsOf({ runs }: Target): Generator<number> {
  if (only?.input !== undefined) yield only.input;
  else for (let input = 0; input < runs; input += 1) yield input;
}

async function tryInput(target: Target, index: number, input: number): Promise<Finding | undefined> {
  const begun = performance.now();
  const { bytes, wrong } = await readInput(target, index, input);
  const isSuspect = performance.now() - begun > suspectMs;
  const spent = isSuspect ? await measure(() => readInput(target, index, input)) : 0;
  const what = wrong ?? (spent > longestMs ? `took ${Math.round(spent)} ms` : undefined);
  if (what === undefined) return undefined;
  return { target: target.name, input, what, bytes: bytes.toString('base64') };
}

/** The same each time. */
async function readInput(
  target: Target,
  index: number,
  input: number,
): Promise<{ readonly bytes: Buffer; readonly wrong: string | undefined }> {
  const random = createRandom(seed, index, input);
  const bytes = mutate(random.oneOf(target.corpus), target.corpus, random);
  return { bytes, wrong: await judge(() => target.read(bytes, random)) };
}

/** Resolves to milliseconds of processor time. */
async function measure(work: () => Promise<unknown>): Promise<number> {
  const started = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(started);
  return (user + system) / 1000;
}

async function judge(read: () => unknown): Promise<string | undefined> {
  try {
    await read();
    return undefined;
  } catch (error) {
    if (!(error instanceof UserError)) return error instanceof Error ? `${error.stack}` : String(error);
    if (error.message === '') return 'an error without words';
    return /\n\s+at .*:\d+/.test(error.message) ? `a stack trace: ${error.message}` : undefined;
  }
}

void fuzz().then((report) => parentPort?.postMessage(report));
