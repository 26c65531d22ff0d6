/**
 * Where a project keeps what outlives its machines: `runs/`, `backups/` and `locks/` of a store, each with a part for a
 * tenant and one for a project. Only who holds the project's lock there writes or removes, so nothing else has to agree.
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

/** A journal as an object of its own, once its run has ended. */
export function wholeName(prefix: string, id: string): string {
  return `${prefix}${id}.jsonl`;
}

/** The lines of one moment, while the run lasts. Its name is used once, so a put that lands late does no harm. */
export function partName(prefix: string, id: string, part: number): string {
  return `${prefix}${id}.${String(part).padStart(6, '0')}.jsonl`;
}

export interface RunObject {
  readonly tenantKey: string;
  readonly id: string;
  /** Absent for a whole journal. */
  readonly part?: number;
}

/** `undefined` for a name that no run has given. */
export function parseRunObject(name: string): RunObject | undefined {
  const match =
    /^runs\/([a-z0-9_-][a-z0-9._-]*)\/[a-z0-9-]+\/(\d{8}T\d{6}Z-[0-9a-f]{4})(?:\.(\d{6}))?\.jsonl$/.exec(
      name,
    );
  const [, key, id, part] = match ?? [];
  if (key === undefined || id === undefined) return undefined;
  return { tenantKey: key, id, ...(part !== undefined && { part: Number(part) }) };
}
