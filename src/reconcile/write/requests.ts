/** The request that creates: never sent blindly again, never turned into an overwrite. */

import type { Change } from '../../core/model.js';
import { actualOf } from '../../tenant/actual.js';
import type { ExtensionRecord } from '../../tenant/wire.js';
import type { Sending } from './deliver.js';
import { type Ending, outcomeErrorOf } from './ending.js';
import {
  consequenceAfter,
  deletedMeanwhile,
  findMovement,
  keep,
  keepRecord,
  type RequestMeans,
  readBeforeSend,
  readNow,
  readOrMiss,
  type Target,
} from './target.js';
import { describeMismatch, findMismatch, type Prepared, type Sent } from './upload.js';

/** `replaced` is the id of the record that was deleted for it. */
export function creation(
  change: Change,
  prepared: Prepared,
  { tenant }: RequestMeans,
  replaced?: string,
): Sending {
  const { upload, sent, record } = prepared;
  return {
    prepare: async () => ({ name: change.name, action: change.action, request: 'create', sent: record }),
    send: async (options) => judge(await tenant.create(upload, options), sent),
    look: async (list) => {
      const found = (await list()).find(({ qextFilename }) => qextFilename === change.name);
      return found && judgeTaken(found, sent, replaced);
    },
  };
}

/** A name that is taken is never overwritten: it is our own upload, or a conflict. */
function judgeTaken(found: ExtensionRecord, sent: Sent, replaced: string | undefined): Ending {
  const mismatch = findMismatch(sent, found);
  if (mismatch === undefined) return { kind: 'done', record: found };
  if (mismatch.part === 'tags')
    return { kind: 'not-applied', id: found.id, error: describeMismatch(mismatch) };
  if (found.id === replaced) {
    const message = 'the tenant answered that it deleted the old record, but still holds it';
    return { kind: 'not-applied', id: found.id, error: { code: 'not-deleted', message } };
  }
  const { userId, updatedAt, archiveName } = actualOf(found);
  const who = userId === undefined ? '' : ` by user ${userId}`;
  const when = updatedAt === undefined ? '' : ` at ${updatedAt}`;
  return {
    kind: 'failed',
    error: {
      code: 'name-taken',
      message: `the name was taken on the tenant meanwhile${who}${when} (archive ${archiveName ?? '(none)'}); it was not overwritten`,
      hint: 'Plan again to see what is there now.',
    },
  };
}

// The request that deletes a record.

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

// The request that overwrites a record.

export function overwriting(target: Target, prepared: Prepared, means: RequestMeans): Sending {
  const { change, actual } = target;
  const { upload, sent, record } = prepared;
  /** What was tried and did not count as sent was refused (429), and the same may be there all the same. */
  let wasTried = false;
  return {
    prepare: async (sentBefore) => {
      const found = await readBeforeSend(target, means);
      const consequence = consequenceAfter(sentBefore);
      if (found === undefined) return deletedMeanwhile(consequence);
      if (wasTried && findMismatch(sent, found) === undefined) {
        return { kind: 'done', record: found, ...(sentBefore === 0 && { note: 'it holds this already' }) };
      }
      const movement = findMovement(target, found, consequence);
      if (movement !== undefined) return movement;
      target.onRead(found);
      const kept = upload.file === undefined ? keepRecord(found, means) : keep(found, means);
      const { name, action } = change;
      const previous = await kept;
      wasTried = true;
      return { name, action, request: 'patch', previous, sent: record };
    },
    send: async (options) => judge(await means.tenant.patch(actual.id, upload, options), sent),
    look: async (list) => {
      const found = await readOrMiss(target, means, list);
      if (found === undefined) return deletedMeanwhile('overtaken');
      return findMismatch(sent, found) === undefined
        ? { kind: 'done', record: found }
        : findMovement(target, found, 'overtaken');
    },
  };
}

// A write's answer, or what is read in its stead, as its ending.

function judge(answer: ExtensionRecord, sent: Sent): Ending {
  const mismatch = findMismatch(sent, answer);
  if (mismatch === undefined) return { kind: 'done', record: answer };
  return { kind: 'not-applied', id: answer.id, error: describeMismatch(mismatch) };
}
