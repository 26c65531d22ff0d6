/** Removes from a store what retention removed here, under the project's lock. */

import pLimit from 'p-limit';
import { parseRunObject, prefixOf, type StorePlace } from './store-place.js';

interface Trimming {
  /** The ids of the runs that are too old. */
  readonly outdated: ReadonlySet<string>;
  /** The ids of all others that are known here. */
  readonly staying: ReadonlySet<string>;
  /** Digests that the journals of those mention; absent where one of them cannot be read. */
  readonly mentioned: ReadonlySet<string> | undefined;
}

const removalsAtOnce = 8;

/** What cannot be removed stays for the next time. @throws StoreError */
export async function trimStore(
  place: StorePlace,
  { outdated, staying, mentioned }: Trimming,
): Promise<void> {
  const [stored, backups] = await Promise.all([
    place.store.list(prefixOf('runs', place)),
    place.store.list(prefixOf('backups', place)),
  ]);
  const runs = stored.objects.flatMap(({ name }) => {
    const run = parseRunObject(name);
    return run === undefined ? [] : [{ name, ...run }];
  });
  const whole = new Set(runs.filter(({ part }) => part === undefined).map(({ id }) => id));
  const leaving = runs.filter(({ id, part }) => outdated.has(id) || (part !== undefined && whole.has(id)));
  // A journal that is not known here may mention anything.
  const isSeen = runs.every(({ id }) => outdated.has(id) || staying.has(id));
  const unmentioned = backups.objects.filter(({ name }) => {
    const key = /([0-9a-f]{32}|[0-9a-f]{64})\.(?:zip|json)$/.exec(name)?.[1];
    return isSeen && mentioned !== undefined && key !== undefined && !mentioned.has(key);
  });
  const limit = pLimit(removalsAtOnce);
  await Promise.all([...leaving, ...unmentioned].map(({ name }) => limit(() => place.store.remove(name))));
}
