/** A plan, and the outcomes of applying it. */

import type { BackupForecast } from '../core/budget.js';
import type { ExtensionComparison } from '../core/comparison.js';
import type { ExitCode } from '../core/exit-codes.js';
import type { Refusal } from '../core/guard.js';
import type { Impact } from '../core/impact/impact.js';
import type { Change, Finding, LeftOutFile, Plan } from '../core/model.js';
import type { Outcome } from '../core/outcome.js';
import type { ApplyingCommand, SourceState, WritingCommand } from '../core/past-run.js';
import type { ApplyDocument, PlanDocument } from './documents/documents.js';
import type { PlanRequest } from './documents/plan.js';
import { headOf, placeOf } from './json-parts.js';
import type { RunHeader } from './run-header.js';

export interface PlanReport {
  readonly kind: 'plan';
  readonly header: RunHeader;
  readonly source: SourceState;
  readonly plan: Plan;
  readonly findings: readonly Finding[];
  readonly leftOut: readonly LeftOut[];
  /** Run-wide rails that would stop apply. */
  readonly refusals: readonly Refusal[];
  /** Copies of what would be overwritten or deleted, if anything would; `off` is `--no-backup`. */
  readonly backups?: BackupForecast | 'off';
  /** How the two sides of changed extensions differ, if they were compared. */
  readonly comparisons?: readonly ExtensionComparison[];
  /** Which apps use what changes, if apps were read. */
  readonly impact?: Impact;
  /** How the plan was requested; absent if no later run could make the same request. */
  readonly request?: PlanRequest;
  /** Rollback: the runs whose writes it undoes. */
  readonly undoes?: readonly string[];
  /** Whether everything that a run wrote is to be undone, or only some names. */
  readonly rollbackGoal?: 'run' | 'names';
  /** Rollback: the changes that it undoes. */
  readonly undone?: readonly UndoneChange[];
  /** Promote: where the archives come from. */
  readonly promotes?: { readonly environment: string; readonly url: string };
  readonly exitCode: ExitCode;
}

/** A change of a run that is rolled back. */
export interface UndoneChange extends Pick<Change, 'name' | 'action'> {
  readonly command: WritingCommand;
}

/** Of every command that applies a plan. */
export interface ApplyReport extends Omit<PlanReport, 'kind' | 'header'> {
  readonly kind: 'apply';
  readonly header: RunHeader & { readonly command: ApplyingCommand };
  readonly outcomes: readonly Outcome[];
  /** Of entries of the Content Security Policy; absent where none were written. */
  readonly originOutcomes?: readonly Outcome[];
  /** Milliseconds from the first write to the last answer. */
  readonly ms: number;
}

/** Files of one extension that are not uploaded. */
export interface LeftOut {
  readonly extension: string;
  readonly files: readonly LeftOutFile[];
}

export function planDocumentOf(report: PlanReport): PlanDocument {
  return { command: 'plan', ...planFieldsOf(report) };
}

export function applyDocumentOf(report: ApplyReport): ApplyDocument {
  const { header, promotes, outcomes, originOutcomes, ms } = report;
  return {
    command: header.command,
    ...planFieldsOf(report),
    ...(promotes !== undefined && { promotes }),
    outcomes,
    ...(originOutcomes !== undefined && { originOutcomes }),
    ms,
  };
}

function planFieldsOf(report: PlanReport | ApplyReport): Omit<PlanDocument, 'command'> {
  const { header, source, plan, findings, leftOut, refusals, exitCode } = report;
  const { backups, comparisons, impact, request, undoes } = report;
  return {
    ...headOf({ ...header, project: plan.project }),
    ...placeOf(header),
    source,
    digest: plan.digest,
    summary: plan.summary,
    requests: plan.requests,
    changes: plan.changes,
    ...(plan.origins !== undefined && { origins: plan.origins }),
    findings,
    leftOut,
    refusals,
    ...(backups !== undefined && { backups }),
    ...(comparisons !== undefined && { comparisons }),
    ...(impact !== undefined && { impact }),
    ...(request !== undefined && { request }),
    ...(undoes !== undefined && { undoes }),
    exitCode,
  };
}

/** Where the archives come from, if not from the folders. Raw text. */
export function describeOrigin({
  undoes,
  rollbackGoal,
  promotes,
}: Pick<PlanReport, 'undoes' | 'rollbackGoal' | 'promotes'>): readonly string[] {
  return [
    ...(undoes === undefined ? [] : [`Undoes ${describeRuns(undoes, rollbackGoal)}.`]),
    ...(promotes === undefined
      ? []
      : [`Promotes the archives of ${promotes.environment} (${promotes.url}), byte for byte.`]),
  ];
}

function describeRuns(runs: readonly string[], goal: PlanReport['rollbackGoal']): string {
  const what = runs.length === 1 ? 'run' : 'the runs';
  return `${goal === 'names' ? `writes of ${what}` : what} ${runs.join(', ')}`;
}

/** Copies of what would be overwritten or deleted. Raw text. */
export function describeBackups(backups: PlanReport['backups']): readonly string[] {
  if (backups === undefined) return [];
  if (backups === 'off') return ['No backup is kept.'];
  const { stored, download } = backups;
  const known = stored === 0 ? [] : [`${stored} already stored`];
  const missing =
    download === 0 ? [] : [`${download} to download (needs the key of a tenant or analytics admin)`];
  return [`Backups of what the tenant holds now: ${[...known, ...missing].join(', ')}.`];
}
