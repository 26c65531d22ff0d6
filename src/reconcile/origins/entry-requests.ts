/** The three requests that write an entry of the Content Security Policy, each checked against what exists now. */

import { UserError } from '../../core/errors.js';
import { hostOfEntry } from '../../core/origins/csp.js';
import {
  type CspEntry,
  type CspEntryBody,
  entriesFor,
  isOwnEntry,
  isSameEntry,
  ownersOfEntry,
  switchesOf,
} from '../../core/origins/entry.js';
import type { OriginChange } from '../../core/origins/model.js';
import { ownerTag } from '../../core/owner.js';
import type { CspOriginsClient } from '../../tenant/csp-origins.js';
import { isGone } from '../../tenant/http/answers.js';
import type { WriteRequest } from '../write/deliver.js';
import { type Ending, moved, outcomeErrorOf } from '../write/ending.js';

export interface EntryContext {
  readonly client: Pick<CspOriginsClient, 'create' | 'replace' | 'remove' | 'get' | 'list'>;
  readonly project: string;
  /** Aborts the steps before a send. */
  readonly signal: AbortSignal;
}

type ListEntries = CspOriginsClient['list'];

type EntryRequest = WriteRequest<ListEntries>;

export function entryRequest(change: OriginChange, context: EntryContext): EntryRequest {
  const { action, entry, actual } = change;
  if (action === 'create' && entry !== undefined) return createRequest(change, entry, context);
  if (action === 'update' && entry !== undefined && actual !== undefined) {
    return replaceRequest(change, actual, entry, context);
  }
  if (action === 'delete' && actual !== undefined) return deleteRequest(change, actual, context);
  throw new Error(`${action} of ${change.name} has nothing to send`);
}

/** A tenant may hold two entries for one host, so the existing ones are read before each send. */
function createRequest(change: OriginChange, body: CspEntryBody, context: EntryContext): EntryRequest {
  const { client, project, signal } = context;
  const find = async (list: ListEntries): Promise<Ending | undefined> => {
    const there = entriesFor(hostOfEntry(body.origin), await list());
    const own = there.find(
      (entry) => holds(entry, body, project) && change.beside?.includes(entry.id) !== true,
    );
    if (own !== undefined) return { kind: 'done', record: own };
    const other = there.find(({ id }) => change.beside?.includes(id) !== true);
    return other && taken(other);
  };
  return {
    prepare: async (sentBefore) => {
      const found = await find(() => client.list({ signal }));
      if (found?.kind === 'done' && sentBefore === 0) return { ...found, note: 'it was there already' };
      return found ?? { name: change.name, action: 'create', request: 'create', entry: { sent: body } };
    },
    send: async (options) => judge(await client.create(body, options), body, context),
    look: find,
  };
}

function taken({ id, name }: CspEntry): Ending {
  const called = name ? `${name}, ${id}` : id;
  return {
    kind: 'failed',
    error: {
      code: 'name-taken',
      message: `an entry for this host was made meanwhile (${called}); it was not changed`,
      hint: 'Plan again to see what is there now.',
    },
  };
}

function replaceRequest(
  change: OriginChange,
  actual: CspEntry,
  body: CspEntryBody,
  context: EntryContext,
): EntryRequest {
  const { client, project } = context;
  return {
    prepare: async (sentBefore) => {
      const found = await readBeforeSend(actual.id, context);
      const consequence = sentBefore === 0 ? 'not-sent' : 'overtaken';
      if (found === undefined) return moved('deleted on the tenant since the plan', consequence);
      if (holds(found, body, project)) {
        return { kind: 'done', record: found, ...(sentBefore === 0 && { note: 'it holds this already' }) };
      }
      if (!isSameEntry(found, actual)) return moved(describeMovement(found), consequence);
      const entry = { previous: found, sent: body };
      return { name: change.name, action: 'update', request: 'patch', entry };
    },
    send: async (options) => judge(await client.replace(actual.id, body, options), body, context),
    look: async (list) => {
      const found = await readOrMiss(actual.id, context, list);
      if (found === undefined) return moved('deleted on the tenant since the plan', 'overtaken');
      if (holds(found, body, project)) return { kind: 'done', record: found };
      return isSameEntry(found, actual) ? undefined : moved(describeMovement(found), 'overtaken');
    },
  };
}

