/** A plan goes past the config's policy command before it is shown, so that its words stand with the other rails. */

import { assertExecutionAllowed } from '../config/execution.js';
import { findRefusals, type GuardInput } from '../core/guard.js';
import { renderJson } from '../report/json.js';
import type { PlanReport } from '../report/report.js';
import type { RunPlace } from './exclusive.js';

interface Judged {
  readonly guard: GuardInput;
  readonly report: PlanReport;
}

/** The same where there is no policy or nothing to write. @throws UserError where the policy cannot be asked */
export async function withPolicy<T extends Judged>(judged: T, { settings, io }: RunPlace): Promise<T> {
  const { policyCommand, displayFile, root } = settings.config;
  const writes = judged.guard.plan.changes.some(
    ({ action, blocked }) => action !== 'none' && blocked === undefined,
  );
  if (policyCommand === undefined || !writes) return judged;
  assertExecutionAllowed(settings.execution, `policy in ${displayFile} runs the command ${policyCommand[0]}`);
  const { askPolicy } = await import('./policy-hook.js');
  const refusal = await askPolicy(renderJson({ ...judged.report, kind: 'plan' }), {
    command: policyCommand,
    cwd: root,
    env: io.env,
    signal: io.interrupted,
  });
  if (refusal === undefined) return judged;
  const guard = { ...judged.guard, policy: refusal };
  return { ...judged, guard, report: { ...judged.report, refusals: findRefusals(guard) } };
}
