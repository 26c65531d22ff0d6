/** What a command may know about the process it runs in. Only `cli.ts` makes one from `process`. */

import type { Readable, Writable } from 'node:stream';
import type { Self } from '../reconcile/lock/process-facts.js';
import type { Patience } from '../reconcile/write-dependencies.js';
import type { Paint } from '../report/paint.js';
import type { Report } from '../report/report.js';
import type { KnownPlace } from '../report/run-result.js';
import type { NamedFiles } from '../source/own-files.js';

export interface Sink {
  readonly write: (text: string) => void;
  readonly isTerminal: boolean;
  readonly paint: Paint;
  /** Aborted when the reader is gone; what is written after that is lost. */
  readonly closed: AbortSignal;
}

export interface Terminal {
  readonly input: Readable;
  readonly output: Writable;
}

/** How long a write without an answer is repeated, and how long `watch` waits at its end for writes in flight. */
export interface RunPatience extends Patience {
  /** How `watch` waits before it deletes; absent: by the clock. */
  readonly rest?: (ms: number, signal: AbortSignal) => Promise<unknown>;
  /** Milliseconds; absent: 10,000. */
  readonly graceMs?: number;
}

export interface Io {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Absolute. */
  readonly cwd: string;
  /** The arguments after `qlik-sync`, as they were given. */
  readonly argv: readonly string[];
  /** The result and nothing else. */
  readonly stdout: Sink;
  /** Progress, notices, errors. */
  readonly stderr: Sink;
  /** The descriptors behind both, if they may be files. */
  readonly streams?: NamedFiles['streams'];
  /** Opens the terminal if a person can be asked; `undefined` without one, and then nothing ever prompts. */
  readonly terminal: () => Terminal | undefined;
  /** Aborted when the run is interrupted. */
  readonly interrupted: AbortSignal;
  readonly version: string;
  /** `qlik-sync/<version>`, for documents and for the tenant. */
  readonly tool: string;
  /** This process among others, for locks and journals. */
  readonly self: Self;
  /** Absent: the default. */
  readonly patience?: RunPatience;
  /** Monotonic milliseconds; absent: `performance.now`, which Node loads at its first use. */
  readonly clock?: () => number;
  /** Takes the report of a run, for the files of `--report`; the last one counts. */
  readonly record?: (report: Report) => void;
  /** Takes the tenant of a run as soon as it is known, for the reports of a run that fails; the last one counts. */
  readonly locate?: (place: KnownPlace) => void;
}

/** Sentences on stderr that explain a pause or a choice; they appear among the progress while there is any. */
export interface Notices {
  readonly say: (notice: string) => void;
  /** From now on they are printed elsewhere, until the returned function is called. */
  readonly redirect: (say: (notice: string) => void) => () => void;
}
