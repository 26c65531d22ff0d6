/** The typed client of Qlik's Items API. This tool uses it only to read. */

import { writeId } from './http/address.js';
import { readJson, readNothing } from './http/answers.js';
import type { TenantHttp } from './http/http.js';
import { createBody, type RequestBody } from './http/multipart.js';
import {
  type ItemCollectionsQuery,
  type ItemsQuery,
  type PublishedItemsQuery,
  queryString,
} from './items-query.js';
import { type CallOptions, readEntries, readPages } from './pages.js';
import {
  type Collection,
  type Item,
  type ItemsSettings,
  type ItemsSettingsPatch,
  isCollection,
  isItem,
  isItemsSettings,
  type Page,
} from './wire.js';

/** The body of `PUT /items/{itemId}`. Omitted fields stay as they are; a field's zero value unsets it. */
type ItemUpdate = Partial<
  Pick<
    Item,
    | 'name'
    | 'spaceId'
    | 'resourceId'
    | 'description'
    | 'thumbnailId'
    | 'resourceLink'
    | 'resourceType'
    | 'resourceSubType'
    | 'resourceUpdatedAt'
    | 'resourceAttributes'
    | 'resourceCustomAttributes'
  >
>;

/**
 * Every operation of Qlik's Items API (qlik.dev/apis/rest/items). Lists are read page by page while they are iterated.
 * All methods throw TenantError if the tenant refuses or cannot be reached, and the reason of an aborted signal.
 */
export interface ItemsClient {
  /** The items that the user may see, from all pages. */
  list(query?: ItemsQuery, options?: CallOptions): AsyncIterable<Item>;
  listPages(query?: ItemsQuery, options?: CallOptions): AsyncIterable<Page<Item>>;
  get(itemId: string, options?: CallOptions): Promise<Item>;
  update(itemId: string, update: ItemUpdate, options?: CallOptions): Promise<Item>;
  /** Throws with status 404 if it does not exist; see `isGone`. */
  remove(itemId: string, options?: CallOptions): Promise<void>;
  /** The collections that contain the item, from all pages. */
  collections(itemId: string, query?: ItemCollectionsQuery, options?: CallOptions): AsyncIterable<Collection>;
  /** Published copies of the item, from all pages; Qlik documents them in the shape of collections. */
  publishedItems(
    itemId: string,
    query?: PublishedItemsQuery,
    options?: CallOptions,
  ): AsyncIterable<Collection>;
  readonly settings: {
    get(options?: CallOptions): Promise<ItemsSettings>;
    patch(patches: readonly ItemsSettingsPatch[], options?: CallOptions): Promise<ItemsSettings>;
  };
}

const base = '/api/v1/items';

/** The client of an open tenant. It makes no request, and does not close the tenant. */
export function createItemsClient(http: TenantHttp): ItemsClient {
  const listPages: ItemsClient['listPages'] = (query = {}, options) =>
    readPages(http, `${base}${queryString(query)}`, isItem, options);
  return {
    listPages,
    list: (query, options) => readEntries(listPages(query, options)),
    get: async (itemId, { signal } = {}) =>
      http.request({ method: 'GET', path: pathOf(itemId), signal, read: readItem }),
    update: async (itemId, update, { signal } = {}) =>
      http.request({ method: 'PUT', path: pathOf(itemId), body: json(update), signal, read: readItem }),
    remove: async (itemId, { signal } = {}) =>
      http.request({ method: 'DELETE', path: pathOf(itemId), signal, read: readNothing }),
    collections: (itemId, query = {}, options) =>
      readEntries(
        readPages(http, `${pathOf(itemId)}/collections${queryString(query)}`, isCollection, options),
      ),
    publishedItems: (itemId, query = {}, options) =>
      readEntries(
        readPages(http, `${pathOf(itemId)}/publisheditems${queryString(query)}`, isCollection, options),
      ),
    settings: createSettingsClient(http),
  };
}

function createSettingsClient(http: TenantHttp): ItemsClient['settings'] {
  const path = `${base}/settings`;
  return {
    get: ({ signal } = {}) => http.request({ method: 'GET', path, signal, read: readSettings }),
    patch: (patches, { signal } = {}) =>
      http.request({ method: 'PATCH', path, body: json(patches), signal, read: readSettings }),
  };
}

/** `settings` has the form of an id but is another resource; real ids are longer and contain digits. */
function pathOf(itemId: string): string {
  return `${base}/${writeId(itemId === 'settings' ? '' : itemId)}`;
}

function json(value: unknown): RequestBody {
  return createBody('application/json', [Buffer.from(JSON.stringify(value))]);
}

const readItem = readJson(isItem, 'an item with an id');

const readSettings = readJson(isItemsSettings, 'the items settings');
