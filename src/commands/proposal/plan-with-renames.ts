/** A plan that knows what was probably renamed. */

import type { ActualExtension, DesiredExtension, Finding, Plan } from '../../core/model.js';
import type { PlanInput } from '../../core/plan.js';
import { findRenameCandidates, type RenameSearch } from '../../core/rename.js';
import { finding } from '../../core/rules.js';
import { searchRenames } from '../../reconcile/rename.js';
import type { CountingReader } from './archive-reader.js';

export interface Planning {
  readonly desired: readonly DesiredExtension[];
  readonly actual: readonly ActualExtension[];
  readonly planFrom: (found: Pick<PlanInput, 'reads' | 'renames'>) => Plan;
}

/** Where something goes and something comes, their contents are compared, and it is planned again. */
export async function planWithRenames(
  { desired, actual, planFrom }: Planning,
  { readArchive, downloads }: CountingReader,
): Promise<{ readonly decided: Plan; readonly findings: readonly Finding[] }> {
  const first = planFrom({ reads: 1 + downloads() });
  if (findRenameCandidates(first.changes) === undefined) return { decided: first, findings: [] };
  const renames = await searchRenames(first, desired, actual, readArchive);
  const decided = planFrom({ reads: 1 + downloads(), renames });
  return { decided, findings: renames.uncompared.map(describeUncompared) };
}

function describeUncompared({ name, reason }: RenameSearch['uncompared'][number]): Finding {
  return finding('rename-unchecked', {
    extension: name,
    message: `${name}, which would be deleted, could not be compared with what would be created: ${reason}`,
    hint: 'If it was renamed, sheets that use the old name break.',
  });
}
