/** The three requests that change a tenant, each with what must hold before it and how its effect is seen. */

import type { ActualSummary, Change } from '../core/model.js';
import { actualOf } from '../tenant/actual.js';
import { isGone } from '../tenant/answers.js';
import type { ExtensionRecord } from '../tenant/wire.js';
import { previousOf } from './backup.js';
import type { ListAll, Sending } from './deliver.js';
import { describeError, type Ending, type MoveConsequence, moved } from './ending.js';
import type { WriteMeans } from './means.js';
import { describeMovement } from './precondition.js';
import type { PreviousRecord } from './run-record.js';
import type { Prepared } from './upload.js';
import { describeMismatch, findMismatch, type Sent } from './verify.js';

/** The change, and what stands there now. */
export interface Target {
  readonly change: Change;
  readonly actual: ActualSummary;
  /** Told of the record as it was read right before a send. */
  readonly onRead: (record: ExtensionRecord) => void;
}

type Means = Pick<WriteMeans, 'tenant' | 'backup'>;

// ── Create ──────────────────────────────────────────────────────────────────────────────────────────────

/** `replaced` is the id of the record that was deleted for it. */
export function creation(change: Change, prepared: Prepared, { tenant }: Means, replaced?: string): Sending {
  const { upload, sent, record } = prepared;
  const look = async (list: ListAll): Promise<Ending | undefined> => {
    const found = (await list()).find(({ qextFilename }) => qextFilename === change.name);
    return found && judgeTaken(found, sent, replaced);
  };
  return {
    prepare: async () => ({ name: change.name, action: change.action, request: 'create', sent: record }),
    send: async (options) => judge(await tenant.create(upload, options), sent),
    look,
    explainRefusal: async (error) => {
      const refused = { kind: 'failed', error: describeError(error) } as const;
      return error.status === 409 ? ((await look(() => tenant.list())) ?? refused) : refused;
    },
  };
}

/** A name that is taken is never overwritten: it is our own upload, or a conflict. */
function judgeTaken(found: ExtensionRecord, sent: Sent, replaced: string | undefined): Ending {
  const mismatch = findMismatch(sent, found);
  if (mismatch === undefined) return { kind: 'done', record: found };
  if (mismatch.part === 'tags') return { kind: 'not-applied', id: found.id, error: describeMismatch(mismatch) };
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

// ── Patch ───────────────────────────────────────────────────────────────────────────────────────────────

export function overwriting(target: Target, prepared: Prepared, means: Means): Sending {
  const { change, actual } = target;
  const { upload, sent, record } = prepared;
  const read = (): Promise<ExtensionRecord | undefined> => readById(actual.id, means);
  return {
    prepare: async (sentBefore) => {
      const found = await read();
      if (found === undefined) return deletedMeanwhile;
      if (sentBefore > 0 && findMismatch(sent, found) === undefined) return { kind: 'done', record: found };
      const movement = findMovement(target, found, 'not-sent');
      if (movement !== undefined) return movement;
      target.onRead(found);
      const kept = upload.file === undefined ? keepRecord(found, means) : keep(found, means);
      const { name, action } = change;
      return { name, action, request: 'patch', previous: await kept, sent: record };
    },
    send: async (options) => judge(await means.tenant.patch(actual.id, upload, options), sent),
    look: async () => {
      const found = await read();
      if (found === undefined) return deletedMeanwhile;
      return findMismatch(sent, found) === undefined
        ? { kind: 'done', record: found }
        : findMovement(target, found, 'overtaken');
    },
    explainRefusal: async (error) => (isGone(error) ? deletedMeanwhile : { kind: 'failed', error: describeError(error) }),
  };
}

const deletedMeanwhile = moved('deleted on the tenant since the plan', 'not-sent');

// ── Delete ──────────────────────────────────────────────────────────────────────────────────────────────

/** `confirm`: a 204 shows nothing, so the record is asked for. What is created in its place shows it too. */
export function deletion(target: Target, means: Means, proof: 'confirm' | 'create-follows'): Sending {
  const { actual, change } = target;
  const { name, action } = change;
  const read = (): Promise<ExtensionRecord | undefined> => readById(actual.id, means);
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
      const removed = await means.tenant.remove(actual.id, options);
      if (removed === 'already-gone' || proof === 'create-follows') return { kind: 'done' };
      return confirmGone(read);
    },
    look: async () => {
      const found = await read();
      return found === undefined ? { kind: 'done' } : findMovement(target, found, 'overtaken');
    },
  };
}

const goneBefore: Ending = { kind: 'done', note: 'it was gone already' };

async function confirmGone(read: () => Promise<ExtensionRecord | undefined>): Promise<Ending> {
  try {
    if ((await read()) === undefined) return { kind: 'done' };
  } catch (error) {
    const { message, ...rest } = describeError(error);
    return { kind: 'unknown', error: { ...rest, message: `unknown whether it was deleted: ${message}` } };
  }
  const message = 'the tenant answered that it was deleted, but still holds it';
  return { kind: 'not-applied', error: { code: 'not-deleted', message } };
}

// ── Common ──────────────────────────────────────────────────────────────────────────────────────────────

function judge(answer: ExtensionRecord, sent: Sent): Ending {
  const mismatch = findMismatch(sent, answer);
  if (mismatch === undefined) return { kind: 'done', record: answer };
  return { kind: 'not-applied', id: answer.id, error: describeMismatch(mismatch) };
}

/** `undefined` for what is gone. */
async function readById(id: string, { tenant }: Means): Promise<ExtensionRecord | undefined> {
  try {
    return await tenant.get(id);
  } catch (error) {
    if (isGone(error)) return undefined;
    throw error;
  }
}

function findMovement(
  { actual, change }: Target,
  found: ExtensionRecord,
  consequence: MoveConsequence,
): Ending | undefined {
  const now = actualOf(found);
  if (now.id !== actual.id || now.name !== change.name) {
    const other = now.name ?? '(none)';
    return moved(`the tenant answers with another extension under its id (${other})`, consequence);
  }
  const movement = describeMovement(actual, now);
  if (movement === undefined) return undefined;
  return moved(`changed on the tenant since the plan: ${movement}`, consequence);
}

async function keep(record: ExtensionRecord, { backup }: Means): Promise<PreviousRecord> {
  return backup === undefined ? previousOf(record) : backup.keep(record);
}

/** A write of tags alone leaves the archive as it is. */
async function keepRecord(record: ExtensionRecord, { backup }: Means): Promise<PreviousRecord> {
  return backup === undefined ? previousOf(record) : backup.keepRecord(record);
}
