/**
 * Where a project keeps what outlives its machines: `runs/`, `backups/` and `locks/` of a store, each with a part for a
 * tenant and one for a project. Only the holder of the project's lock there writes or removes, so nothing else has to agree.
 */

import type { TenantIdentity } from '../core/model.js';
import type { Store } from '../store/store.js';
import { tenantKey } from './own-place.js';

export interface StorePlace {
  readonly store: Store;
  readonly tenant: TenantIdentity;
  readonly project: string;
}

type StoredKind = 'runs' | 'backups' | 'locks';

/** Ends with `/`. */
export function prefixOf(
  kind: StoredKind,
  { tenant, project }: Pick<StorePlace, 'tenant' | 'project'>,
): string {
  return `${kind}/${tenantKey(tenant)}/${project}/`;
}

/**
 * What the name of a journal says, so that it need not be read for that: when its run ended, no replace of the project was
 * half done, by any run. Missing for a `watch`, between whose writes others may write, and if the lock was lost.
 */
export interface Settled {
  /** Whether any run up to it wrote a theme. */
  readonly themes: 'some' | 'none';
}

/** A journal as an object of its own, once its run has ended. */
export function wholeName(prefix: string, id: string, settled?: Settled): string {
  const mark = settled === undefined ? '' : settled.themes === 'some' ? '.settled-themes' : '.settled';
  return `${prefix}${id}${mark}.jsonl`;
}

/** Offsets in a journal, of whole lines. */
interface Part {
  readonly from: number;
  readonly to: number;
}

/** Some lines, while the run lasts. Its name says what it holds, so a put that takes effect late does no harm. */
export function partName(prefix: string, id: string, { from, to }: Part): string {
  const [first, last] = [from, to].map((offset) => String(offset).padStart(9, '0'));
  return `${prefix}${id}.${first}-${last}.jsonl`;
}

export interface RunObject {
  readonly name: string;
  readonly tenantKey: string;
  readonly id: string;
  /** Absent for a whole journal. */
  readonly part?: Part;
  readonly settled?: Settled;
}

/** `undefined` for a name that no run has given. */
export function parseRunObject(name: string): RunObject | undefined {
  const match =
    /^runs\/([a-z0-9_-][a-z0-9._-]*)\/[a-z0-9-]+\/(\d{8}T\d{6}Z-[0-9a-f]{4})(?:\.(\d{9})-(\d{9})|\.(settled(?:-themes)?))?\.jsonl$/.exec(
      name,
    );
  const [, key, id, from, to, mark] = match ?? [];
  if (key === undefined || id === undefined) return undefined;
  return {
    name,
    tenantKey: key,
    id,
    ...(to !== undefined && { part: { from: Number(from), to: Number(to) } }),
    ...(mark !== undefined && { settled: { themes: mark === 'settled' ? 'none' : 'some' } }),
  };
}

/** The newest settled run, with what all settled ones say about themes. @param runs those of one project */
export function findSettled(
  runs: readonly RunObject[],
): (RunObject & { readonly settled: Settled }) | undefined {
  const settled = runs.filter((run) => run.settled !== undefined);
  const [first, ...rest] = settled;
  if (first === undefined) return undefined;
  const newest = rest.reduce((a, b) => (a.id > b.id ? a : b), first);
  // Of two that ended in one second, either may be the later one.
  const themes = settled.some((run) => run.settled?.themes === 'some') ? 'some' : 'none';
  return { ...newest, settled: { themes } };
}
