/** What would undo the entries that past runs wrote. Pure. */

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

/** What one run did to the entry of one host. */
export interface OriginEffect {
  /** `https://` and the host. */
  readonly name: string;
  readonly runId: string;
  /** Absent where it was created. */
  readonly before?: CspEntryBody;
  /** Absent where it was deleted. */
  readonly after?: CspEntryBody;
}

interface Undoing {
  readonly entries: readonly CspEntry[];
  readonly project: string;
  readonly prune: boolean;
}

/** Nothing for what is as it was before; only what is still as the run left it is written. */
export function planOriginRollback(
  effects: readonly OriginEffect[],
  undoing: Undoing,
): readonly OriginChange[] {
  return effects.flatMap((effect) => undo(effect, undoing));
}

function undo(
  { name, before, after }: OriginEffect,
  { entries, project, prune }: Undoing,
): readonly OriginChange[] {
  const host = hostOfEntry((before ?? after)?.origin ?? '');
  const there = entriesFor(host, entries);
  const now = there.find((entry) => isOwnEntry(entry, project));
  if (before !== undefined) return restore(name, before, after, now ?? there[0]);
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

function restore(
  name: string,
  before: CspEntryBody,
  after: CspEntryBody | undefined,
  now: CspEntry | undefined,
): readonly OriginChange[] {
  const entry = sendableBody(before);
  const message = 'as it was before';
  if (now === undefined) {
    return [{ name, action: 'create', message, extensions: [], adds: switchesOf(entry), removes: [], entry }];
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

/** The tenant may have taken the scheme off the origin that was sent. */
function isAlike(entry: CspEntry, body: CspEntryBody): boolean {
  return isSameEntry(
    { ...entry, origin: hostOfEntry(entry.origin) },
    { ...body, origin: hostOfEntry(body.origin) },
  );
}
