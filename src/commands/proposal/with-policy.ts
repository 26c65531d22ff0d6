/** A plan goes past the config's policy command before it is shown, so that its words stand with the other rails. */

import { assertExecutionAllowed } from '../../config/execution.js';
import { workOf } from '../../core/work.js';
import { renderJson } from '../../report/json.js';
import type { RunPlace } from '../run-place.js';
import { type Judged, reportOf } from './judged.js';

/** The same where there is no policy or nothing to write. @throws UserError where the policy cannot be asked */
export async function withPolicy<T extends Judged>(judged: T, { settings, io }: RunPlace): Promise<T> {
  const { policyCommand, policyVariables = [], displayFile, root } = settings.config;
  if (policyCommand === undefined || workOf(judged.guard.plan).length === 0) return judged;
  assertExecutionAllowed(settings.execution, `policy in ${displayFile} runs the command ${policyCommand[0]}`);
  const { askPolicy } = await import('./policy-hook.js');
  const refusal = await askPolicy(renderJson(reportOf(judged)), {
    command: policyCommand,
    variables: policyVariables,
    cwd: root,
    env: io.env,
    signal: io.interrupted,
  });
  if (refusal === undefined) return judged;
  return { ...judged, guard: { ...judged.guard, policy: refusal } };
}
