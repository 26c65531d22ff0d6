/** The record that a change overwrites or deletes: what it was when planned, and what it is now. */

import { UserError } from '../../core/errors.js';
import { type Kind, kindOf } from '../../core/kind.js';
import type { ActualExtension, Change } from '../../core/model.js';
import type { ActualSummary } from '../../core/summaries.js';
import { actualOf } from '../../tenant/actual.js';
import { isGone } from '../../tenant/http/answers.js';
import type { CallOptions } from '../../tenant/pages.js';
import type { ExtensionRecord } from '../../tenant/wire.js';
import { previousOf } from '../backup/backup.js';
import type { PreviousRecord } from '../run-record.js';
import type { OnSettling, WriteDependencies } from '../write-dependencies.js';
import type { DeliveryContext, ListAll } from './deliver.js';
import { type Ending, type MoveConsequence, moved } from './ending.js';

export interface Target {
  readonly change: Change;
  readonly actual: ActualSummary;
  /** Called with the record that is read right before a send. */
  readonly onRead: (record: ExtensionRecord) => void;
}

export function targetOf(change: Change, onRead: Target['onRead'] = () => undefined): Target {
  if (change.actual === undefined) throw new Error(`${change.action} of ${change.name} has no id`);
  return { change, actual: change.actual, onRead };
}

/** The signal aborts what comes before a send; the result of a send is always determined. */
export type RequestContext = Pick<WriteDependencies, 'tenant' | 'backup'> & Pick<DeliveryContext, 'signal'>;

/** `undefined` if it is gone. */
export async function readNow(
  { actual }: Target,
  { tenant }: RequestContext,
  options?: CallOptions,
): Promise<ExtensionRecord | undefined> {
  try {
    return await tenant.get(actual.id, options);
  } catch (error) {
    if (isGone(error)) return undefined;
    throw error;
  }
}

/** A 404 without a 204 to this run's own delete may come from a gateway: it counts only if the list agrees. */
export async function readOrMiss(
  target: Target,
  context: RequestContext,
  list: ListAll,
  options?: CallOptions,
): Promise<ExtensionRecord | undefined> {
  const found = await readNow(target, context, options);
  if (found !== undefined) return found;
  if (!(await list()).some(({ id }) => id === target.actual.id)) return undefined;
  throw new UserError('the tenant lists it, but answers that it is not there when it is asked for');
}

/** Aborted if nothing is to be sent any more. */
export function readBeforeSend(
  target: Target,
  context: RequestContext,
): Promise<ExtensionRecord | undefined> {
  const { tenant, signal } = context;
  return readOrMiss(target, context, () => tenant.list({ signal }), { signal });
}

/** Why it must no longer be written; `undefined` if it is as planned. */
export function findMovement(
  { actual, change }: Target,
  found: ExtensionRecord,
  consequence: MoveConsequence,
): Ending | undefined {
  const kind = kindOf(change.name);
  const now = actualOf(found, kind);
  if (now.id !== actual.id || now.name !== change.name) {
    const other = now.name ?? '(none)';
    return moved(`the tenant answers with another ${kind} under its id (${other})`, consequence);
  }
  const movement = describeMovement(actual, now);
  if (movement === undefined) return undefined;
  return moved(`changed on the tenant since the plan: ${movement}`, consequence);
}

export function deletedMeanwhile(consequence: MoveConsequence): Ending {
  return moved('deleted on the tenant since the plan', consequence);
}

/** What a change of the record means, by the number of our requests that left before it was seen. */
export function consequenceAfter(sentBefore: number): MoveConsequence {
  return sentBefore === 0 ? 'not-sent' : 'overtaken';
}

/** Backs the record up right before it is overwritten or deleted. */
export async function keep(
  record: ExtensionRecord,
  kind: Kind,
  { backup, signal, onSettling }: KeepContext,
): Promise<PreviousRecord> {
  return backup === undefined ? previousOf(record) : backup.keep(record, { kind, signal, onSettling });
}

type KeepContext = RequestContext & { readonly onSettling: OnSettling };

/** A write of tags alone keeps the archive. */
export async function keepRecord(
  record: ExtensionRecord,
  { backup, onSettling }: KeepContext,
): Promise<PreviousRecord> {
  return backup === undefined ? previousOf(record) : backup.keepRecord(record, { onSettling });
}

/** What has changed since the plan, for a person; `undefined` if nothing has. Pure. */
export function describeMovement(planned: ActualSummary, now: ActualExtension): string | undefined {
  const contents = [
    describeContent('archive md5', planned.md5, now.md5),
    describeContent('archive name', planned.archiveName, now.archiveName),
    describeTags(planned.tags, now.tags),
    describeMark('version', planned.version, now.qextVersion),
    describeMark('revision', planned.revision, now.revision),
  ].filter((part) => part !== undefined);
  const last = describeMark('last change', planned.updatedAt, now.updatedAt);
  const moved = contents.length === 0 && last !== undefined ? [last] : contents;
  if (moved.length === 0) return undefined;
  const who = now.userId === undefined ? [] : [`by user ${now.userId}`];
  const when = now.updatedAt === undefined ? [] : [`at ${now.updatedAt}`];
  const author = [...who, ...when].join(' ');
  return `${moved.join(', ')}${author === '' ? '' : `; ${author}`}`;
}

/** Absence is a value here: an archive that appeared or disappeared is a change. */
function describeContent(
  what: string,
  planned: string | undefined,
  now: string | undefined,
): string | undefined {
  return planned === now ? undefined : `${what} ${planned ?? '(none)'} → ${now ?? '(none)'}`;
}

/** It is undocumented whether a single record has every field of the list, so absence on one side says nothing. */
function describeMark(
  what: string,
  planned: string | undefined,
  now: string | undefined,
): string | undefined {
  if (planned === undefined || now === undefined) return undefined;
  return describeContent(what, planned, now);
}

/** Tags have no order. An older plan may not have them. */
function describeTags(planned: readonly string[] | undefined, now: readonly string[]): string | undefined {
  if (planned === undefined || isSameSet(planned, now)) return undefined;
  return `tags ${listOf(planned)} → ${listOf(now)}`;
}

function isSameSet(some: readonly string[], others: readonly string[]): boolean {
  return (
    new Set([...some, ...others]).size === new Set(some).size && some.every((tag) => others.includes(tag))
  );
}

function listOf(tags: readonly string[]): string {
  return `[${tags.join(', ')}]`;
}
