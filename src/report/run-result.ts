/** The result of a run, in the shape that report files are made from. */

import type { Check } from '../core/check.js';
import type { ExtensionComparison } from '../core/comparison.js';
import { FindingsError, SourceError, TenantError, UserError } from '../core/errors.js';
import { type ExitCode, exitCodes } from '../core/exit-codes.js';
import type { FleetStatus } from '../core/fleet-status.js';
import type { Refusal } from '../core/guard.js';
import type { Impact } from '../core/impact/impact.js';
import type { Finding, Plan } from '../core/model.js';
import type { OriginsPlan } from '../core/origins/model.js';
import type { Outcome } from '../core/outcome.js';
import type { SourceState } from '../core/past-run.js';
import type { Preview, PreviewBrowserFacts } from '../core/preview.js';
import type { Pulled } from '../core/pulled.js';
import type { ResolvedTarget, ResolvedValue } from './config.js';
import type { Drift } from './drift.js';
import type { UnreachedEnvironment } from './fleet-status.js';
import type { PastRun } from './history.js';
import type { ImpactQuestion } from './impact.js';
import type { Problem } from './init.js';
import type { PackedArchive } from './pack.js';
import type { LeftOut, PlanReport } from './plan.js';
import type { TenantHeader } from './run-header.js';
import type { ValidatedExtension, ValidateReport } from './validate.js';

export interface RunResult {
  readonly command: string;
  /** `qlik-sync/<version>`. */
  readonly tool: string;
  readonly exitCode: ExitCode;
  /** The working directory relative to the repository's root, with `/`, which CI systems start from; empty at the root. */
  readonly folder: string;
  /** One for each environment; never empty. */
  readonly parts: readonly ReportParts[];
}

/**
 * What the formats look at. Every report has some of these fields, so each can be passed as it is. Formats switch on
 * `kind`; which fields are present decides nothing.
 */
export interface ReportParts {
  readonly kind: PartKind;
  readonly header: PartHeader;
  readonly exitCode: ExitCode;
  readonly source?: SourceState;
  readonly plan?: Plan;
  readonly findings?: readonly Finding[];
  readonly leftOut?: readonly LeftOut[];
  readonly refusals?: readonly Refusal[];
  readonly comparisons?: readonly ExtensionComparison[];
  readonly impact?: Impact;
  /** The question of `impact`; absent if the impact is that of a plan. */
  readonly question?: ImpactQuestion;
  readonly backups?: NonNullable<PlanReport['backups']>;
  readonly undoes?: NonNullable<PlanReport['undoes']>;
  readonly rollbackGoal?: NonNullable<PlanReport['rollbackGoal']>;
  readonly promotes?: NonNullable<PlanReport['promotes']>;
  readonly outcomes?: readonly Outcome[];
  /** Of entries of the Content Security Policy. */
  readonly originOutcomes?: readonly Outcome[];
  /** Milliseconds from the first write to the last answer. */
  readonly ms?: number;
  /** What `validate` checked. */
  readonly extensions?: readonly ValidatedExtension[];
  readonly archives?: readonly PackedArchive[];
  /** Where the tenant differs from the folders; the plan is then only what would undo it. */
  readonly drift?: readonly Drift[];
  /** For a drift that another run found, whose plan is not known; otherwise they are in the plan. */
  readonly origins?: OriginsPlan;
  /** What `pull` wrote to folders, and what it could not. */
  readonly pulled?: readonly Pulled[];
  /** What `preview` saw, by what, and its pictures in base64 by their names. */
  readonly previews?: readonly Preview[];
  readonly browser?: PreviewBrowserFacts;
  readonly pictures?: ReadonlyMap<string, string>;
  /** What `history` shows, newest first, and the files that cannot be read as journals. */
  readonly runs?: readonly PastRun[];
  readonly unreadable?: readonly string[];
  /** What `doctor` checked. */
  readonly checks?: readonly Check[];
  /** What `fleet status` found. */
  readonly status?: FleetStatus;
  readonly unreached?: readonly UnreachedEnvironment[];
  /** What `init` found when it validated the config it wrote. */
  readonly validation?: ValidateReport | Problem;
  /** What `config` shows: the file with its settings, the shared options, the tenant. */
  readonly file?: string;
  readonly settings?: readonly ResolvedValue[];
  readonly options?: readonly ResolvedValue[];
  readonly target?: ResolvedTarget;
  readonly failure?: Failure;
  /** A run over several environments: one for each of them; empty if its shard has no environment. */
  readonly reports?: readonly ReportParts[];
}

export function originsOf({ plan, origins }: Pick<ReportParts, 'plan' | 'origins'>): OriginsPlan | undefined {
  return plan?.origins ?? origins;
}

/** A kind of report, or `unreported`: the run stopped before it had one. */
type PartKind =
  | 'validate'
  | 'plan'
  | 'apply'
  | 'pack'
  | 'init'
  | 'pull'
  | 'preview'
  | 'drift'
  | 'history'
  | 'config'
  | 'doctor'
  | 'fleet'
  | 'impact'
  | 'environments'
  | 'unreported';

interface PartHeader extends KnownPlace {
  readonly command: string;
  readonly tool: string;
}

/** What a run was for, as far as it is known. */
export interface KnownPlace {
  /** Absent if the run stopped before the config was read. */
  readonly project?: string;
  readonly tenant?: TenantHeader;
  /** The environments that were named, if no tenant is known. */
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

interface RunEndingInput {
  readonly command: string;
  readonly tool: string;
  readonly exitCode: ExitCode;
  readonly folder: string;
  /** The last one shown; a run that failed may have shown its plan first. */
  readonly report: ReportParts | undefined;
  /** For a run without a report. */
  readonly place?: KnownPlace | undefined;
  /** Present if the run stopped early. */
  readonly error?: unknown;
}

export function describeRun(ending: RunEndingInput): RunResult {
  const { command, tool, exitCode, folder, report, place } = ending;
  const unreported = { kind: 'unreported', header: { command, tool, ...place }, exitCode } as const;
  const shown: ReportParts = report ?? unreported;
  const [first = withoutEmptyName(shown), ...others] = flatten(shown);
  const single = others.length === 0 ? { ...first, exitCode } : first;
  const ended = 'error' in ending ? fail(single, ending.error, exitCode) : single;
  return { command, tool, exitCode, folder, parts: [ended, ...others] };
}

function flatten(parts: ReportParts): readonly ReportParts[] {
  if (parts.reports !== undefined) return parts.reports.flatMap(flatten);
  const { validation } = parts;
  const part = withoutEmptyName(parts);
  if (validation?.kind !== 'validate') return [part];
  const { extensions, findings } = validation;
  return [{ ...part, extensions, findings }];
}

/** A report whose run knew no project has the empty name. */
function withoutEmptyName(parts: ReportParts): ReportParts {
  const { project, ...header } = parts.header;
  return project === '' ? { ...parts, header } : parts;
}

function fail(parts: ReportParts, error: unknown, exitCode: ExitCode): ReportParts {
  const findings = error instanceof FindingsError ? { findings: error.findings } : {};
  const failure = exitCode === exitCodes.interrupted ? { message: 'Interrupted.' } : failureOf(error);
  return { ...parts, ...findings, exitCode, failure };
}

/** A user's mistake in its own words; a bug without its stack, which belongs in the log. */
function failureOf(error: unknown): Failure {
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
