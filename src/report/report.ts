/** The one data object that every format is made from, and the one for a command on several environments. */

import type { ExitCode } from '../core/exit-codes.js';
import type { FleetCommand } from '../core/fleet.js';
import type { Waves } from '../core/waves.js';
import type { ConfigReport } from './config.js';
import type { DoctorReport } from './doctor.js';
import type { EnvironmentDocument } from './documents/environments.js';
import type { DriftReport } from './drift.js';
import type { FleetReport } from './fleet-status.js';
import type { HistoryReport } from './history.js';
import type { ImpactReport } from './impact.js';
import type { InitReport } from './init.js';
import type { PackReport } from './pack.js';
import type { ApplyReport, PlanReport } from './plan.js';
import type { PreviewReport } from './preview.js';
import type { PullReport } from './pull.js';
import type { RunHeader } from './run-header.js';
import type { ReportParts } from './run-result.js';
import type { ValidateReport } from './validate.js';

export type Report = SingleReport | EnvironmentsReport;

export type SingleReport =
  | ValidateReport
  | PlanReport
  | ApplyReport
  | PackReport
  | InitReport
  | PullReport
  | PreviewReport
  | DriftReport
  | HistoryReport
  | ConfigReport
  | DoctorReport
  | FleetReport
  | ImpactReport;

export interface EnvironmentsReport {
  readonly kind: 'environments';
  /** Without a project or tenant: each environment has its own. */
  readonly header: RunHeader & { readonly command: FleetCommand | 'promote' };
  /** In the order they were given. */
  readonly environments: readonly EnvironmentResult[];
  readonly shard?: ShardShare;
  readonly waves?: WavesResult;
  readonly missing?: MissingShards;
  /** The same results, for formats that show one run after the other. */
  readonly reports: readonly ReportParts[];
  /** The worst of all. */
  readonly exitCode: ExitCode;
}

export interface EnvironmentResult {
  readonly environment: string;
  readonly exitCode: ExitCode;
  /** The last report it showed. */
  readonly report?: SingleReport;
  /** Present if it stopped early. */
  readonly error?: unknown;
  /** Of a merged report: what the run that made it printed. */
  readonly document?: EnvironmentDocument;
  readonly part: ReportParts;
}

/** Shards whose documents were not merged; what their environments hold is unknown. */
export interface MissingShards {
  readonly indexes: readonly number[];
  readonly of: number;
  readonly environments: readonly string[];
}

/** The part of the environments that this run had. */
export interface ShardShare {
  readonly index: number;
  readonly of: number;
  /** Environments of the other shards. */
  readonly elsewhere: readonly string[];
}

export interface WavesResult {
  /** The id of the run over the fleet, which `--resume` takes. */
  readonly run: string;
  readonly waves: Waves;
  /** From 1: the environments are those of this wave alone, which is what a gate gets. */
  readonly wave?: number;
  /** Why no further wave began. */
  readonly stopped?: { readonly after: number; readonly message: string };
  /** Environments that were not begun. */
  readonly notAttempted: readonly string[];
  /** How restoring the failed wave went. */
  readonly restored: readonly RestoredEnvironment[];
}

export interface RestoredEnvironment extends EnvironmentResult {
  /** The command that continues the restore; absent if nothing is left to do. */
  readonly resume?: string;
}
