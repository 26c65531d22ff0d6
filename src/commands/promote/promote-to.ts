/** One environment gets the archives of another, through the same plan, rails, approval and journal as apply. */

import type { ExitCode } from '../../core/exit-codes.js';
import type { Waves } from '../../core/fleet.js';
import { type Approving, type Planned, settle } from '../../pipeline/apply.js';
import { withImpact } from '../../pipeline/impact.js';
import { type Held, proposePromotion } from '../../pipeline/plan-promotion.js';
import type { GovernorFor, Site } from '../../run/connect.js';
import type { Io } from '../../run/io.js';
import { type RunFlags, runAt } from '../../run/on-tenant.js';
import type { SettingsSource } from '../../run/settings.js';

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

// What a promote is asked for.

export type PromoteFlags = RunFlags &
  Approving & {
    /** `canary/eu,us`; absent: one environment. */
    readonly waves?: string;
    readonly onWaveFailure?: 'stop' | 'restore';
  };

/** One to a fleet. */
export interface PromoteWaves {
  readonly held: Held;
  readonly waves: Waves;
  readonly given: PromoteFlags;
  readonly source: SettingsSource;
  readonly io: Io;
  readonly governorFor: GovernorFor;
  readonly signal: AbortSignal;
}
