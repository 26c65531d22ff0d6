/** `driftIgnore`: departures that somebody knows of and has a reason for, until a day. */

import type { DriftIgnore } from '../../config/config.js';
import { createSelector } from '../proposal/selection.js';

export interface Ignores {
  /** The entry that hides this name today. */
  readonly find: (name: string) => { readonly reason: string; readonly until: string } | undefined;
  readonly expired: readonly DriftIgnore[];
}

/** The last day counts as a whole, in UTC. */
export async function compileIgnores(entries: readonly DriftIgnore[], now: Date): Promise<Ignores> {
  const today = now.toISOString().slice(0, 10);
  const active = entries.filter(({ until }) => until >= today);
  const compiled = await Promise.all(
    active.map(async ({ name, reason, until }) => ({
      selector: await createSelector([name]),
      entry: { reason, until },
    })),
  );
  return {
    find: (name) => compiled.find(({ selector }) => selector?.matches(name))?.entry,
    expired: entries.filter(({ until }) => until < today),
  };
}
