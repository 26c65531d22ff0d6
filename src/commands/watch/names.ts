/** The names that the loop turns over: which wait to be looked at, which are. */

export interface Names {
  /** To be looked at, each with `performance.now()` of its first change. */
  readonly pending: Map<string, number>;
  /** Looked at or written. */
  readonly busy: Set<string>;
}

/** Stands for everything among the names; no extension is called so, since Qlik's names hold no `/`. */
export const everything = '/';

/** One that waits already keeps the time of its first change. */
export function addPending({ pending }: Names, name: string, since: number): void {
  if (!pending.has(name)) pending.set(name, since);
}

/**
 * Everything waits until nothing is busy, since it may write any name; and while it looks, nothing else starts.
 *
 * @returns what is to be looked at now, which waits no longer
 */
export function takeReady(
  { pending, busy }: Names,
  isResting: (name: string) => boolean,
): ReadonlyMap<string, number> {
  const mustWait = (name: string): boolean => busy.has(name) || isResting(name);
  if (mustWait(everything)) return new Map();
  if (pending.has(everything)) return busy.size > 0 ? new Map() : take(pending, () => true);
  return take(pending, (name) => !mustWait(name));
}

function take(pending: Map<string, number>, isReady: (name: string) => boolean): ReadonlyMap<string, number> {
  const ready = new Map([...pending].filter(([name]) => isReady(name)));
  for (const name of ready.keys()) pending.delete(name);
  return ready;
}
