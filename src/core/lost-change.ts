/** A change that a damaged journal no longer tells of: it cannot be undone, and is not passed over. Pure. */

import type { Action, ActualExtension, Change } from './model.js';
import { summariseActual } from './summarise.js';

/** What a run planned for a name; whether it did it is not known. */
export interface LostChange {
  readonly name: string;
  readonly action: Action;
}

const inverse = {
  create: 'delete',
  update: 'update',
  replace: 'update',
  delete: 'create',
  none: 'none',
} as const satisfies Record<Action, Action>;

export function decideLost({ name, action }: LostChange, record: ActualExtension | undefined): Change {
  return {
    name,
    action: inverse[action],
    state: record === undefined ? 'missing' : 'changed',
    reason: 'restored',
    message: 'its journal is damaged',
    ...(record && { actual: summariseActual(record) }),
    blocked: {
      rail: 'no-backup',
      message:
        'the journal of that run is damaged where it may tell of it, so nobody knows what stood there before',
    },
  };
}
