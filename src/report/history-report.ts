/** What was done before, as every format shows it. */

import type { ExitCode } from '../core/errors.js';
import type { Action } from '../core/model.js';
import type { RunHeader } from './report.js';

export interface HistoryReport {
  readonly kind: 'history';
  /** Without a tenant where no tenant was chosen: then the runs on all of them are shown, whatever their project. */
  readonly header: RunHeader;
  /** Newest first. */
  readonly runs: readonly PastRun[];
  /** Files among the journals that are none, relative to the working directory, with `/`. */
  readonly unreadable: readonly string[];
  readonly exitCode: ExitCode;
}

export interface PastRun {
  /** What `rollback` takes. */
  readonly id: string;
  readonly command: string;
  /** RFC 3339. */
  readonly startedAt: string;
  /** Absent for a run that did not come to its end. */
  readonly endedAt?: string;
  readonly who: { readonly user: string; readonly host: string; readonly pid: number };
  readonly project: string;
  readonly environment?: string;
  /** The tenant's origin, or `sandbox`. */
  readonly tenant: string;
  readonly source: {
    readonly commit?: string;
    readonly branch?: string;
    readonly dirty?: boolean;
    readonly ci?: string;
  };
  readonly plan?: string;
  /** `died`: it was killed, or its machine was; the next run says what it left. */
  readonly result: 'ended' | 'running' | 'died';
  readonly exitCode?: ExitCode;
  readonly counts: PastCounts;
  readonly changes: readonly PastChange[];
  /** The run that this one undid. */
  readonly undoes?: string;
  /** The command line that undoes it; absent where it changed nothing. */
  readonly undo?: string;
}

/** For a run that died: what its journal knows to be done. */
export interface PastCounts {
  readonly created: number;
  readonly updated: number;
  readonly replaced: number;
  readonly deleted: number;
  readonly failed: number;
  readonly notAttempted: number;
}

export interface PastChange {
  readonly name: string;
  readonly action: Action;
  readonly result: 'done' | 'failed' | 'unknown' | 'left';
  readonly message?: string;
}
