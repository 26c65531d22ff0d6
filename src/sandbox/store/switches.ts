/** How the sandbox's store departs from a good one, changed while it runs. */

import { isObject } from '../../core/json.js';
import { StoreRefusal } from './answers.js';

export interface Switches {
  /** Lists show what existed this many milliseconds ago. */
  readonly listLagMs: number;
  /** `ignored`: `If-None-Match` and `If-Match` have no effect, as with many servers; `refused`: 501. */
  readonly conditions: 'obeyed' | 'ignored' | 'refused';
  /** How many milliseconds the store's clock is ahead. */
  readonly skewMs: number;
  /** Methods that are permitted to no one. */
  readonly denied: readonly string[];
  /** How many bytes fit in altogether; absent: unlimited. */
  readonly capacity?: number;
  /** Whether the bucket's policy lets everyone read it. */
  readonly isPublic: boolean;
}

export const goodStore: Switches = {
  listLagMs: 0,
  conditions: 'obeyed',
  skewMs: 0,
  denied: [],
  isPublic: false,
};

/** @throws {StoreRefusal} 400 */
export function readSwitches(value: unknown): Switches {
  if (!isObject(value)) throw new StoreRefusal(400, 'InvalidRequest', 'Switches are an object.');
  const unknown = Object.keys(value).find((name) => !(name in goodStore) && name !== 'capacity');
  if (unknown !== undefined) throw new StoreRefusal(400, 'InvalidRequest', `There is no switch ${unknown}.`);
  return { ...goodStore, ...(value as Partial<Switches>) };
}
