/** Writes a journal to a store: what arrives while a part is on its way shares the next one. */

import pLimit from 'p-limit';
import { exitCodes } from '../../core/exit-codes.js';
import { StoreError } from '../../store/store.js';
import { partName, prefixOf, type StorePlace, wholeName } from '../store-place.js';

interface JournalParts {
  /** Resolves when it is in the store. After a failure nothing more is written, and every call fails. */
  append(text: string): Promise<void>;
  /** The whole journal in one object in place of its parts. Where that fails, they are all there. */
  join(whole: Uint8Array): Promise<void>;
  /** What a run leaves that could not write its first line. */
  discard(): Promise<void>;
}

const removalsAtOnce = 32;

export function createJournalParts(place: StorePlace, id: string): JournalParts {
  const { store } = place;
  const prefix = prefixOf('runs', place);
  let waiting = '';
  let current = Promise.resolve();
  let next: Promise<void> | undefined;
  let parts = 0;

  async function flush(): Promise<void> {
    const text = waiting;
    waiting = '';
    next = undefined;
    parts += 1;
    await store.put(partName(prefix, id, parts), Buffer.from(text)).catch(explain);
  }

  /** Those that stay are left out by who reads, and removed by the next retention. */
  async function removeParts(): Promise<void> {
    const limit = pLimit(removalsAtOnce);
    const names = Array.from({ length: parts }, (_, index) => partName(prefix, id, index + 1));
    await Promise.all(names.map((name) => limit(() => store.remove(name).catch(() => undefined))));
  }

  return {
    append: (text) => {
      waiting += text;
      if (next === undefined) {
        next = current.then(flush);
        current = next;
      }
      return next;
    },
    join: async (whole) => {
      await current;
      await store.put(wholeName(prefix, id), whole).then(removeParts, () => undefined);
    },
    discard: removeParts,
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
