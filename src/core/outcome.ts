/** What became of the changes that were applied. Readonly data, as the rest of the model. */

import type { Action } from './model.js';

/** Why a change was not done; if the tenant answered, with the answer's status, code and trace id. */
export interface OutcomeError {
  readonly message: string;
  readonly hint?: string;
  /** HTTP status of the answer, where there was one. */
  readonly status?: number;
  readonly code?: string;
  readonly traceId?: string;
}

/** The result of one change. `not-applied`: answered 2xx, but the answer does not contain what was sent. */
export interface Outcome {
  readonly name: string;
  readonly action: Action;
  readonly status: 'done' | 'failed' | 'not-applied' | 'not-attempted';
  readonly id?: string;
  /** Bytes of the archive that was sent. */
  readonly bytes?: number;
  /** Milliseconds from the start of the change to its verified answer. */
  readonly ms?: number;
  readonly error?: OutcomeError;
  /**
   * Done, but the record's revision counter rose by more than our own writes: someone else's edit came between the last
   * read and the write, and is lost. A sentence for people. Exit 7.
   */
  readonly overwrote?: string;
  /** Done, but not in the usual way: what a person should know about it, e.g. that the write took effect late. */
  readonly note?: string;
}
