/** What a run did and what it left undone, from its journal alone. Pure. */

import { isOriginName } from '../../core/origins/csp.js';
import type { Interruption, RunChange } from '../../core/past-run.js';
import type { PreviousRecord, Run, RunStart, RunStep, SentRecord } from '../run-record.js';

/** Each name of a run once: those with a request, in the order of their first, then those planned and never begun. */
export function listChanges(run: Run): readonly RunChange[] {
  const byName = groupByName(run.steps);
  const begun = [...byName].map(([name, own]) => judge(name, own));
  const unrecorded =
    run.damaged === true
      ? ({ result: 'unknown', message: 'the journal is damaged' } as const)
      : ({ result: 'left' } as const);
  return [
    ...begun,
    ...listUnrecorded(run).map(({ name, action }): RunChange => ({ name, action, ...unrecorded })),
  ];
}

type Planned = NonNullable<RunStart['planned']>[number];

/** Planned changes missing from a damaged journal: the run may have made them, and the previous content is unknown. */
export function listLost(run: Run): readonly Planned[] {
  return run.damaged === true ? listUnrecorded(run).filter(({ name }) => !isOriginName(name)) : [];
}

function listUnrecorded({ start, steps }: Run): readonly Planned[] {
  const recorded = new Set(steps.map(({ before }) => before.name));
  return (start.planned ?? []).filter(({ name, action }) => action !== 'none' && !recorded.has(name));
}

function groupByName(steps: readonly RunStep[]): ReadonlyMap<string, readonly RunStep[]> {
  const groups = new Map<string, RunStep[]>();
  for (const step of steps) {
    const group = groups.get(step.before.name);
    if (group === undefined) groups.set(step.before.name, [step]);
    else group.push(step);
  }
  return groups;
}

function judge(name: string, steps: readonly RunStep[]): RunChange {
  const last = steps.at(-1);
  if (last === undefined) throw new Error(`${name} has no step`);
  const { before, after } = last;
  const message = after?.message;
  return { name, action: before.action, result: resultOf(last), ...(message !== undefined && { message }) };
}

function resultOf({ before, after }: RunStep): RunChange['result'] {
  switch (after?.result) {
    case undefined:
    case 'unknown':
      return 'unknown';
    case 'failed':
    case 'not-applied':
      return 'failed';
    case 'done':
      return before.action === 'replace' && before.request === 'delete' ? 'left' : 'done';
  }
}

/** `undefined` for a run that ended by itself. */
export function describeInterrupted(run: Run): Interruption | undefined {
  if (run.end !== undefined) return undefined;
  const { id, command, startedAt, who } = run.start;
  const changes = listChanges(run);
  const by = (result: RunChange['result']) => changes.filter((change) => change.result === result);
  const unknown = by('unknown');
  return {
    id,
    command,
    startedAt,
    who,
    done: by('done'),
    failed: by('failed'),
    unknown,
    left: by('left'),
    halfReplaced: findOpenReplaces([run])
      .filter(({ deleted, sent }) => deleted === 'done' || sent !== undefined)
      .map(({ name }) => name)
      .filter((name) => !unknown.some((change) => change.name === name)),
  };
}

/** A replace that deleted the record, or may have, and is not known to have created it again. Only the tenant knows. */
export interface OpenReplace {
  readonly name: string;
  /** The run that deleted it. */
  readonly runId: string;
  /** `unknown`: there was no answer, and the delete may have taken effect after the run last looked. */
  readonly deleted: 'done' | 'unknown';
  /** When the delete was sent, RFC 3339. */
  readonly deletedAt: string;
  readonly previous?: PreviousRecord;
  /** What was to be created; absent if the run died before it recorded that. */
  readonly sent?: SentRecord;
}

/**
 * The newest entry about a name wins: a later create, overwrite or plain delete, in the same run or another, closes the
 * replace, and so does a later run that found the name existing again.
 *
 * @param runs newest first, as `readRuns` gives them
 */
export function findOpenReplaces(runs: readonly Run[]): readonly OpenReplace[] {
  const open = new Map<string, OpenReplace>();
  for (const run of [...runs].reverse()) followRun(open, run);
  return [...open.values()];
}

/** @param open by name: those of all runs before this one, which closes some and adds others */
export function followRun(open: Map<string, OpenReplace>, { start, steps }: Run): void {
  for (const name of start.madeWhole ?? []) open.delete(name);
  for (const step of steps) follow(open, start.id, step);
}

function follow(open: Map<string, OpenReplace>, runId: string, { before, after }: RunStep): void {
  const { name, request, action, previous, sent, at } = before;
  const result = after?.result ?? 'unknown';
  if (action === 'replace' && request === 'delete') {
    const mayLand = after?.leftDoubt === true;
    if ((result === 'failed' && !mayLand) || result === 'not-applied') return;
    const known = { ...(previous !== undefined && { previous }), ...(sent !== undefined && { sent }) };
    open.set(name, { name, runId, deleted: result === 'done' ? 'done' : 'unknown', deletedAt: at, ...known });
    return;
  }
  const begun = open.get(name);
  if (begun === undefined) return;
  if (result === 'done') open.delete(name);
  else if (request === 'create' && sent !== undefined) open.set(name, { ...begun, sent });
}
