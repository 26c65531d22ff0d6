/** What the tenant's answers told, before anybody judges it. */

import type { ActualState } from '../../core/model.js';

/** An answer's value, or the error instead of it. */
export type Told<T> =
  | { readonly kind: 'told'; readonly value: T }
  | { readonly kind: 'error'; readonly error: unknown }
  | { readonly kind: 'not-asked' };

export interface TenantFacts {
  readonly requests: number;
  /** The tenant's clock minus ours; absent where no answer said the time. */
  readonly clockSeconds?: number;
  /** Seconds that a 429 asked to wait. */
  readonly waitSeconds?: number;
  readonly list: Told<ActualState>;
  readonly rights: Told<Rights>;
  /** Of one extension; not asked where there is none. */
  readonly archive: Told<'permitted'>;
}

/** What `/api/v1/users/me` says. */
export interface Rights {
  /** Names, those that come through groups too. */
  readonly roles: readonly string[];
  /** Whether one of them is no default role of Qlik's. */
  readonly custom: 'some' | 'none';
  readonly scopes: readonly string[];
}
