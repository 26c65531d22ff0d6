/** Removes from a store what retention removed here, under the project's lock. */

import pLimit from 'p-limit';
import { fileName } from '../core/digest.js';
import { contentKey } from './backup/content-names.js';
import { prefixOf, type RunObject, type StorePlace } from './store-place.js';

interface Trimming {
  /** What this run found when it took the lock. */
  readonly runs: readonly RunObject[];
  /** Called right before each removal. */
  readonly isHeld: () => boolean;
  /** The ids of the runs that are too old. */
  readonly outdated: ReadonlySet<string>;
  /** The ids of all others that are known here. */
  readonly staying: ReadonlySet<string>;
  /** In the journals of those. */
  readonly findMentioned: FindMentioned;
}

/** Which of these digests journals mention; `undefined` if one of them cannot be read. */
export type FindMentioned = (keys: ReadonlySet<string>) => Promise<ReadonlySet<string> | undefined>;

const removalsAtOnce = 8;

/**
 * Backups are only considered when a run is removed, since nothing else releases one. What cannot be removed stays for the
 * next time. If the lock is lost meanwhile, nothing more is removed. @throws StoreError
 */
export async function trimStore(
  place: StorePlace,
  { runs, isHeld, outdated, staying, findMentioned }: Trimming,
): Promise<void> {
  const whole = new Set(runs.filter(({ part }) => part === undefined).map(({ id }) => id));
  const leaving = runs.filter(({ id, part }) => outdated.has(id) || (part !== undefined && whole.has(id)));
  // A journal that is not known here may mention anything.
  const isSeen = runs.every(({ id }) => outdated.has(id) || staying.has(id));
  const mayBeLoose = isSeen && runs.some(({ id }) => outdated.has(id));
  const backups = mayBeLoose ? (await place.store.list(prefixOf('backups', place))).objects : [];
  const keys = new Map<string, string>();
  for (const { name } of backups) {
    const key = contentKey(fileName(name));
    if (key !== undefined) keys.set(name, key);
  }
  const mentioned = keys.size === 0 ? undefined : await findMentioned(new Set(keys.values()));
  const unmentioned = [...keys].flatMap(([name, key]) => (mentioned?.has(key) === false ? [{ name }] : []));
  const limit = pLimit(removalsAtOnce);
  const remove = async ({ name }: { readonly name: string }): Promise<void> => {
    if (isHeld()) await place.store.remove(name);
  };
  await Promise.all([...leaving, ...unmentioned].map((one) => limit(remove, one)));
}
