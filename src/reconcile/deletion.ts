/** The request that deletes a record. */

import { UserError } from '../core/errors.js';
import type { ExtensionRecord } from '../tenant/wire.js';
import type { ListAll, Sending } from './deliver.js';
import { describeError, type Ending } from './ending.js';
import { deletedMeanwhile, findMovement, keep, type RequestMeans, readNow, type Target } from './target.js';

type Read = () => Promise<ExtensionRecord | undefined>;

/** `confirm`: neither a 204 nor a 404 shows anything, so the record is asked for. What is created in its place shows it too. */
export function deletion(target: Target, means: RequestMeans, proof: 'confirm' | 'create-follows'): Sending {
  const { actual, change } = target;
  const { name, action } = change;
  const read: Read = () => readNow(target, means);
  const readTwice = (list: ListAll = () => means.tenant.list()) => readOrMiss(read, actual.id, list);
  return {
    prepare: async (sentBefore) => {
      const found = await readTwice();
      if (found === undefined && sentBefore > 0) return { kind: 'done' };
      if (found === undefined) return proof === 'confirm' ? goneBefore : deletedMeanwhile;
      const movement = findMovement(target, found, 'not-sent');
      if (movement !== undefined) return movement;
      target.onRead(found);
      return { name, action, request: 'delete', previous: await keep(found, means) };
    },
    send: async (options) => {
      const answer = await means.tenant.remove(actual.id, options);
      if (proof === 'create-follows') return { kind: 'done' };
      return confirmGone(answer, answer === 'removed' ? read : () => readTwice());
    },
    look: async (list) => {
      const found = await readTwice(list);
      return found === undefined ? { kind: 'done' } : findMovement(target, found, 'overtaken');
    },
  };
}

/** A 404 that no 204 of ours explains may be a gateway's: it is believed where the list says the same. */
async function readOrMiss(read: Read, id: string, list: ListAll): Promise<ExtensionRecord | undefined> {
  const found = await read();
  if (found !== undefined) return found;
  if (!(await list()).some((record) => record.id === id)) return undefined;
  throw new UserError('the tenant lists it, but answers that it is not there when it is asked for');
}

const goneBefore: Ending = { kind: 'done', note: 'it was gone already' };

const said = { removed: 'was deleted', 'already-gone': 'is not there' } as const;

async function confirmGone(answer: keyof typeof said, read: Read): Promise<Ending> {
  try {
    if ((await read()) === undefined) return { kind: 'done' };
  } catch (error) {
    const { message, ...rest } = describeError(error);
    return { kind: 'unknown', error: { ...rest, message: `unknown whether it was deleted: ${message}` } };
  }
  const message = `the tenant answered that it ${said[answer]}, but still holds it`;
  return { kind: 'not-applied', error: { code: 'not-deleted', message } };
}
