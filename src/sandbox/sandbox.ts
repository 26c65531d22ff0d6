/** A running tenant: what every route needs. */

import type { OrganizationTenant } from '../tenant/wire/organization.js';
import type { CspEntries } from './csp/entries.js';
import type { EngineRules } from './engine/rules.js';
import type { Extensions } from './extensions/records.js';
import type { FaultList } from './faults.js';
import type { Holds } from './holds.js';
import type { Keyring } from './http/auth.js';
import type { RequestLog } from './http/log.js';
import type { Limiter } from './http/rate.js';
import type { People, World } from './items/world.js';
import type { Behaviour } from './options.js';
import type { Archives } from './state/archives.js';
import type { Document } from './state/document.js';

export interface Sandbox {
  readonly keys: Keyring;
  readonly people: People;
  readonly behaviour: Behaviour;
  readonly engine: EngineRules;
  readonly latencyMs: number;
  readonly clock: () => number;
  readonly extensions: Document<Extensions>;
  readonly themes: Document<Extensions>;
  readonly archives: Archives;
  readonly world: Document<World>;
  readonly csp: Document<CspEntries>;
  readonly limiter: Limiter;
  readonly faults: FaultList;
  readonly holds: Holds;
  readonly log: RequestLog;
  /** What a console lists; absent: this server is not a console. */
  readonly organization?: () => readonly OrganizationTenant[];
}
