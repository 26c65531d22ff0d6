/** What was done before, as every format shows it. */

import type { ExitCode } from '../../core/errors.js';
import type { TenantIdentity } from '../../core/model.js';
import type { ChangeCounts, RunChange, RunWho, SourceState } from '../../core/past-run.js';
import type { RunHeader } from '../run-header.js';

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
  readonly who: RunWho;
  readonly project: string;
  readonly environment?: string;
  readonly tenant: TenantIdentity;
  readonly source: SourceState;
  readonly plan?: string;
  /** `died`: it was killed, or its machine was; the next run says what it left. */
  readonly result: 'ended' | 'running' | 'died';
  readonly exitCode?: ExitCode;
  /** For a run that died: what its journal knows to be done. */
  readonly counts: ChangeCounts;
  readonly changes: readonly RunChange[];
  /** Its journal cannot be read as a whole: it did more than is told here. */
  readonly damaged?: true;
  /** The run that this one undid. */
  readonly undoes?: string;
  /** The command line that undoes it; absent where it changed nothing. */
  readonly undo?: string;
}
