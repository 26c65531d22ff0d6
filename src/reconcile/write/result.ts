/** How a change ended, as its outcome tells. Pure. */

import type { Change, Outcome } from '../../core/model.js';
import type { Ending } from './ending.js';

export function resultOf(ending: Ending, change: Change): Pick<Outcome, 'status' | 'id' | 'error' | 'note'> {
  switch (ending.kind) {
    case 'done': {
      const id = ending.record?.id ?? change.actual?.id;
      return { status: 'done', ...(id && { id }), ...(ending.note && { note: ending.note }) };
    }
    case 'not-applied':
      return { status: 'not-applied', ...(ending.id && { id: ending.id }), error: ending.error };
    case 'absent':
      return { status: wasAccepted(ending.error.status) ? 'not-applied' : 'failed', error: ending.error };
    case 'failed':
    case 'unknown':
      return { status: 'failed', error: ending.error };
    case 'not-attempted':
      return { status: 'not-attempted', error: ending.error };
  }
}

/** A 2xx whose effect is nowhere. */
function wasAccepted(status: number | undefined): boolean {
  return status !== undefined && status < 300;
}
