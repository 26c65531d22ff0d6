/** The request that deletes a record. */

import type { ExtensionRecord } from '../../tenant/wire.js';
import type { Sending } from './deliver.js';
import { type Ending, outcomeErrorOf } from './ending.js';
import {
  consequenceAfter,
  deletedMeanwhile,
  findMovement,
  keep,
  type RequestMeans,
  readBeforeSend,
  readNow,
  readOrMiss,
  type Target,
} from './target.js';

type Read = () => Promise<ExtensionRecord | undefined>;

/** `confirm`: neither a 204 nor a 404 shows anything, so the record is asked for. What is created in its place shows it too. */
export function deletion(target: Target, means: RequestMeans, proof: 'confirm' | 'create-follows'): Sending {
  const { actual, change } = target;
  const { name, action } = change;
  return {
    prepare: async (sentBefore) => {
      const found = await readBeforeSend(target, means);
      if (found === undefined && sentBefore > 0) return { kind: 'done' };
      if (found === undefined) return proof === 'confirm' ? goneBefore : deletedMeanwhile('not-sent');
      const movement = findMovement(target, found, consequenceAfter(sentBefore));
      if (movement !== undefined) return movement;
      target.onRead(found);
      return { name, action, request: 'delete', previous: await keep(found, means) };
    },
    send: async (options) => {
      const answer = await means.tenant.remove(actual.id, options);
      if (proof === 'create-follows') return { kind: 'done' };
      return confirmGone(answer, () =>
        answer === 'removed' ? readNow(target, means) : readOrMiss(target, means, () => means.tenant.list()),
      );
    },
    look: async (list) => {
      const found = await readOrMiss(target, means, list);
      return found === undefined ? { kind: 'done' } : findMovement(target, found, 'overtaken');
    },
  };
}

const goneBefore: Ending = { kind: 'done', note: 'it was gone already' };

const said = { removed: 'was deleted', 'already-gone': 'is not there' } as const;

async function confirmGone(answer: keyof typeof said, read: Read): Promise<Ending> {
  try {
    if ((await read()) === undefined) return { kind: 'done' };
  } catch (error) {
    const { message, ...rest } = outcomeErrorOf(error);
    return { kind: 'unknown', error: { ...rest, message: `unknown whether it was deleted: ${message}` } };
  }
  const message = `the tenant answered that it ${said[answer]}, but still holds it`;
  return { kind: 'not-applied', error: { code: 'not-deleted', message } };
}
