/**
 * Renames that wait for their approval, and changes that may be one. A look at everything finds them by their contents;
 * from then on they wait as long as one name is only in the folders and the other only on the tenant. A save does not end
 * that, although it looks at one name alone, and may leave so little in common that nobody would compare the two again.
 */

import type { Blocked, Change, TenantIdentity } from '../core/model.js';
import { editChanges, type PlannedRun } from '../pipeline/planned.js';

export interface RenameHolds {
  /** The plan with waiting changes blocked. @param look whether everything was looked at, or names alone */
  readonly hold: (planned: PlannedRun, look: 'everything' | 'names', tenant: TenantIdentity) => PlannedRun;
}

/** `rename` is absent if the contents could not be compared: each look at everything tries that again. */
type Held = Pick<Change, 'rename'> & { readonly blocked: Blocked };

export function createRenameHolds(): RenameHolds {
  let held: ReadonlyMap<string, Held> = new Map();
  return {
    hold: (planned, look, tenant) => {
      const changes = new Map(planned.plan.changes.map((change) => [change.name, change]));
      const waiting = [...held].filter(([name, { rename }]) => isLeft(name, rename, changes, look));
      const waits = new Map(waiting);
      const isLate = ({ name, action, blocked }: Change): boolean =>
        blocked === undefined && action !== 'none' && waits.has(name);
      const blocked = planned.plan.changes.some(isLate)
        ? editChanges(planned, tenant, (change) =>
            isLate(change) ? { ...change, ...waits.get(change.name) } : change,
          )
        : planned;
      // What could not be compared this time is what it was found to be before.
      if (look === 'everything') held = new Map([...findHeld(blocked.plan.changes), ...waits]);
      return blocked;
    },
  };
}

function findHeld(changes: readonly Change[]): readonly (readonly [string, Held])[] {
  return changes.flatMap(({ name, rename, blocked }) =>
    blocked?.rail === 'rename' ? [[name, { ...(rename && { rename }), blocked }] as const] : [],
  );
}

/** A look at names alone does not include the one that goes. */
function isLeft(
  name: string,
  rename: Held['rename'],
  changes: ReadonlyMap<string, Change>,
  look: 'everything' | 'names',
): boolean {
  if (rename === undefined) return look === 'names' && changes.get(name)?.action === 'create';
  const [from, to] = 'from' in rename ? [rename.from, name] : [name, rename.to];
  if (look === 'names') return changes.get(to)?.action === 'create';
  return changes.get(to)?.action === 'create' && changes.get(from)?.state === 'orphan';
}
