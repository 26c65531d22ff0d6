/**
 * The lines of a run's journal, `.qlik-sync/runs/<tenant>/<run id>.jsonl`: one JSON object per line, in the order things
 * happened. Read by `history`, `rollback` and the next run; never needed to decide what a tenant should hold.
 */

import type { ExitCode } from '../core/exit-codes.js';
import type { Action, TenantIdentity } from '../core/model.js';
import type { CspEntryBody } from '../core/origins/entry.js';
import type { ChangeCounts, RunWho, SourceState, WritingCommand } from '../core/past-run.js';
import type { RecordSide } from '../core/record-side.js';
import type { ProcessFacts } from './lock/process-facts.js';

export type RunLine = RunStart | StepBefore | StepAfter | RunEnd;

export interface RunStart {
  readonly kind: 'run';
  readonly version: 1;
  /** `20261123T031400Z-3f2a`: sorts by time. */
  readonly id: string;
  readonly command: WritingCommand;
  /** RFC 3339. */
  readonly startedAt: string;
  readonly tool: string;
  readonly project: string;
  readonly tenant: TenantIdentity;
  readonly environment?: string;
  /** The plan's digest; a watch session has many. */
  readonly plan?: string;
  /** What the plan wanted, in the order of writing; absent for watch. */
  readonly planned?: readonly { readonly name: string; readonly action: Action }[];
  readonly who: RunWho & ProcessFacts;
  readonly source: SourceState;
  /** For a rollback of one run: that run. */
  readonly undoes?: string;
  /** Names whose replace an earlier run left half done, and which existed again when this run began. */
  readonly madeWhole?: readonly string[];
}

/** On the disk before the request is sent. */
export interface StepBefore {
  readonly kind: 'before';
  /** RFC 3339. */
  readonly at: string;
  /** Counts the run's requests from 1. */
  readonly step: number;
  readonly name: string;
  readonly action: Action;
  readonly request: 'create' | 'patch' | 'delete';
  /** The record that is overwritten or deleted. */
  readonly previous?: PreviousRecord;
  readonly sent?: SentRecord;
  /** Of an entry of the Content Security Policy, whole on both sides; `name` is `https://` and its host then. */
  readonly entry?: EntryStep;
}

export interface EntryStep {
  readonly previous?: CspEntryBody & { readonly id?: string };
  readonly sent?: CspEntryBody;
}

/** The record before the request, with everything needed to restore it. */
export interface PreviousRecord extends RecordSide {
  readonly id: string;
  readonly revision?: string;
  /** Whether its archive is in the vault under `md5`. */
  readonly archive: 'stored' | 'not-stored';
  /** SHA-256 of the whole record's JSON in the vault; absent with `--no-backup`. */
  readonly record?: string;
}

/** What was sent, with everything needed to recognise it. */
export interface SentRecord extends RecordSide {
  readonly digest?: string;
}

/** On the disk after the answer, or after the tenant was read instead. */
export interface StepAfter {
  readonly kind: 'after';
  readonly at: string;
  readonly step: number;
  /** `unknown`: neither the answer nor the tenant showed it. */
  readonly result: 'done' | 'failed' | 'not-applied' | 'unknown';
  /** With `failed`: the request was sent, and may have taken effect anyway, or may still do so. */
  readonly leftDoubt?: true;
  readonly id?: string;
  readonly revision?: string;
  readonly message?: string;
}

export interface RunEnd {
  readonly kind: 'end';
  readonly at: string;
  readonly exitCode: ExitCode;
  readonly counts: ChangeCounts;
}

/** A journal read back. `end` is absent if the run died; a torn last line is left out. */
export interface Run {
  readonly start: RunStart;
  readonly steps: readonly RunStep[];
  readonly end?: RunEnd;
  /** Steps are missing, or lines are unreadable that a dying run would not have torn: it did more than is listed here. */
  readonly damaged?: true;
}

export interface RunStep {
  readonly before: StepBefore;
  /** Absent if the run died in between: only the tenant knows. */
  readonly after?: StepAfter;
}
