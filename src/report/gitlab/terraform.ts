/** The numbers of GitLab's Terraform widget in a merge request (`artifacts:reports:terraform`). */

import { countRun } from '../run-counts.js';
import type { ReportParts, RunResult } from '../run-result.js';

/**
 * A replace is a delete and a create, as Terraform counts it. Blocked changes are none. Where an environment has no plan
 * no number would be true: of a report without them the widget says that it generated an error (gitlabhq,
 * `lib/gitlab/ci/parsers/terraform/tfplan.rb`: `missing_json_keys`).
 */
export function renderTerraform(result: RunResult): string {
  return `${JSON.stringify(result.parts.every(isPlanned) ? countOf(result) : { error: 'no plan' })}\n`;
}

function isPlanned({ plan, failure, reports }: ReportParts): boolean {
  return reports?.length === 0 || (plan !== undefined && failure === undefined);
}

function countOf(result: RunResult): Readonly<Record<'create' | 'update' | 'delete', number>> {
  const { create, update, replace, delete: deletes } = countRun(result);
  return { create: create + replace, update, delete: deletes + replace };
}
