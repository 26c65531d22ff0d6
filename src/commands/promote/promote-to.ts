/** One environment gets the archives of another, through the same plan, rails, approval and journal as apply. */

import type { ExitCode } from '../../core/exit-codes.js';
import { applyPlanned, type Recorded } from '../../pipeline/apply.js';
import { addImpact } from '../../pipeline/impact.js';
import { planPromotion, type SourceEnvironment } from '../../pipeline/plan-promotion.js';
import type { Approvals, RunFlags } from '../../run/flags.js';
import { runOn } from '../../run/on-tenant.js';
import type { Run } from '../../run/run.js';

export type PromoteFlags = RunFlags &
  Approvals & {
    /** `canary/eu,us`; absent: one environment. */
    readonly waves?: string;
    readonly onWaveFailure?: 'stop' | 'restore';
  };

export function promoteTo(
  target: Pick<Run, 'settings' | 'io' | 'signal'>,
  source: SourceEnvironment,
  flags: PromoteFlags,
  onJournal: Recorded['onJournal'] = () => undefined,
): Promise<ExitCode> {
  return runOn('promote', target, async (run) => {
    const planned = await addImpact(run, await planPromotion(run, source, flags), flags);
    return applyPlanned(run, planned, flags, { command: 'promote', onJournal });
  });
}
