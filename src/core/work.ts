/** What a plan would do: all that is neither left as it is nor stopped by a rail. */

import type { Action } from './model.js';

/** As much of a change, of this plan or a reviewed one, as tells whether it is written. */
interface Decided {
  readonly action: Action;
  readonly blocked?: unknown;
}

export function isWritten({ action, blocked }: Decided): boolean {
  return action !== 'none' && blocked === undefined;
}

export function workOf<T extends Decided>({ changes }: { readonly changes: readonly T[] }): readonly T[] {
  return changes.filter(isWritten);
}
