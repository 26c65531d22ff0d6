/** The filters of Qlik's Items API, and their query string. */

import type { ItemResourceType } from './wire.js';

/** One value or several; several are joined with commas, as Qlik's documentation shows. */
type OneOrMany<T> = T | readonly T[];

type SortOrder<Field extends string> = `${'+' | '-'}${Field}`;

/** Cursor and size of a page. `next` and `prev` exclude each other. */
interface PageQuery {
  /** Entries per page, 1 to 100; the tenant's default is smaller. */
  readonly limit?: number;
  readonly next?: string;
  readonly prev?: string;
}

/** Every filter of `GET /items`. */
export interface ItemsQuery extends PageQuery {
  readonly collectionId?: string;
  readonly createdByUserId?: string;
  readonly id?: string;
  /** Part of the name, any case. */
  readonly name?: string;
  /** With `true`, each item's `actions` are left out, which is faster. */
  readonly noActions?: boolean;
  readonly notCreatedByUserId?: string;
  readonly notOwnerId?: string;
  readonly ownerId?: string;
  /** Part of the name or description, any case. */
  readonly query?: string;
  /** Needs `resourceType`; excludes `resourceLink`. */
  readonly resourceId?: string;
  /** At most 100; needs `resourceType`. */
  readonly resourceIds?: readonly string[];
  /** Needs `resourceType`; excludes `resourceId`. */
  readonly resourceLink?: string;
  /** Excludes the brackets of `resourceType`. */
  readonly resourceSubType?: OneOrMany<string>;
  /** Sub types may follow in brackets: `app[qvd,chart-monitoring,]`; `app[]` means those without one. */
  readonly resourceType?: OneOrMany<ItemResourceType | `${ItemResourceType}[${string}]`>;
  /** @deprecated by Qlik. Whether to return items in a shared space. */
  readonly shared?: boolean;
  /** The tenant's default is `+createdAt`. */
  readonly sort?: SortOrder<'createdAt' | 'name' | 'recentlyUsed' | 'updatedAt'>;
  /** `personal` is a space as well. */
  readonly spaceId?: string;
  readonly spaceType?: OneOrMany<'shared' | 'managed' | 'personal' | 'data'>;
}

/** Every filter of `GET /items/{itemId}/collections`. */
export interface ItemCollectionsQuery extends PageQuery {
  /** The exact name, case-sensitive. */
  readonly name?: string;
  /** Part of the name or description, any case. */
  readonly query?: string;
  readonly sort?: SortOrder<'createdAt' | 'name' | 'updatedAt'>;
  readonly type?: 'private' | 'public' | 'publicgoverned';
}

/** Every filter of `GET /items/{itemId}/publisheditems`. */
export interface PublishedItemsQuery extends PageQuery {
  readonly resourceType?: ItemResourceType;
  readonly sort?: SortOrder<'createdAt' | 'name' | 'updatedAt'>;
}

/** `?name=value&…`, or nothing if no filter is set. */
export function queryString(query: ItemsQuery | ItemCollectionsQuery | PublishedItemsQuery): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) parameters.set(name, String(value));
  }
  return parameters.size === 0 ? '' : `?${parameters}`;
}
