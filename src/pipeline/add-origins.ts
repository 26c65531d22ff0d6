/** Loads the code for origins only for a project that has anything to do with them. */

import type { Run } from '../run/run.js';
import { usesOrigins } from './declared-origins.js';
import type { OriginGoal } from './origins.js';
import type { PlannedRun } from './planned.js';

/** The plan with its part about origins, which is the last one added. Loads and requests nothing if none are declared. */
export async function addDeclaredOrigins(
  run: Run,
  planned: PlannedRun,
  goal: OriginGoal,
): Promise<PlannedRun> {
  if (!usesOrigins(run.settings)) return planned;
  return (await import('./origins.js')).addOrigins(run, planned, goal);
}
