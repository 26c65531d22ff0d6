/** What outlives the machine: a flat set of named byte strings, on a share or in an object store. */

import { UserError, type UserErrorOptions } from '../core/errors.js';
import { exitCodes } from '../core/exit-codes.js';

/**
 * Every verb may be repeated: a name is written once with one content, or again with one that may replace it in any order.
 * Names are `/`-separated ASCII without `.` or `..`. A signal stops the wait for a request that is on its way over the
 * network, which may have taken effect or may still do so.
 *
 * @throws StoreError from every verb that could not be carried out, after a few tries; the reason of the signal
 */
export interface Store {
  /** As people write it, without a secret: `s3://bucket/prefix`. */
  readonly address: string;
  /** Durable when it resolves. */
  put(name: string, bytes: Uint8Array, signal?: AbortSignal): Promise<void>;
  /** `undefined` if nothing has this name. */
  get(name: string, signal?: AbortSignal): Promise<Buffer | undefined>;
  /** All whose names begin with `prefix`, in no order. */
  list(prefix: string, signal?: AbortSignal): Promise<Listing>;
  /** Does nothing if nothing has this name. */
  remove(name: string, signal?: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

export interface Listing {
  readonly objects: readonly StoredObject[];
  /** The store's clock, before it made the list: what `modifiedAt` is to be compared with. */
  readonly now: Date;
}

/** If a store does not tell its time: no earlier than its newest object, so that no lock looks older than it is. */
export function leastNow(objects: readonly StoredObject[]): Date {
  const times = objects.map(({ modifiedAt }) => modifiedAt.getTime());
  return times.length === 0 ? new Date() : new Date(times.reduce((a, b) => Math.max(a, b)));
}

export interface StoredObject {
  readonly name: string;
  readonly bytes: number;
  /** By the store's clock. */
  readonly modifiedAt: Date;
}

/** How a store failed: what a caller may base a decision on. */
export type StoreProblem =
  | 'credentials'
  | 'rights'
  | 'region'
  | 'clock'
  | 'missing'
  | 'full'
  | 'busy'
  | 'unreachable'
  | 'answer';

/** The store refused, failed, or could not be reached. Exit 4 for credentials and rights, else 5. */
export class StoreError extends UserError {
  override readonly name = 'StoreError';
  readonly problem: StoreProblem;

  constructor(problem: StoreProblem, message: string, options: UserErrorOptions = {}) {
    const isAuth = ['credentials', 'rights'].includes(problem);
    super(message, { exitCode: isAuth ? exitCodes.auth : exitCodes.incomplete, ...options });
    this.problem = problem;
  }
}
