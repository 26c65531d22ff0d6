/** A run as it is recorded and shown later: who made it, from which source, and what it did. */

import type { Action } from './model.js';
import type { Outcome } from './outcome.js';

export interface RunWho {
  readonly user: string;
  readonly host: string;
  readonly pid: number;
}

/** The git state of the folders; without a commit outside a repository. */
export interface SourceState {
  /** 40 (or 64) hex digits. */
  readonly commit?: string;
  /** Absent if a commit rather than a branch is checked out, as in pipelines. */
  readonly branch?: string;
  /** Whether tracked or untracked files below the folder differ from the commit. */
  readonly dirty?: boolean;
  /** The CI run's address. */
  readonly ci?: string;
}

/** The commands that apply one plan and end with its outcomes. */
export const applyingCommands = ['apply', 'rollback', 'adopt', 'promote'] as const;

export type ApplyingCommand = (typeof applyingCommands)[number];

/** All commands that write to a tenant: their runs are recorded, and one waits for another. */
export const writingCommands = [...applyingCommands, 'watch'] as const;

export type WritingCommand = (typeof writingCommands)[number];

export const changeCounts = ['created', 'updated', 'replaced', 'deleted', 'failed', 'notAttempted'] as const;

export type ChangeCounts = Readonly<Record<(typeof changeCounts)[number], number>>;

/** `died`: it was killed, or its machine was; the next run reports what it left. */
export type PastRunEnd = 'ended' | 'running' | 'died';

/** One extension of a run, as its last journal entry has it. */
export interface RunChange {
  readonly name: string;
  readonly action: Action;
  /** `unknown`: a request was under way, and only the tenant knows. `left`: not begun, or a replace that has only deleted. */
  readonly result: 'done' | 'failed' | 'unknown' | 'left';
  readonly message?: string;
}

/** What the next run reports about a run that died. */
export interface Interruption {
  readonly id: string;
  readonly command: string;
  /** RFC 3339. */
  readonly startedAt: string;
  readonly who: RunWho;
  /** Done and verified: by its answer, or by reading the tenant. */
  readonly done: readonly RunChange[];
  readonly failed: readonly RunChange[];
  readonly unknown: readonly RunChange[];
  readonly left: readonly RunChange[];
  /** Certainly deleted and certainly not created again; otherwise the name is in `unknown` or `failed`. */
  readonly halfReplaced: readonly string[];
}

/** What a run did, in numbers. */
export function countOutcomes(outcomes: readonly Outcome[]): ChangeCounts {
  return countEndings(outcomes.map(({ action, status }) => ({ action, ending: endings[status] })));
}

/** The same from the journal of a run that died. What is not certainly done counts as failed. */
export function countChanges(changes: readonly RunChange[]): ChangeCounts {
  return countEndings(changes.map(({ action, result }) => ({ action, ending: endings[result] })));
}

type Ending = 'done' | 'failed' | 'left';

const endings = {
  done: 'done',
  failed: 'failed',
  'not-applied': 'failed',
  unknown: 'failed',
  'not-attempted': 'left',
  left: 'left',
} as const satisfies Record<Outcome['status'] | RunChange['result'], Ending>;

function countEndings(all: readonly { readonly action: Action; readonly ending: Ending }[]): ChangeCounts {
  const number = (ending: Ending, action?: Action): number =>
    all.filter((each) => each.ending === ending && (action === undefined || each.action === action)).length;
  return {
    created: number('done', 'create'),
    updated: number('done', 'update'),
    replaced: number('done', 'replace'),
    deleted: number('done', 'delete'),
    failed: number('failed'),
    notAttempted: number('left'),
  };
}
