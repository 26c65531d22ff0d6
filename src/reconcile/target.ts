/** The record that a change overwrites or deletes: what it was when planned, and what it is now. */

import type { ActualSummary, Change } from '../core/model.js';
import { actualOf } from '../tenant/actual.js';
import { isGone } from '../tenant/answers.js';
import type { ExtensionRecord } from '../tenant/wire.js';
import { previousOf } from './backup.js';
import { type Ending, type MoveConsequence, moved } from './ending.js';
import type { WriteMeans } from './means.js';
import { describeMovement } from './precondition.js';
import type { PreviousRecord } from './run-record.js';

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

export type RequestMeans = Pick<WriteMeans, 'tenant' | 'backup'>;

/** `undefined` for what is gone. */
export async function readNow(
  { actual }: Target,
  { tenant }: RequestMeans,
): Promise<ExtensionRecord | undefined> {
  try {
    return await tenant.get(actual.id);
  } catch (error) {
    if (isGone(error)) return undefined;
    throw error;
  }
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

export const deletedMeanwhile = moved('deleted on the tenant since the plan', 'not-sent');

/** Right before it is lost. */
export async function keep(record: ExtensionRecord, { backup }: RequestMeans): Promise<PreviousRecord> {
  return backup === undefined ? previousOf(record) : backup.keep(record);
}

/** A write of tags alone leaves the archive as it is. */
export async function keepRecord(record: ExtensionRecord, { backup }: RequestMeans): Promise<PreviousRecord> {
  return backup === undefined ? previousOf(record) : backup.keepRecord(record);
}