function deleteRequest(change: OriginChange, actual: CspEntry, context: EntryContext): EntryRequest {
  const { client } = context;
  return {
    prepare: async (sentBefore) => {
      const found = await readBeforeSend(actual.id, context);
      if (found === undefined) {
        return { kind: 'done', ...(sentBefore === 0 && { note: 'it was gone already' }) };
      }
      if (!isSameEntry(found, actual)) {
        return moved(describeMovement(found), sentBefore === 0 ? 'not-sent' : 'overtaken');
      }
      return { name: change.name, action: 'delete', request: 'delete', entry: { previous: found } };
    },
    send: async (options) => {
      await client.remove(actual.id, options);
      return confirmGone(actual.id, context);
    },
    look: async (list) => {
      const found = await readOrMiss(actual.id, context, list);
      if (found === undefined) return { kind: 'done' };
      return isSameEntry(found, actual) ? undefined : moved(describeMovement(found), 'overtaken');
    },
  };
}

/** A 204 alone proves nothing. */
async function confirmGone(id: string, context: EntryContext): Promise<Ending> {
  try {
    if ((await readNow(id, context)) === undefined) return { kind: 'done' };
  } catch (error) {
    const { message, ...rest } = outcomeErrorOf(error);
    return { kind: 'unknown', error: { ...rest, message: `unknown whether it was deleted: ${message}` } };
  }
  const message = 'the tenant answered that it was deleted, but still holds it';
  return { kind: 'not-applied', id, error: { code: 'not-deleted', message } };
}

async function readNow(
  id: string,
  { client }: EntryContext,
  options?: { readonly signal: AbortSignal },
): Promise<CspEntry | undefined> {
  try {
    return await client.get(id, options);
  } catch (error) {
    if (isGone(error)) return undefined;
    throw error;
  }
}

/** A 404 may come from a gateway: it counts only if the list agrees. */
async function readOrMiss(
  id: string,
  context: EntryContext,
  list: ListEntries,
  options?: { readonly signal: AbortSignal },
): Promise<CspEntry | undefined> {
  const found = await readNow(id, context, options);
  if (found !== undefined) return found;
  if (!(await list(options)).some((entry) => entry.id === id)) return undefined;
  throw new UserError('the tenant lists the entry, but answers that it is not there when it is asked for');
}

function readBeforeSend(id: string, context: EntryContext): Promise<CspEntry | undefined> {
  const { client, signal } = context;
  return readOrMiss(id, context, client.list, { signal });
}

/** Whether the entry is what was sent in everything that matters: host, switches, and owner. */
function holds(entry: CspEntry, sent: CspEntryBody, project: string): boolean {
  return (
    isSameSwitches(entry, sent) &&
    hostOfEntry(entry.origin) === hostOfEntry(sent.origin) &&
    isOwnEntry(entry, project) === isOwnEntry(sent, project)
  );
}

function isSameSwitches(some: CspEntryBody, others: CspEntryBody): boolean {
  return String(switchesOf(some)) === String(switchesOf(others));
}

/** The result of a write is judged by its answer alone. */
function judge(answer: CspEntry, sent: CspEntryBody, { project }: EntryContext): Ending {
  if (holds(answer, sent, project)) return { kind: 'done', record: answer };
  const lost = isOwnEntry(sent, project) && !isOwnEntry(answer, project);
  if (!lost) {
    const message = `the tenant holds ${answer.origin} with ${String(switchesOf(answer)) || 'nothing'}, sent was ${sent.origin} with ${String(switchesOf(sent))}`;
    return { kind: 'not-applied', id: answer.id, error: { code: 'lost-entry', message } };
  }
  return {
    kind: 'not-applied',
    id: answer.id,
    error: {
      code: lostMark,
      message: `the tenant did not keep the description ${ownerTag(project)}, so the entry ${answer.id} cannot be known as this project's`,
      hint: 'It stays, and nothing changes it any more. Set "manageOrigins" to false for this tenant, and make entries by hand.',
    },
  };
}

/** The tenant does not keep our mark, so no entry written there could ever be taken back. */
export const lostMark = 'lost-mark';

function describeMovement(entry: CspEntry): string {
  const { modifiedDate } = entry;
  const owners = ownersOfEntry(entry);
  const whose = owners.length === 0 ? '' : `, it says ${owners.join(', ')}`;
  return `its entry was changed on the tenant since the plan${modifiedDate ? ` (${modifiedDate}${whose})` : whose}`;
}
