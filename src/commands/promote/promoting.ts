/** What a promote is asked for. */

import type { Waves } from '../../core/waves.js';
import type { Io } from '../io.js';
import type { SettingsSource } from '../settings.js';
import type { Approving } from '../settle/settle.js';
import type { GovernorFor } from '../site.js';
import type { RunFlags } from '../tenant-run.js';
import type { Held } from './held.js';

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
