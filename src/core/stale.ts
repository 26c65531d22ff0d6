/** Whether a reviewed plan still holds: what it would write, compared with what would be written now. */

import { isWritten, workOf } from './change.js';
import type { Action, Change, Plan } from './model.js';
import { type DecidedOrigin, type OriginsPlan, originDecisions, originWorkOf } from './origins/model.js';

/** The part of a reviewed change that its approval is bound to. */
export interface ReviewedChange {
  readonly name: string;
  readonly action: Action;
  readonly desired?: { readonly digest: string } | undefined;
  readonly actual?: { readonly id: string; readonly md5?: string | undefined } | undefined;
}

/**
 * One sentence for each name that moved; empty where the same would be written. A name that is already as reviewed did
 * not move: an earlier run that did not finish applied it.
 */
export function findMoved(reviewed: readonly ReviewedChange[], plan: Plan): readonly string[] {
  const now = new Map(plan.changes.map((change) => [change.name, change]));
  const before = new Map(reviewed.map((change) => [change.name, change]));
  const names = [...new Set([...before.keys(), ...workOf(plan).map(({ name }) => name)])].sort();
  return names.flatMap((name) => {
    const [then, change] = [before.get(name), now.get(name)];
    const written = change !== undefined && isWritten(change) ? change : undefined;
    if (then === undefined && written !== undefined)
      return [`${name}: ${written.action} was not in the reviewed plan`];
    if (then === undefined) return [];
    if (written === undefined && isDone(then, change)) return [];
    if (written === undefined) return [`${name}: ${then.action} was reviewed; now ${describeNow(change)}`];
    if (finishes(then, written)) return [];
    return explainDifference(name, then, written);
  });
}

function describeNow(change: Change | undefined): string {
  if (change === undefined) return 'it is on neither side';
  const { blocked, message } = change;
  return blocked === undefined ? message : `it is blocked: ${blocked.message}`;
}

function isDone(then: ReviewedChange, now: Change | undefined): boolean {
  if (then.action === 'delete') return now === undefined;
  return now?.state === 'in-sync' && now.desired?.digest === then.desired?.digest;
}

/** The reviewed replace got as far as its delete. */
function finishes(then: ReviewedChange, now: Change): boolean {
  if (then.action !== 'replace' || now.reason !== 'unfinished-replace') return false;
  return then.desired?.digest === now.desired?.digest;
}

function explainDifference(name: string, then: ReviewedChange, now: ReviewedChange): readonly string[] {
  const moved = [
    ...(then.action === now.action ? [] : [`${then.action} was reviewed, now it is ${now.action}`]),
    ...(then.desired?.digest === now.desired?.digest ? [] : ['the folder changed']),
    ...(now.actual === undefined || then.actual?.id === now.actual.id
      ? []
      : ['the tenant holds a different record']),
    ...(then.actual?.id === now.actual?.id && then.actual?.md5 !== now.actual?.md5
      ? [`the tenant's archive changed (md5 ${then.actual?.md5 ?? 'none'} → ${now.actual?.md5 ?? 'none'})`]
      : []),
  ];
  return moved.length === 0 ? [] : [`${name}: ${moved.join(', ')}`];
}

/** The same of entries. One that is open or gone by now did not move: an earlier run that did not finish saw to it. */
export function findMovedOrigins(
  reviewed: { readonly changes: readonly DecidedOrigin[] } | undefined,
  now: OriginsPlan | undefined,
): readonly string[] {
  const decisionOf = (change: DecidedOrigin): string => JSON.stringify(originDecisions([change]));
  const still = new Set(originWorkOf(now).map(decisionOf));
  const then = originWorkOf(reviewed);
  const held = new Set(then.map(decisionOf));
  return (now?.changes ?? []).flatMap((change) => {
    const { name, action, blocked } = change;
    // A host may have several changes: an entry that is opened and narrowed, and a second one that goes.
    const before = then.filter((each) => each.name === name);
    if (blocked !== undefined) {
      const isStopped = before.some((each) => !still.has(decisionOf(each)));
      return isStopped ? [`${name}: it is blocked: ${blocked.message}`] : [];
    }
    if (held.has(decisionOf(change))) return [];
    return before.length === 0
      ? [`${name}: ${action} was not in the reviewed plan`]
      : [`${name}: its entry is another than in the reviewed plan`];
  });
}
