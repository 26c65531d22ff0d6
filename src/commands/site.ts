/** Where a command works: one environment, alone or beside others. */

import type { Governor } from '../tenant/governor.js';
import type { Wait } from '../tenant/sending.js';
import type { Io } from './io.js';
import type { Settings } from './settings.js';

export interface Site {
  readonly settings: Settings;
  readonly io: Io;
  /** Absent: the connection has a governor of its own. */
  readonly governorFor?: GovernorFor;
}

/** The one governor of a tenant, whose limits all environments of a command share. @param origin of the tenant */
export type GovernorFor = (origin: string, onWait: (wait: Wait) => void) => Governor;

/** What a connection takes from its site. */
export function sharedBy({ governorFor }: Site): Pick<Site, 'governorFor'> {
  return governorFor === undefined ? {} : { governorFor };
}
