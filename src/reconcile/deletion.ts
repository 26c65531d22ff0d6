/** The request that deletes a record. */

import type { ExtensionRecord } from '../tenant/wire.js';
import type { Sending } from './deliver.js';
import { describeError, type Ending } from './ending.js';
import { deletedMeanwhile, findMovement, keep, type RequestMeans, readNow, type Target } from './target.js';

/** `confirm`: neither a 204 nor a 404 shows anything, so the record is asked for. What is created in its place shows it too. */
export function deletion(target: Target, means: RequestMeans, proof: 'confirm' | 'create-follows'): Sending {
  const { actual, change } = target;
  const { name, action } = change;
  const read = (): Promise<ExtensionRecord | undefined> => readNow(target, means);
  return {
    prepare: async (sentBefore) => {
      const found = await read();
      if (found === undefined && sentBefore > 0) return { kind: 'done' };
      if (found === undefined) return proof === 'confirm' ? goneBefore : deletedMeanwhile;
      const movement = findMovement(target, found, 'not-sent');
      if (movement !== undefined) return movement;
      target.onRead(found);
      return { name, action, request: 'delete', previous: await keep(found, means) };
    },
    send: async (options) => {
      const answer = await means.tenant.remove(actual.id, options);
      return proof === 'create-follows' ? { kind: 'done' } : confirmGone(answer, read);
    },
    look: async () => {
      const found = await read();
      return found === undefined ? { kind: 'done' } : findMovement(target, found, 'overtaken');
    },
  };
}

const goneBefore: Ending = { kind: 'done', note: 'it was gone already' };

const said = { removed: 'was deleted', 'already-gone': 'is not there' } as const;

async function confirmGone(
  answer: keyof typeof said,
  read: () => Promise<ExtensionRecord | undefined>,
): Promise<Ending> {
  try {
    if ((await read()) === undefined) return { kind: 'done' };
  } catch (error) {
    const { message, ...rest } = describeError(error);
    return { kind: 'unknown', error: { ...rest, message: `unknown whether it was deleted: ${message}` } };
  }
  const message = `the tenant answered that it ${said[answer]}, but still holds it`;
  return { kind: 'not-applied', error: { code: 'not-deleted', message } };
}
