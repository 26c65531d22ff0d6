/** What a run came to, in the shape that the report files are made from. */

import type { Check } from '../core/check.js';
import type { ExtensionComparison } from '../core/comparison.js';
import { FindingsError, SourceError, TenantError, UserError } from '../core/errors.js';
import { type ExitCode, exitCodes } from '../core/exit-codes.js';
import type { Refusal } from '../core/guard.js';
import type { Impact } from '../core/impact/impact.js';
import type { Finding, Plan } from '../core/model.js';
import type { Outcome } from '../core/outcome.js';
import type { SourceState } from '../core/past-run.js';
import type { Pulled } from '../core/pulled.js';
import type { ResolvedTarget, ResolvedValue } from './config.js';
import type { Drift } from './drift.js';
import type { PastRun } from './history.js';
import type { ImpactQuestion } from './impact.js';
import type { PackedArchive } from './pack.js';
import type { LeftOut, PlanReport } from './plan.js';
import type { TenantHeader } from './run-header.js';
import type { ValidatedExtension } from './validate.js';

export interface RunResult {
  readonly command: string;
  /** `qlik-sync/<version>`. */
  readonly tool: string;
  readonly exitCode: ExitCode;
  /** The working directory relative to the repository's root, with `/`, where a CI system looks from; empty at the root. */
  readonly folder: string;
  /** One for each environment; never empty. */
  readonly parts: readonly ReportParts[];
}

/** What the formats look at. Every kind of report has some of it, so each of them can be given as it is. */
export interface ReportParts {
  readonly header: PartHeader;
  readonly exitCode: ExitCode;
  readonly source?: SourceState;
  readonly plan?: Plan;
  readonly findings?: readonly Finding[];
  readonly leftOut?: readonly LeftOut[];
  readonly refusals?: readonly Refusal[];
  readonly comparisons?: readonly ExtensionComparison[];
  readonly impact?: Impact;
  /** What `impact` was asked; absent where the impact is that of a plan. */
  readonly question?: ImpactQuestion;
  readonly backups?: NonNullable<PlanReport['backups']>;
  readonly undoes?: NonNullable<PlanReport['undoes']>;
  readonly undoGoal?: NonNullable<PlanReport['undoGoal']>;
  readonly promotes?: NonNullable<PlanReport['promotes']>;
  readonly outcomes?: readonly Outcome[];
  /** Milliseconds from the first write to the last answer. */
  readonly ms?: number;
  /** What `validate` looked at. */
  readonly extensions?: readonly ValidatedExtension[];
  readonly archives?: readonly PackedArchive[];
  /** Where the tenant departed; the plan is then only what would undo it. */
  readonly drift?: readonly Drift[];
  /** What `pull` wrote to folders, and what not. */
  readonly pulled?: readonly Pulled[];
  /** What `history` tells, newest first, and the files that are no journals. */
  readonly runs?: readonly PastRun[];
  readonly unreadable?: readonly string[];
  /** What `doctor` looked at. */
  readonly checks?: readonly Check[];
  /** What `config` shows: the file with its settings, the shared options, the tenant. */
  readonly file?: string;
  readonly settings?: readonly ResolvedValue[];
  readonly options?: readonly ResolvedValue[];
  readonly target?: ResolvedTarget;
  readonly failure?: Failure;
  /** A run over several environments: one of these for each; none where its shard has no environment. */
  readonly reports?: readonly ReportParts[];
}

export interface PartHeader extends KnownPlace {
  readonly command: string;
  readonly tool: string;
}

/** Where a run is for, as far as it came to know. */
export interface KnownPlace {
  /** Absent where the run stopped before the config was read. */
  readonly project?: string;
  readonly tenant?: TenantHeader;
  /** The environments that were asked for, where no tenant is known. */
  readonly environments?: readonly string[];
}

/** Why a run stopped. */
export interface Failure {
  readonly message: string;
  readonly hint?: string;
  readonly traceId?: string;
  readonly file?: string;
  /** 1-based. */
  readonly line?: number;
  readonly column?: number;
}

export interface RunEndingInput {
  readonly command: string;
  readonly tool: string;
  readonly exitCode: ExitCode;
  readonly folder: string;
  /** The last one that was shown; a run that failed may have shown its plan before. */
  readonly report: ReportParts | undefined;
  /** For a run without a report. */
  readonly place?: KnownPlace | undefined;
  /** Present where the run stopped early. */
  readonly error?: unknown;
}

export function describeRun(ending: RunEndingInput): RunResult {
  const { command, tool, exitCode, folder, report, place } = ending;
  const shown: ReportParts = report ?? { header: { command, tool, ...place }, exitCode };
  const [first = nameless(shown), ...others] = flatten(shown);
  const single = others.length === 0 ? { ...first, exitCode } : first;
  const told = 'error' in ending ? fail(single, ending.error, exitCode) : single;
  return { command, tool, exitCode, folder, parts: [told, ...others] };
}

function flatten(parts: ReportParts): readonly ReportParts[] {
  return parts.reports === undefined ? [nameless(parts)] : parts.reports.flatMap(flatten);
}

/** A report whose run knew no project calls it by no name. */
function nameless(parts: ReportParts): ReportParts {
  const { project, ...header } = parts.header;
  return project === '' ? { ...parts, header } : parts;
}

function fail(parts: ReportParts, error: unknown, exitCode: ExitCode): ReportParts {
  const findings = error instanceof FindingsError ? { findings: error.findings } : {};
  const failure = exitCode === exitCodes.interrupted ? { message: 'Interrupted.' } : failureOf(error);
  return { ...parts, ...findings, exitCode, failure };
}

/** A person's mistake in its words; our own without its stack, which belongs to the log. */
export function failureOf(error: unknown): Failure {
  const message = error instanceof Error ? error.message : String(error);
  if (!(error instanceof UserError)) return { message: `This is a bug in qlik-sync: ${message}` };
  return {
    message,
    ...(error.hint !== undefined && { hint: error.hint }),
    ...(error instanceof TenantError && error.traceId !== undefined && { traceId: error.traceId }),
    ...(error instanceof SourceError && placeOf(error)),
  };
}

function placeOf({ file, line, column }: SourceError): Partial<Failure> {
  return { file, ...(line !== undefined && { line }), ...(column !== undefined && { column }) };
}
