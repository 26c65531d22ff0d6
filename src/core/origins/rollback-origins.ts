/** What undoes the entries that past runs wrote. Pure. */

import { hostOfEntry } from './csp.js';
import {
  type CspEntry,
  type CspEntryBody,
  entriesFor,
  isOwnEntry,
  isSameEntry,
  sendableBody,
  switchesOf,
} from './entry.js';
import type { OriginChange } from './model.js';

/** What one run did to one entry. */
export interface OriginEffect {
  /** `https://` and the host. */
  readonly name: string;
  readonly runId: string;
  /** RFC 3339: when the run began to write it. */
  readonly at: string;
  /** Of the entry; absent if it was created and no answer gave its id. */
  readonly id?: string;
  /** Absent where it was created. */
  readonly before?: CspEntryBody;
  /** Absent where it was deleted. */
  readonly after?: CspEntryBody;
}

interface Undoing {
  readonly entries: readonly CspEntry[];
  readonly project: string;
  readonly prune: boolean;
  /** Ids of entries that belong to other effects. */
  readonly others: ReadonlySet<string>;
}

/** No change for an entry that is as it was before. Only one that is still as the run left it is written. */
export function planOriginRollback(
  effects: readonly OriginEffect[],
  undoing: Omit<Undoing, 'others'>,
): readonly OriginChange[] {
  return effects.flatMap((effect) => {
    const ids = effects.flatMap((each) => (each === effect ? [] : (each.id ?? [])));
    return undo(effect, { ...undoing, others: new Set(ids) });
  });
}

function undo(
  { name, id, at, before, after }: OriginEffect,
  { entries, project, prune, others }: Undoing,
): readonly OriginChange[] {
  const host = hostOfEntry((before ?? after)?.origin ?? '');
  const all = entriesFor(host, entries);
  const isBeside = (entry: CspEntry): boolean =>
    others.has(entry.id) || (after === undefined && stoodBeside(entry, id, at));
  const there = all.filter((entry) => !isBeside(entry));
  const own = there.filter((entry) => isOwnEntry(entry, project));
  const now = own.find((entry) => entry.id === id) ?? own[0];
  if (before !== undefined) {
    const beside = all.filter(isBeside).map((entry) => entry.id);
    return restore(name, before, after, { now: now ?? there[0], beside });
  }
  if (after === undefined || now === undefined) return [];
  const removes = switchesOf(now);
  const change: OriginChange = {
    ...{ name, action: 'delete', extensions: [], adds: [], removes, actual: now },
    message: 'made by the run that is undone',
  };
  if (!isAlike(now, after)) return [blockMoved(change)];
  if (prune) return [change];
  const message = 'the run made it, and a rollback deletes with --prune only';
  return [{ ...change, blocked: { rail: 'prune', message, lift: '--prune' } }];
}

/** Another entry for the host, which the run left alone when it deleted its own, and which nobody has changed since. */
function stoodBeside(entry: CspEntry, closed: string | undefined, at: string): boolean {
  const touched = Date.parse(entry.modifiedDate ?? entry.createdDate ?? '');
  return entry.id !== closed && touched < Date.parse(at);
}

function restore(
  name: string,
  before: CspEntryBody,
  after: CspEntryBody | undefined,
  { now, beside }: { readonly now: CspEntry | undefined; readonly beside: readonly string[] },
): readonly OriginChange[] {
  const entry = sendableBody(before);
  const message = 'as it was before';
  if (now === undefined) {
    const adds = switchesOf(entry);
    const change = { name, action: 'create', message, extensions: [], adds, removes: [], entry } as const;
    return [{ ...change, ...(beside.length > 0 && { beside }) }];
  }
  if (isAlike(now, before)) return [];
  const [had, has] = [switchesOf(entry), switchesOf(now)];
  const change: OriginChange = {
    ...{ name, action: 'update', message, extensions: [], entry, actual: now },
    adds: had.filter((each) => !has.includes(each)),
    removes: has.filter((each) => !had.includes(each)),
  };
  return [after !== undefined && isAlike(now, after) ? change : blockMoved(change)];
}

function blockMoved(change: OriginChange): OriginChange {
  const message = 'it was changed on the tenant since, or is not ours: what is there now stays';
  return { ...change, blocked: { rail: 'moved', message } };
}

/** The tenant may have removed the scheme from the origin that was sent. */
function isAlike(entry: CspEntry, body: CspEntryBody): boolean {
  return isSameEntry(
    { ...entry, origin: hostOfEntry(entry.origin) },
    { ...body, origin: hostOfEntry(body.origin) },
  );
}
