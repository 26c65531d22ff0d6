/** The one data object that every format is made from. */

import type { ExitCode } from '../core/exit-codes.js';
import type { Waves } from '../core/fleet.js';
import type { ConfigReport } from './config.js';
import type { DoctorReport } from './doctor.js';
import type { DriftReport } from './drift.js';
import type { HistoryReport } from './history.js';
import type { ImpactReport } from './impact.js';
import type { InitReport } from './init.js';
import type { PackReport } from './pack.js';
import type { ApplyReport, PlanReport } from './plan.js';
import type { PullReport } from './pull.js';
import type { RunHeader } from './run-header.js';
import type { ReportParts } from './run-result.js';
import type { ValidateReport } from './validate.js';

export type Report = SingleReport | EnvironmentsReport;

// What a run on one tenant, or on none, came to.

export type SingleReport =
  | ValidateReport
  | PlanReport
  | ApplyReport
  | PackReport
  | InitReport
  | PullReport
  | DriftReport
  | HistoryReport
  | ConfigReport
  | DoctorReport
  | ImpactReport;

// One command on several environments: what each came to, and the run as a whole.

export interface EnvironmentsReport {
  readonly kind: 'environments';
  /** Without a project or tenant, since each has its own. */
  readonly header: RunHeader;
  /** In the order they were given. */
  readonly environments: readonly EnvironmentResult[];
  readonly shard?: ShardShare;
  readonly waves?: WavesResult;
  /** All of the above once more, for the formats that show one run after the other. */
  readonly reports: readonly ReportParts[];
  /** The worst of them. */
  readonly exitCode: ExitCode;
}

export interface EnvironmentResult {
  readonly environment: string;
  readonly exitCode: ExitCode;
  /** What it showed last. */
  readonly report?: SingleReport;
  /** Present where it stopped early. */
  readonly error?: unknown;
  readonly part: ReportParts;
}

/** Which part of the environments this run had. */
export interface ShardShare {
  readonly index: number;
  readonly of: number;
  /** Those of the other shards. */
  readonly elsewhere: readonly string[];
}

export interface WavesResult {
  readonly waves: Waves;
  /** Environments of the waves after the one that failed. */
  readonly notAttempted: readonly string[];
  /** What became of putting the failed wave back. */
  readonly restored: readonly RestoredEnvironment[];
}

export interface RestoredEnvironment extends EnvironmentResult {
  /** The command line that goes on with it; absent where nothing is left that it could do. */
  readonly goOn?: string;
}
