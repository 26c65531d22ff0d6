/** For GitLab merge requests: issues as a code quality report, and the numbers of the Terraform widget. */

import { createHash } from 'node:crypto';
import { emptyList, engineName } from '../../core/content/own-document.js';
import { countRun } from '../counts.js';
import { type Issue, issuesOf, sentenceOf } from '../issues.js';
import { printableLines } from '../paint.js';
import type { ReportParts, RunResult } from '../run-result.js';

const severities = { error: 'critical', warning: 'minor', info: 'info' } as const;

/**
 * `artifacts:reports:codequality`. GitLab drops an issue without a path, so an issue without a file has the extension's
 * name.
 */
export function renderCodeQuality(result: RunResult): string {
  const seen = new Map<string, number>();
  const entries = issuesOf(result).map((issue) => {
    const { id, severity, file, extension, line } = issue;
    return {
      engine_name: engineName,
      description: printableLines(sentenceOf(issue)).replaceAll('\n', ' '),
      check_name: id,
      fingerprint: fingerprintOf(issue, seen),
      severity: severities[severity],
      location: { path: file ?? extension ?? 'qlik-sync', lines: { begin: line ?? 1 } },
    };
  });
  return entries.length === 0 ? emptyList : `${JSON.stringify(entries, undefined, 2)}\n`;
}

/** Stable across commits, also when a line moves, and unique within this report. */
function fingerprintOf(
  { id, environment, extension, file, message }: Issue,
  seen: Map<string, number>,
): string {
  const identity = JSON.stringify([id, environment, extension, file, message]);
  const before = seen.get(identity) ?? 0;
  seen.set(identity, before + 1);
  return createHash('sha256')
    .update(`${identity}${before === 0 ? '' : before}`)
    .digest('hex');
}

/**
 * `artifacts:reports:terraform`. A replace counts as a delete and a create, as in Terraform; blocked changes do not count.
 * If an environment has no plan, no number would be true: the widget shows a report without numbers as an error
 * (gitlabhq, `lib/gitlab/ci/parsers/terraform/tfplan.rb`: `missing_json_keys`).
 */
export function renderTerraform(result: RunResult): string {
  const numbers = result.parts.every(isPlanned) ? countOf(result) : { error: 'no plan' };
  return `${JSON.stringify({ ...numbers, tool: result.tool })}\n`;
}

function isPlanned({ plan, failure, reports }: ReportParts): boolean {
  return reports?.length === 0 || (plan !== undefined && failure === undefined);
}

function countOf(result: RunResult): Readonly<Record<'create' | 'update' | 'delete', number>> {
  const { create, update, replace, delete: deletes } = countRun(result);
  return { create: create + replace, update, delete: deletes + replace };
}
