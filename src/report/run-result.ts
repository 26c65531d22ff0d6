/** What a run came to, in the shape that the report files are made from. */

import type { ExtensionComparison } from '../core/comparison.js';
import {
  type ExitCode,
  exitCodes,
  FindingsError,
  SourceError,
  TenantError,
  UserError,
} from '../core/errors.js';
import type { Refusal } from '../core/guard.js';
import type { Impact } from '../core/impact.js';
import type { Finding, Outcome, Plan } from '../core/model.js';
import type { SourceState } from '../core/past-run.js';
import type { Pulled } from '../core/pulled.js';
import type { Drift } from './drift-report.js';
import type { PackedArchive } from './pack-report.js';
import type { LeftOut, PlanReport } from './plan-report.js';
import type { TenantHeader } from './run-header.js';
import type { ValidatedExtension } from './validate-report.js';

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
  readonly backups?: NonNullable<PlanReport['backups']>;
  readonly undoes?: NonNullable<PlanReport['undoes']>;
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
  readonly failure?: Failure;
  /** A run over several environments: one of these for each. */
  readonly reports?: readonly ReportParts[];
}

export interface PartHeader {
  readonly command: string;
  readonly tool: string;
  /** Absent where the run stopped before the config was read. */
  readonly project?: string;
  readonly tenant?: TenantHeader;
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
  /** Present where the run stopped early. */
  readonly error?: unknown;
}

export function describeRun(ending: RunEndingInput): RunResult {
  const { command, tool, exitCode, folder, report } = ending;
  const shown: ReportParts = report ?? { header: { command, tool }, exitCode };
  const [first = shown, ...others] = flatten(shown);
  const single = others.length === 0 ? { ...first, exitCode } : first;
  const told = 'error' in ending ? fail(single, ending.error, exitCode) : single;
  return { command, tool, exitCode, folder, parts: [told, ...others] };
}

function flatten(parts: ReportParts): readonly ReportParts[] {
  return parts.reports === undefined ? [parts] : parts.reports.flatMap(flatten);
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
