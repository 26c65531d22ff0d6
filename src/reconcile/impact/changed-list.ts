/** What differs between two lists of the same apps, taken one after the other. */

import type { AppList } from './apps.js';
import { keyOf, type ListedApp } from './listed-app.js';

export interface Moved {
  readonly appeared: readonly ListedApp[];
  readonly changed: readonly ListedApp[];
  readonly left: readonly ListedApp[];
}

/** A second list that is not whole says nothing of what left. */
export function compareLists(before: AppList, after: AppList): Moved {
  const old = new Map(before.apps.map((app) => [keyOf(app), app]));
  const now = new Set(after.apps.map(keyOf));
  return {
    appeared: after.apps.filter((app) => !old.has(keyOf(app))),
    changed: after.apps.filter((app) => {
      const earlier = old.get(keyOf(app));
      return earlier !== undefined && earlier.version.times !== app.version.times;
    }),
    left: after.broken === undefined ? before.apps.filter((app) => !now.has(keyOf(app))) : [],
  };
}

const shown = 5;

/** One sentence, or none. */
export function describeMoved(what: string, apps: readonly ListedApp[]): readonly string[] {
  if (apps.length === 0) return [];
  const names = apps.slice(0, shown).map(({ facts }) => facts.name);
  const more = apps.length > shown ? ` and ${apps.length - shown} more` : '';
  const count = apps.length === 1 ? '1 app' : `${apps.length} apps`;
  return [`${count} ${what}: ${names.join(', ')}${more}`];
}
