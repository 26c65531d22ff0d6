/** The record that a change overwrites or deletes: what it was when planned, and what it is now. */

import { UserError } from '../../core/errors.js';
import type { ActualSummary, Change } from '../../core/model.js';
import { actualOf } from '../../tenant/actual.js';
import { isGone } from '../../tenant/answers.js';
import type { CallOptions } from '../../tenant/pages.js';
import type { ExtensionRecord } from '../../tenant/wire.js';
import { previousOf } from '../backup/backup.js';
import type { PreviousRecord } from '../journal/run-record.js';
import type { WriteMeans } from '../means.js';
import type { DeliveryMeans, ListAll } from './deliver.js';
import { type Ending, type MoveConsequence, moved } from './ending.js';
import { describeMovement } from './precondition.js';

export interface Target {
  readonly change: Change;
  readonly actual: ActualSummary;
  /** Told of the record as it was read right before a send. */
  readonly onRead: (record: ExtensionRecord) => void;
}

export function targetOf(change: Change, onRead: Target['onRead'] = () => undefined): Target {
  if (change.actual === undefined) throw new Error(`${change.action} of ${change.name} has no id`);
  return { change, actual: change.actual, onRead };
}

/** The signal ends what comes before a send; what became of one is found out all the same. */
export type RequestMeans = Pick<WriteMeans, 'tenant' | 'backup'> & Pick<DeliveryMeans, 'signal'>;

/** `undefined` for what is gone. */
export async function readNow(
  { actual }: Target,
  { tenant }: RequestMeans,
  options?: CallOptions,
): Promise<ExtensionRecord | undefined> {
  try {
    return await tenant.get(actual.id, options);
  } catch (error) {
    if (isGone(error)) return undefined;
    throw error;
  }
}

/** A 404 that no 204 of ours explains may be a gateway's: it is believed where the list says the same. */
export async function readOrMiss(
  target: Target,
  means: RequestMeans,
  list: ListAll,
  options?: CallOptions,
): Promise<ExtensionRecord | undefined> {
  const found = await readNow(target, means, options);
  if (found !== undefined) return found;
  if (!(await list()).some(({ id }) => id === target.actual.id)) return undefined;
  throw new UserError('the tenant lists it, but answers that it is not there when it is asked for');
}

/** Given up where nothing is to be sent any more. */
export function readBeforeSend(target: Target, means: RequestMeans): Promise<ExtensionRecord | undefined> {
  const { tenant, signal } = means;
  return readOrMiss(target, means, () => tenant.list({ signal }), { signal });
}

/** Why it must not be written any more; `undefined` where it is as planned. */
export function findMovement(
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

export function deletedMeanwhile(consequence: MoveConsequence): Ending {
  return moved('deleted on the tenant since the plan', consequence);
}

/** What a movement means, by the requests of ours that left before it was seen. */
export function consequenceAfter(sentBefore: number): MoveConsequence {
  return sentBefore === 0 ? 'not-sent' : 'overtaken';
}

/** Right before it is lost. */
export async function keep(
  record: ExtensionRecord,
  { backup, signal }: RequestMeans,
): Promise<PreviousRecord> {
  return backup === undefined ? previousOf(record) : backup.keep(record, { signal });
}

/** A write of tags alone leaves the archive as it is. */
export async function keepRecord(record: ExtensionRecord, { backup }: RequestMeans): Promise<PreviousRecord> {
  return backup === undefined ? previousOf(record) : backup.keepRecord(record);
}
