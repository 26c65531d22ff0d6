/** The three requests that write: create, delete, overwrite. */

import { kindOf, stemOf } from '../../core/kind.js';
import type { Change } from '../../core/model.js';
import { actualOf } from '../../tenant/actual.js';
import type { ExtensionRecord } from '../../tenant/wire.js';
import type { WriteRequest } from './deliver.js';
import { type Ending, outcomeErrorOf } from './ending.js';
import {
  consequenceAfter,
  deletedMeanwhile,
  findMovement,
  keep,
  keepRecord,
  type RequestContext,
  readBeforeSend,
  readNow,
  readOrMiss,
  type Target,
} from './target.js';
import { describeMismatch, findMismatch, type Prepared, type Sent } from './upload.js';

/** Never sent again blindly, never turned into an overwrite. @param replaced the id of the record deleted for it */
export function createRequest(
  change: Change,
  prepared: Prepared,
  { tenant }: RequestContext,
  replaced?: string,
): WriteRequest {
  const { upload, sent, record } = prepared;
  const opening = { name: change.name, action: change.action, request: 'create', sent: record } as const;
  return {
    opening,
    prepare: async () => opening,
    send: async (options) => judge(await tenant.create(upload, options), sent),
    look: async (list) => {
      const found = (await list()).find(({ qextFilename }) => qextFilename === stemOf(change.name));
      return found && judgeTaken(found, sent, replaced);
    },
  };
}

/** A record under the name is our own upload or a conflict, and is never overwritten. */
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

type Read = () => Promise<ExtensionRecord | undefined>;

/**
 * @param proof `confirm`: neither a 204 nor a 404 proves the delete, so the record is read once more ·
 *   `create-follows`: the create that follows under the same name proves it
 */
export function deleteRequest(
  target: Target,
  context: RequestContext,
  proof: 'confirm' | 'create-follows',
): WriteRequest {
  const { actual, change } = target;
  const { name, action } = change;
  return {
    prepare: async (sentBefore, onSettling) => {
      const found = await readBeforeSend(target, context);
      if (found === undefined && sentBefore > 0) return { kind: 'done' };
      if (found === undefined) return proof === 'confirm' ? goneBefore : deletedMeanwhile('not-sent');
      const movement = findMovement(target, found, consequenceAfter(sentBefore));
      if (movement !== undefined) return movement;
      target.onRead(found);
      return {
        name,
        action,
        request: 'delete',
        previous: await keep(found, kindOf(name), { ...context, onSettling }),
      };
    },
    send: async (options) => {
      const answer = await context.tenant.remove(actual.id, options);
      if (proof === 'create-follows') return { kind: 'done' };
      return confirmGone(answer, () =>
        answer === 'removed'
          ? readNow(target, context)
          : readOrMiss(target, context, () => context.tenant.list()),
      );
    },
    look: async (list) => {
      const found = await readOrMiss(target, context, list);
      return found === undefined ? { kind: 'done' } : findMovement(target, found, 'overtaken');
    },
  };
}

const goneBefore: Ending = { kind: 'done', note: 'it was gone already' };

const claims = { removed: 'was deleted', 'already-gone': 'is not there' } as const;

async function confirmGone(answer: keyof typeof claims, read: Read): Promise<Ending> {
  try {
    if ((await read()) === undefined) return { kind: 'done' };
  } catch (error) {
    const { message, ...rest } = outcomeErrorOf(error);
    return { kind: 'unknown', error: { ...rest, message: `unknown whether it was deleted: ${message}` } };
  }
  const message = `the tenant answered that it ${claims[answer]}, but still holds it`;
  return { kind: 'not-applied', error: { code: 'not-deleted', message } };
}

export function overwriteRequest(target: Target, prepared: Prepared, context: RequestContext): WriteRequest {
  const { change, actual } = target;
  const { upload, sent, record } = prepared;
  /** A try that was refused (429) does not count as sent, but the record may hold the same content already. */
  let wasTried = false;
  return {
    prepare: async (sentBefore, onSettling) => {
      if (upload.file !== undefined) context.backup?.expect?.(actual.md5);
      const found = await readBeforeSend(target, context);
      const consequence = consequenceAfter(sentBefore);
      if (found === undefined) return deletedMeanwhile(consequence);
      if (wasTried && findMismatch(sent, found) === undefined) {
        return { kind: 'done', record: found, ...(sentBefore === 0 && { note: 'it holds this already' }) };
      }
      const movement = findMovement(target, found, consequence);
      if (movement !== undefined) return movement;
      target.onRead(found);
      const { name, action } = change;
      const keeping = { ...context, onSettling };
      const kept =
        upload.file === undefined ? keepRecord(found, keeping) : keep(found, kindOf(name), keeping);
      const previous = await kept;
      wasTried = true;
      return { name, action, request: 'patch', previous, sent: record };
    },
    send: async (options) => judge(await context.tenant.patch(actual.id, upload, options), sent),
    look: async (list) => {
      const found = await readOrMiss(target, context, list);
      if (found === undefined) return deletedMeanwhile('overtaken');
      return findMismatch(sent, found) === undefined
        ? { kind: 'done', record: found }
        : findMovement(target, found, 'overtaken');
    },
  };
}

/** The ending that a write's answer, or the record read instead, shows. */
function judge(answer: ExtensionRecord, sent: Sent): Ending {
  const mismatch = findMismatch(sent, answer);
  if (mismatch === undefined) return { kind: 'done', record: answer };
  return { kind: 'not-applied', id: answer.id, error: describeMismatch(mismatch) };
}
