/**
 * Writes a journal to a store, in parts. What comes while one is on its way is the next one, and where that takes long,
 * the next one does not wait for it: each begins where the store is known to have everything before it, so it has all that
 * is still on its way, and no part is missed because another one failed or came late.
 */

import { setImmediate as turn } from 'node:timers/promises';
import pLimit from 'p-limit';
import { exitCodes } from '../../core/exit-codes.js';
import { StoreError } from '../../store/store.js';
import { partName, prefixOf, type Settled, type StorePlace, wholeName } from '../store-place.js';

interface JournalParts {
  /** Resolves when it and all before it are in the store. After a failure nothing more is written, and every call fails. */
  append(text: string): Promise<void>;
  /** Goes with the next part, or in one of its own a moment later. Where that fails, `append` says so. */
  note(text: string): void;
  /**
   * The whole journal in one object, with which its parts are not needed any more; where that fails, what they lack.
   *
   * @param end its last line
   */
  join(whole: Uint8Array, end: string, settled?: Settled): Promise<void>;
  /** What a run leaves that could not write its first line. */
  discard(): void;
}

const removalsAtOnce = 32;

/** Of parts that take long. */
const putsAtOnce = 3;

/** Milliseconds after which a part on its way holds back no other one. */
const longPutMs = 300;

const longestNoteMs = 250;

interface Waiting {
  /** The offset after it. */
  readonly end: number;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** @param onRemoving called with work that may end later than the run */
export function createJournalParts(
  place: StorePlace,
  id: string,
  onRemoving: (removing: Promise<void>) => void,
): JournalParts {
  const { store } = place;
  const prefix = prefixOf('runs', place);
  const names: string[] = [];
  const underWay = new Set<Promise<void>>();
  /** The part that others wait for; absent where none was sent a moment ago. */
  let newest: NodeJS.Timeout | undefined;
  /** What the store is not known to have, from the offset `known` on. */
  let pending = Buffer.alloc(0);
  let known = 0;
  let sent = 0;
  let waiting: readonly Waiting[] = [];
  let failure: { readonly error: unknown } | undefined;
  let isGathering = false;
  /** Its lines are in the whole journal, or nobody wants them. */
  let isClosed = false;
  let noted: NodeJS.Timeout | undefined;

  /** What comes in one turn of the loop is one part. */
  async function putSoon(): Promise<void> {
    if (isGathering || isClosed || newest !== undefined || underWay.size >= putsAtOnce) return;
    isGathering = true;
    await turn();
    isGathering = false;
    if (isClosed || failure !== undefined || sent === known + pending.length) return;
    const goOn = (): void => {
      clearTimeout(own);
      if (newest === own) newest = undefined;
      void putSoon();
    };
    const own = setTimeout(goOn, longPutMs).unref();
    newest = own;
    const putting = putPending().finally(() => {
      underWay.delete(putting);
      goOn();
    });
    underWay.add(putting);
  }

  async function putPending(): Promise<void> {
    const end = known + pending.length;
    const name = partName(prefix, id, { from: known, to: end });
    names.push(name);
    sent = end;
    try {
      await store.put(name, pending);
      noteKnown(end);
    } catch (error) {
      if (end > known) fail(error);
    }
  }

  function noteKnown(end: number): void {
    if (end <= known) return;
    pending = pending.subarray(end - known);
    known = end;
    for (const one of waiting) if (one.end <= end) one.resolve();
    waiting = waiting.filter((one) => one.end > end);
  }

  function fail(error: unknown): void {
    failure ??= { error };
    for (const one of waiting) one.reject(failure.error);
    waiting = [];
  }

  /** @returns the offset after it */
  function add(text: string): number {
    pending = Buffer.concat([pending, Buffer.from(text)]);
    return known + pending.length;
  }

  function note(text: string): void {
    add(text);
    noted ??= setTimeout(() => {
      noted = undefined;
      void putSoon();
    }, longestNoteMs).unref();
  }

  async function append(text: string): Promise<void> {
    if (failure !== undefined) return explain(failure.error);
    const end = add(text);
    const written = new Promise<void>((resolve, reject) => {
      waiting = [...waiting, { end, resolve, reject }];
    });
    void putSoon();
    return written.catch(explain);
  }

  /** Those that stay are left out by who reads, and removed by the next retention. */
  async function removeParts(): Promise<void> {
    isClosed = true;
    clearTimeout(noted);
    await Promise.all(underWay);
    const limit = pLimit(removalsAtOnce);
    await Promise.all(names.map((name) => limit(() => store.remove(name).catch(() => undefined))));
  }

  return {
    append,
    note,
    join: async (whole, end, settled) => {
      isClosed = true;
      const isWhole = await store.put(wholeName(prefix, id, settled), whole).then(
        () => true,
        () => false,
      );
      isClosed = isWhole;
      if (isWhole) onRemoving(removeParts());
      else await append(end);
    },
    discard: () => onRemoving(removeParts()),
  };
}

function explain(error: unknown): never {
  if (!(error instanceof StoreError)) throw error;
  throw new StoreError(error.problem, `The journal cannot be written: ${error.message}`, {
    hint: 'After a crash it is the only record of what was done, so nothing more is written to the tenant. Run again when the store can be reached, or with --no-store.',
    exitCode: exitCodes.incomplete,
    cause: error,
  });
}
