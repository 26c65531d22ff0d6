/** The effects of runs on each name, from their journals: what a rollback would undo. Pure. */

import { withoutUndefined } from '../../core/json.js';
import { isSameEntry } from '../../core/origins/entry.js';
import type { OriginEffect } from '../../core/origins/rollback-origins.js';
import type { RecordSide, Remains } from '../../core/record-side.js';
import type { PreviousRecord, Run, RunStep } from '../run-record.js';

/** The effect of one run, or of its last change, on one name. */
export interface Effect {
  readonly name: string;
  readonly runId: string;
  /** Absent where it was created. */
  readonly before?: RecordSide;
  /** Absent where it was deleted. */
  readonly after?: RecordSide;
  /** What the tenant may hold instead, if a later write that failed took effect all the same. */
  readonly perhaps?: readonly Remains[];
}

/** Everything a run did, each name once. Empty for a run that wrote nothing. */
export function effectsOf({ start, steps }: Run): readonly Effect[] {
  const written = steps.filter((step) => step.before.entry === undefined && hadEffect(step));
  const names = [...new Set(written.map(({ before }) => before.name))];
  return names.flatMap((name) =>
    combine(
      start.id,
      written.filter(({ before }) => before.name === name),
    ),
  );
}

/** What a run did to entries of the Content Security Policy, each entry once; a host may have several. */
export function originEffectsOf({ start, steps }: Run): readonly OriginEffect[] {
  const written = steps.filter((step) => step.before.entry !== undefined && hadEffect(step));
  const ids = new Map(written.map((step) => [step, idOfEntry(step, written)]));
  const keyOf = (step: RunStep): string => JSON.stringify([step.before.name, ids.get(step)]);
  const effects = new Map(
    [...new Set(written.map(keyOf))].map((key) => [key, written.filter((step) => keyOf(step) === key)]),
  );
  return [...effects.values()].flatMap((own) => {
    const [first, last] = [own[0], own.at(-1)];
    if (first === undefined) return [];
    const [before, after] = [first.before.entry?.previous, last?.before.entry?.sent];
    const found = withoutUndefined({ id: ids.get(first), before, after });
    return before === undefined && after === undefined
      ? []
      : [{ name: first.before.name, runId: start.id, at: first.before.at, ...found }];
  });
}

/** A create without an answer has the id of the next step that shows whether it took effect. */
function idOfEntry(step: RunStep, written: readonly RunStep[]): string | undefined {
  const id = recordedId(step);
  const { sent } = step.before.entry ?? {};
  if (id !== undefined || sent === undefined) return id;
  const later = written.slice(written.indexOf(step) + 1).find(({ before: { name, entry } }) => {
    const isSame = entry?.previous === undefined || isSameEntry(entry.previous, sent);
    return name === step.before.name && isSame;
  });
  return later && recordedId(later);
}

function recordedId({ before: { entry }, after }: RunStep): string | undefined {
  return entry?.previous?.id ?? after?.id;
}

/** The last change of one name; of a session that wrote it many times, only the last write. @param runs newest first */
export function lastEffectOf(name: string, runs: readonly Run[]): Effect | undefined {
  for (const { start, steps } of runs) {
    const own = steps.filter(
      (step) => step.before.name === name && step.before.entry === undefined && hadEffect(step),
    );
    const [effect] = combine(start.id, lastChange(own));
    if (effect !== undefined) return effect;
  }
  return undefined;
}

/** A refused write had no effect; any other write may have had one. */
function hadEffect(step: RunStep): boolean {
  return step.after?.result !== 'failed' || leftDoubt(step);
}

/** The effect did not show when the run last looked; planning sees what the tenant holds now. */
function leftDoubt({ after }: RunStep): boolean {
  return after?.leftDoubt === true;
}

/** A replace is a delete and a create, which may have been tried again and again. */
function lastChange(steps: readonly RunStep[]): readonly RunStep[] {
  const deleted = steps.findLastIndex((step) => !isHalfReplace(step, 'create'));
  const first = steps[deleted];
  return first !== undefined && isHalfReplace(first, 'delete') ? steps.slice(deleted) : steps.slice(-1);
}

function isHalfReplace({ before: { action, request } }: RunStep, half: 'delete' | 'create'): boolean {
  return action === 'replace' && request === half;
}

/** The record before the first of several writes and after the last; no effect if both are absent. */
function combine(runId: string, steps: readonly RunStep[]): readonly Effect[] {
  const [first] = steps;
  if (first === undefined) return [];
  const known = steps.findLastIndex((step) => !leftDoubt(step));
  const before = stoodBefore(first);
  const [after, ...perhaps] = steps.slice(Math.max(known, 0)).map(leftBy);
  const remains = perhaps.map((side): Remains => side ?? 'nothing');
  if (before === undefined && after === undefined && remains.every((side) => side === 'nothing')) return [];
  return [
    {
      name: first.before.name,
      runId,
      ...withoutUndefined({ before, after }),
      ...(remains.length > 0 && { perhaps: remains }),
    },
  ];
}

/** A record missing from the journal does not count as "did not exist": undoing that would be a delete. */
function stoodBefore({ before: { request, previous } }: RunStep): RecordSide | undefined {
  if (previous !== undefined) return sideOf(previous);
  return request === 'create' ? undefined : { md5: 'not recorded', tags: [] };
}

function sideOf({ md5, archiveName, tags, version, supernova }: PreviousRecord): RecordSide {
  return { tags, ...withoutUndefined({ md5, archiveName, version, supernova }) };
}

/** A write of tags alone keeps the archive. */
function leftBy({ before: { request, sent, previous } }: RunStep): RecordSide | undefined {
  if (request === 'delete' || sent === undefined) return undefined;
  const md5 = sent.md5 ?? previous?.md5;
  const archiveName = sent.archiveName ?? previous?.archiveName;
  return { tags: sent.tags, ...withoutUndefined({ md5, archiveName, version: sent.version }) };
}

/** What a person wants rolled back. */
export type RollbackGoal =
  | { readonly kind: 'last' }
  | { readonly kind: 'run'; readonly run: Run }
  | { readonly kind: 'names'; readonly names: readonly string[] }
  /** Words that match neither, or more than one thing. */
  | { readonly kind: 'unclear'; readonly word: string; readonly runs: readonly string[] };

/**
 * What the words of a command line mean. A name that some run wrote takes precedence over a run's id; a unique prefix of
 * an id is enough.
 */
export function readGoal(words: readonly string[], runs: readonly Run[]): RollbackGoal {
  const written = new Set(
    runs.flatMap((run) => [...effectsOf(run), ...originEffectsOf(run)].map(({ name }) => name)),
  );
  const other = words.find((word) => !written.has(word));
  if (words.length === 0) return { kind: 'last' };
  if (other === undefined) return { kind: 'names', names: [...new Set(words)] };
  const begun = runs.filter(({ start }) => start.id.startsWith(other));
  const [run] = begun;
  if (run !== undefined && begun.length === 1 && words.length === 1) return { kind: 'run', run };
  return { kind: 'unclear', word: other, runs: begun.map(({ start }) => start.id) };
}
