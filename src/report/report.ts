/** The one data object that every format is made from. */

import type { BackupForecast } from '../core/budget.js';
import type { ExtensionComparison } from '../core/comparison.js';
import type { ExitCode } from '../core/errors.js';
import type { Refusal } from '../core/guard.js';
import type { Impact } from '../core/impact.js';
import type { Finding, LeftOutFile, Outcome, Plan } from '../core/model.js';
import type { ConfigReport } from './config-report.js';
import type { DoctorReport } from './doctor-report.js';
import type { InitDocument } from './documents.js';
import type { DriftReport } from './drift-report.js';
import type { EnvironmentsReport } from './environments-report.js';
import type { HistoryReport } from './history-report.js';
import type { ImpactReport } from './impact-report.js';
import type { PlanRequest } from './plan-request.js';
import type { PullReport } from './pull-report.js';

/** Which run this is; the first line of every text, the first fields of every document. */
export interface RunHeader {
  readonly command:
    | 'validate'
    | 'plan'
    | 'apply'
    | 'pack'
    | 'init'
    | 'pull'
    | 'adopt'
    | 'drift'
    | 'history'
    | 'rollback'
    | 'promote'
    | 'impact'
    | 'config'
    | 'doctor';
  /** `qlik-sync/<version>`. */
  readonly tool: string;
  readonly project: string;
  /** Absent for commands that need no tenant. */
  readonly tenant?: TenantHeader;
}

export interface TenantHeader {
  readonly url: string;
  /** The chosen environment's name. */
  readonly environment?: string;
  /** What a plan is bound to: the origin, or `sandbox`, whose port differs from run to run. */
  readonly identity?: string;
  /** Where tenant and credentials come from: `config`, `--tenant`, `--sandbox` … */
  readonly source: string;
}

/** Files of one extension that are not uploaded. */
export interface LeftOut {
  readonly extension: string;
  readonly files: readonly LeftOutFile[];
}

export interface ValidateReport {
  readonly kind: 'validate';
  readonly header: RunHeader;
  readonly extensions: readonly ValidatedExtension[];
  readonly findings: readonly Finding[];
  readonly exitCode: ExitCode;
}

export interface ValidatedExtension {
  readonly name: string;
  readonly folder: string;
  readonly version?: string;
  readonly files: number;
  readonly bytes: number;
  readonly digest: string;
  readonly leftOut: readonly LeftOutFile[];
}

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

export interface PackReport {
  readonly kind: 'pack';
  readonly header: RunHeader;
  readonly archives: readonly PackedArchive[];
  readonly findings: readonly Finding[];
  readonly exitCode: ExitCode;
}

export interface PackedArchive {
  readonly name: string;
  /** Path relative to the working directory, with `/`. */
  readonly file: string;
  /** The multipart file name that apply would send it under. */
  readonly archiveName: string;
  readonly bytes: number;
  readonly md5: string;
  readonly digest: string;
}

export interface InitReport {
  readonly kind: 'init';
  readonly header: RunHeader;
  /** Relative to the working directory, with `/`. */
  readonly file: string;
  readonly config: InitDocument['config'];
  readonly validation: ValidateReport | Problem;
  /** The command line to go on with. */
  readonly next: string;
  readonly exitCode: ExitCode;
}

/** Why a check came to nothing. */
export interface Problem {
  readonly kind: 'problem';
  readonly message: string;
  readonly hint?: string;
}

/** The git state of the folders; absent outside a repository. */
export interface SourceState {
  readonly commit?: string;
  readonly branch?: string;
  readonly dirty?: boolean;
  /** The CI run's address. */
  readonly ci?: string;
}

export type Report =
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
  | ImpactReport
  | EnvironmentsReport;
