/** What would be done, and what was done of it. */

import type { BackupForecast } from '../../core/budget.js';
import type { ExtensionComparison } from '../../core/comparison.js';
import type { ExitCode } from '../../core/errors.js';
import type { Refusal } from '../../core/guard.js';
import type { Impact } from '../../core/impact.js';
import type { Finding, LeftOutFile, Outcome, Plan } from '../../core/model.js';
import type { SourceState } from '../../core/past-run.js';
import type { RunHeader } from '../run-header.js';
import type { PlanRequest } from './request.js';

export interface PlanReport {
  readonly kind: 'plan';
  readonly header: RunHeader;
  readonly source: SourceState;
  readonly plan: Plan;
  readonly findings: readonly Finding[];
  readonly leftOut: readonly LeftOut[];
  /** Run-wide rails that would stop apply. */
  readonly refusals: readonly Refusal[];
  /** Copies of what would be overwritten or deleted, where something would; `off` is `--no-backup`. */
  readonly backups?: BackupForecast | 'off';
  /** What the two sides of changed extensions differ in, where that was looked at. */
  readonly comparisons?: readonly ExtensionComparison[];
  /** Which apps use what changes, where that was looked at. */
  readonly impact?: Impact;
  /** How the plan was asked for; absent where no later run could ask the same. */
  readonly request?: PlanRequest;
  /** A rollback's: the runs whose writes it undoes. */
  readonly undoes?: readonly string[];
  /** Whether all that one run wrote is to be undone, or names of it. */
  readonly undoGoal?: 'run' | 'names';
  /** A promote's: where the archives come from. */
  readonly promotes?: { readonly environment: string; readonly url: string };
  readonly exitCode: ExitCode;
}

export interface ApplyReport extends Omit<PlanReport, 'kind'> {
  readonly kind: 'apply';
  readonly outcomes: readonly Outcome[];
  /** Milliseconds from the first write to the last answer. */
  readonly ms: number;
}

/** Files of one extension that are not uploaded. */
export interface LeftOut {
  readonly extension: string;
  readonly files: readonly LeftOutFile[];
}
