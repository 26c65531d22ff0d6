/** What a command may know of the process it runs in. Only `cli.ts` makes one from `process`. */

import type { Paint } from '../report/paint.js';

export interface Sink {
  readonly write: (text: string) => void;
  readonly isTerminal: boolean;
  readonly paint: Paint;
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
  /** Both ends of the conversation are a person's: only then may a command ask. */
  readonly canAsk: boolean;
  /** Aborted when the run is interrupted. */
  readonly interrupted: AbortSignal;
  readonly version: string;
}
