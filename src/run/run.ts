/** What every step of a run is given. */

import type { OpenTenant } from './connect.js';
import type { Io, Notices } from './io.js';
import type { Past } from './past.js';
import type { Settings } from './settings.js';
import type { RunStore } from './store.js';

export interface Run {
  readonly settings: Settings;
  readonly tenant: OpenTenant;
  readonly io: Io;
  /** Aborted by an interrupt, or with a `TimeoutError` by `--max-duration`: nothing further is started then. */
  readonly signal: AbortSignal;
  readonly notices: Notices;
  /** Only for runs that write, and if the project has one. */
  readonly store?: RunStore | undefined;
  /** To be awaited before the tenant is read: no other run writes after it. Resolved at once for runs that only read. */
  readonly begun: Promise<void>;
  readonly past: Past;
}

/** Where a run reads and writes, before its tenant is open. */
export type Place = Pick<Run, 'settings' | 'io'>;
