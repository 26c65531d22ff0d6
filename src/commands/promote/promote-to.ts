/** One environment gets the archives of another, through the same plan, rails, approval and journal as apply. */

import type { ExitCode } from '../../core/errors.js';
import { withImpact } from '../proposal/plan-impact.js';
import { type Approving, type Planned, settle } from '../settle/settle.js';
import type { Site } from '../site.js';
import { runAt } from '../tenant-run.js';
import type { Held } from './held.js';
import { proposePromotion } from './propose-promotion.js';

export type Promoting = Pick<Planned, 'signal' | 'onRun'>;

export function promoteTo(
  held: Held,
  given: Approving,
  site: Site,
  { signal, onRun }: Promoting,
): Promise<ExitCode> {
  return runAt('promote', site, signal, async (place, running) => {
    const proposed = await proposePromotion(held, given, place);
    const proposal = await withImpact(proposed, place, given, { until: running.signal });
    const told = onRun !== undefined && { onRun };
    return settle(place, { command: 'promote', proposal, ...told, ...running }, given);
  });
}
