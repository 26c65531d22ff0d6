/** The store of the running test, where it is one of those that run over stores (`over-stores.ts`). */

import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import type { Store } from '../../src/store/store.js';
import type { StoreKind, TestStore, Variables } from './stores.js';

/** One of each kind for all files of a worker; each folder has a prefix of its own. */
const started = new Map<StoreKind, Promise<TestStore>>();

let current: TestStore | undefined;

/** Before each test. */
export async function enterStore(kind: StoreKind | undefined): Promise<void> {
  if (kind === undefined) {
    current = undefined;
    return;
  }
  const starting =
    started.get(kind) ?? import('./stores.js').then(({ startTestStore }) => startTestStore(kind));
  started.set(kind, starting);
  current = await starting;
}

/** What every command of the running test has in its environment. */
export function storeVariables(cwd = '.'): Variables {
  return current === undefined ? {} : { ...current.env, QLIK_SYNC_STORE: addressFor(current, cwd) };
}

/** The store of the commands that the running test runs in that folder; absent where it has none. */
export async function openStoreOf(cwd: string): Promise<Store | undefined> {
  if (current === undefined) return undefined;
  const { openAt } = await import('./stores.js');
  return openAt(addressFor(current, cwd), current.env);
}

function addressFor({ address }: TestStore, cwd: string): string {
  const [place, query] = address.split('?');
  // A folder on a share has to lie in one that is there.
  const separator = address.startsWith('file:') ? '-' : '/';
  const own = `${place}${separator}${basename(cwd)}-${createHash('md5').update(cwd).digest('hex').slice(0, 8)}`;
  return query === undefined ? own : `${own}?${query}`;
}
