/** A plan, and what was done of it, as documents. */

import type { ApplyDocument, PlanDocument } from '../documents.js';
import { headOf, placeOf } from '../head-json.js';
import type { RunHeader } from '../run-header.js';
import type { ApplyReport, PlanReport } from './report.js';

export function planDocumentOf(report: PlanReport): PlanDocument {
  return { command: 'plan', ...planFieldsOf(report) };
}

export function applyDocumentOf(report: ApplyReport): ApplyDocument {
  const { header, undoes, promotes, outcomes, ms } = report;
  return {
    command: writingCommand(header.command),
    ...planFieldsOf(report),
    ...(undoes !== undefined && { undoes }),
    ...(promotes !== undefined && { promotes }),
    outcomes,
    ms,
  };
}

/** The commands that write share one document. */
function writingCommand(command: RunHeader['command']): ApplyDocument['command'] {
  return command === 'rollback' || command === 'adopt' || command === 'promote' ? command : 'apply';
}

function planFieldsOf(report: PlanReport | ApplyReport): Omit<PlanDocument, 'command'> {
  const { header, source, plan, findings, leftOut, refusals, exitCode } = report;
  const { backups, comparisons, impact, request } = report;
  return {
    ...headOf({ ...header, project: plan.project }),
    ...placeOf(header),
    source,
    digest: plan.digest,
    summary: plan.summary,
    requests: plan.requests,
    changes: plan.changes,
    findings,
    leftOut,
    refusals,
    ...(backups !== undefined && { backups }),
    ...(comparisons !== undefined && { comparisons }),
    ...(impact !== undefined && { impact }),
    ...(request !== undefined && { request }),
    exitCode,
  };
}
