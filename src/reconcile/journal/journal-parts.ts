/**
 * Writes a journal to a store, in parts. What is added while one part is on its way becomes the next part, which does not
 * wait if that takes long: each part begins at the point up to which the store is known to have everything. So it repeats
 * what is still on its way, and nothing is lost if another part fails or arrives late.
 */

import { setImmediate as turn } from 'node:timers/promises';
import pLimit from 'p-limit';
import { exitCodes } from '../../core/exit-codes.js';
import { type Store, StoreError } from '../../store/store.js';
import { partName, prefixOf, type Settled, type StorePlace, wholeName } from '../store-place.js';

export interface JournalParts {
  /** Resolves when it and all before it are in the store. After a failure nothing more is written, and every call fails. */
  append(text: string): Promise<void>;
  /** Is sent with the next part, or in one of its own a moment later. If that fails, so does the next `append`. */
  note(text: string): void;
  /**
   * Puts the whole journal into one object, and removes its parts; if that fails, adds to the parts what they lack.
   *
   * @param end its last line
   */
  join(whole: Uint8Array, end: string, settled?: Settled): Promise<void>;
  /** Removes what is there of a run that could not write its first line. */
  discard(): void;
}

const removalsAtOnce = 32;

/** How many parts may be on their way at once, if they take long. */
const putsAtOnce = 3;

/** How many milliseconds a part that is on its way holds the next one back. */
const longPutMs = 300;

/** How many milliseconds a note waits for a part to be sent with. */
const longestNoteMs = 250;

/** @param onRemoving called with work that may end later than the run */
export function createJournalParts(
  place: StorePlace,
  id: string,
  onRemoving: (removing: Promise<void>) => void,
): JournalParts {
  const { store } = place;
  const prefix = prefixOf('runs', place);
  const tail = createTail();
  const sender = createSender(store, ({ from, to }) => partName(prefix, id, { from, to }), tail);

  async function append(text: string): Promise<void> {
    const end = tail.add(text);
    void sender.sendSoon();
    return tail.untilStored(end).catch(explain);
  }

  async function join(whole: Uint8Array, end: string, settled?: Settled): Promise<void> {
    sender.pause();
    const isWhole = await store.put(wholeName(prefix, id, settled), whole).then(
      () => true,
      () => false,
    );
    if (isWhole) return onRemoving(sender.remove());
    sender.resume();
    await append(end);
  }

  return {
    append,
    note: (text) => {
      tail.add(text);
      sender.sendLater();
    },
    join,
    discard: () => onRemoving(sender.remove()),
  };
}

/** Bytes of a journal, by their offsets in it. */
interface Range {
  readonly from: number;
  readonly to: number;
}

/** The end of a journal, from the point up to which the store is known to have it. */
interface Tail {
  /** @returns the offset after it */
  add(text: string): number;
  read(): Range & { readonly bytes: Uint8Array };
  /** The store has everything before this offset. */
  noteStored(to: number): void;
  /** What was to be stored up to this offset is not, unless another part contained it, too. */
  noteFailed(to: number, error: unknown): void;
  hasFailed(): boolean;
  /** @throws the first failure */
  untilStored(to: number): Promise<void>;
}

interface Waiting {
  readonly to: number;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

function createTail(): Tail {
  let bytes = Buffer.alloc(0);
  let from = 0;
  let waiting: readonly Waiting[] = [];
  let failure: { readonly error: unknown } | undefined;
  return {
    add: (text) => {
      bytes = Buffer.concat([bytes, Buffer.from(text)]);
      return from + bytes.length;
    },
    read: () => ({ from, to: from + bytes.length, bytes }),
    noteStored: (to) => {
      if (to <= from) return;
      bytes = bytes.subarray(to - from);
      from = to;
      for (const each of waiting) if (each.to <= to) each.resolve();
      waiting = waiting.filter((each) => each.to > to);
    },
    noteFailed: (to, error) => {
      if (to <= from) return;
      failure ??= { error };
      for (const each of waiting) each.reject(failure.error);
      waiting = [];
    },
    hasFailed: () => failure !== undefined,
    untilStored: async (to) => {
      if (failure !== undefined) throw failure.error;
      await new Promise<void>((resolve, reject) => {
        waiting = [...waiting, { to, resolve, reject }];
      });
    },
  };
}

/** Puts the tail into the store, part by part, until it fails. */
interface Sender {
  /** Whatever is added in one turn of the event loop becomes one part. */
  sendSoon(): Promise<void>;
  sendLater(): void;
  /** Begins no further part. */
  pause(): void;
  resume(): void;
  /** Removes every part. Readers ignore those that cannot be removed, and the next retention removes them. */
  remove(): Promise<void>;
}

function createSender(store: Store, nameOf: (range: Range) => string, tail: Tail): Sender {
  const names: string[] = [];
  const underWay = new Set<Promise<void>>();
  /** The part that the next one waits for; absent if none was sent a moment ago. */
  let newest: NodeJS.Timeout | undefined;
  let later: NodeJS.Timeout | undefined;
  /** The offset up to which the tail was sent. */
  let sent = 0;
  let isGathering = false;
  let isPaused = false;

  async function sendSoon(): Promise<void> {
    if (isGathering || isPaused || newest !== undefined || underWay.size >= putsAtOnce) return;
    isGathering = true;
    await turn();
    isGathering = false;
    if (isPaused || tail.hasFailed() || sent === tail.read().to) return;
    const goOn = (): void => {
      clearTimeout(own);
      if (newest === own) newest = undefined;
      void sendSoon();
    };
    const own = setTimeout(goOn, longPutMs).unref();
    newest = own;
    const sending = sendTail().finally(() => {
      underWay.delete(sending);
      goOn();
    });
    underWay.add(sending);
  }

  async function sendTail(): Promise<void> {
    const { from, to, bytes } = tail.read();
    const name = nameOf({ from, to });
    names.push(name);
    sent = to;
    try {
      await store.put(name, bytes);
      tail.noteStored(to);
    } catch (error) {
      tail.noteFailed(to, error);
    }
  }

  return {
    sendSoon,
    sendLater: () => {
      later ??= setTimeout(() => {
        later = undefined;
        void sendSoon();
      }, longestNoteMs).unref();
    },
    pause: () => {
      isPaused = true;
    },
    resume: () => {
      isPaused = false;
    },
    remove: async () => {
      isPaused = true;
      clearTimeout(later);
      await Promise.all(underWay);
      const limit = pLimit(removalsAtOnce);
      await Promise.all(names.map((name) => limit(() => store.remove(name).catch(() => undefined))));
    },
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
