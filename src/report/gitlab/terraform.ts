/** The numbers of GitLab's Terraform widget in a merge request (`artifacts:reports:terraform`). */

import { countRun } from '../run-counts.js';
import type { RunResult } from '../run-result.js';

/** A replace is a delete and a create, as Terraform counts it. Blocked changes are none. */
export function renderTerraform(result: RunResult): string {
  const { create, update, replace, delete: deletes } = countRun(result);
  return `${JSON.stringify({ create: create + replace, update, delete: deletes + replace })}\n`;
}
