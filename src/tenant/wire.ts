/**
 * The shapes of Qlik's Extensions and Items APIs, as qlik.dev documents them and real records show them. Shared with
 * the sandbox. Every optional field may be absent, `null` or `""`; unknown fields are kept.
 */

import { isObject } from '../core/json.js';

export interface ExtensionFile {
  readonly contentType?: string | null;
  readonly contentLength?: number | null;
  /** Hex MD5 of the uploaded archive's bytes. */
  readonly md5?: string | null;
  readonly fileId?: string | null;
  /** The multipart file name as it was sent. */
  readonly originalname?: string | null;
}

interface ExtensionBundle {
  readonly id?: string;
  readonly name?: string;
  readonly description?: string;
}

/** The fields of an extension that a client may send as `data`. */
export interface ExtensionData {
  readonly name?: string | null;
  readonly type?: string | null;
  readonly icon?: string | null;
  readonly tags?: readonly string[] | null;
  readonly author?: string | null;
  readonly bundle?: ExtensionBundle | null;
  readonly bundled?: boolean | null;
  readonly license?: string | null;
  readonly preview?: string | null;
  /** A server-side revision counter (`56.0.0`), not the extension's version. */
  readonly version?: string | null;
  readonly checksum?: string | null;
  readonly homepage?: string | null;
  readonly keywords?: string | null;
  readonly loadpath?: string | null;
  readonly supplier?: string | null;
  readonly supernova?: boolean | null;
  readonly deprecated?: string | null;
  readonly repository?: string | null;
  readonly description?: string | null;
  /** The version that the `.qext` file states. */
  readonly qextVersion?: string | null;
  readonly dependencies?: Readonly<Record<string, unknown>> | null;
  /** The `.qext` file's name without its ending: the identity that apps refer to. */
  readonly qextFilename?: string | null;
}

/** One extension as the tenant returns it. */
export interface ExtensionRecord extends ExtensionData {
  readonly id: string;
  readonly file?: ExtensionFile | null;
  readonly userId?: string | null;
  readonly tenantId?: string | null;
  readonly createdAt?: string | null;
  readonly updatedAt?: string | null;
  /** The documented name of `updatedAt`. */
  readonly updateAt?: string | null;
  readonly [field: string]: unknown;
}

/** The Extensions API's error body. `meta.stack` is never shown. */
export interface FlatErrorBody {
  readonly title: string;
  readonly status?: number;
  readonly meta?: { readonly message?: string; readonly resourceName?: string; readonly stack?: string };
  readonly source?: unknown;
  readonly traceId?: string;
}

interface ErrorEntry {
  readonly code: string;
  readonly title: string;
  readonly detail?: string;
  readonly meta?: Readonly<Record<string, unknown>>;
}

/** The error body of Items, OAuth and every 429. */
export interface ErrorsBody {
  readonly errors: readonly ErrorEntry[];
  readonly traceId?: string;
}

/** What an item can be, as Qlik's Items API lists it. */
export const itemResourceTypes = [
  'app',
  'qlikview',
  'qvapp',
  'genericlink',
  'sharingservicetask',
  'note',
  'dataasset',
  'dataset',
  'automation',
  'automl-experiment',
  'automl-deployment',
] as const;

export type ItemResourceType = (typeof itemResourceTypes)[number];

interface Link {
  readonly href: string;
}

interface Tag {
  readonly id: string;
  readonly name: string;
}

/** How often an item was viewed, if the tenant measures it. */
export interface ItemViews {
  readonly week?: readonly { readonly start: string; readonly total: number; readonly unique: number }[];
  /** Views in the last 28 days. */
  readonly total?: number;
  /** Slope of a linear regression over the weekly unique users of the last 4 weeks. */
  readonly trend?: number;
  /** Unique users in the last 28 days. */
  readonly unique?: number;
  /** Datasets only: number of apps. */
  readonly usedBy?: number;
}

export interface Item {
  readonly id: string;
  readonly name: string;
  readonly resourceType: ItemResourceType;
  readonly resourceId?: string;
  readonly resourceLink?: string;
  readonly resourceSubType?: string;
  readonly resourceAttributes?: Readonly<Record<string, unknown>>;
  readonly resourceCustomAttributes?: Readonly<Record<string, unknown>> | null;
  readonly resourceCreatedAt?: string;
  readonly resourceUpdatedAt?: string;
  readonly resourceReloadStatus?: string;
  readonly resourceReloadEndTime?: string;
  readonly resourceSize?: { readonly appFile?: number; readonly appMemory?: number };
  readonly description?: string;
  readonly ownerId?: string;
  readonly spaceId?: string;
  readonly tenantId?: string;
  readonly creatorId?: string;
  readonly updaterId?: string;
  readonly thumbnailId?: string;
  readonly createdAt?: string;
  readonly updatedAt?: string;
  readonly collectionIds?: readonly string[];
  readonly isFavorited?: boolean;
  readonly actions?: readonly string[];
  readonly itemViews?: ItemViews;
  readonly links?: {
    readonly self?: Link;
    readonly open?: Link;
    readonly thumbnail?: Link;
    readonly collections?: Link;
  };
  readonly meta?: {
    readonly tags?: readonly Tag[];
    readonly collections?: readonly Tag[];
    readonly actions?: readonly string[];
    readonly isFavorited?: boolean;
  };
  readonly [field: string]: unknown;
}

/** The addresses of a page and of its neighbours. */
export interface PageLinks {
  readonly self?: Link;
  readonly next?: Link;
  readonly prev?: Link;
  readonly collection?: Link;
  readonly item?: Link;
}

/** One page of a list; the last one has no `links.next`. */
export interface Page<T> {
  readonly data: readonly T[];
  readonly links?: PageLinks;
}

/** A collection of items: a person's own or favourites, or, of the kind `public`, a tag. */
export interface Collection {
  readonly id: string;
  readonly name: string;
  readonly type: 'private' | 'public' | 'publicgoverned' | 'favorite';
  readonly description?: string;
  readonly full?: boolean;
  readonly itemCount?: number;
  readonly tenantId?: string;
  readonly creatorId?: string;
  readonly updaterId?: string;
  readonly createdAt?: string;
  readonly updatedAt?: string;
  readonly links?: { readonly self?: Link; readonly items?: Link };
  readonly meta?: { readonly items?: Page<Item> };
  readonly [field: string]: unknown;
}

/** Whether the tenant measures how often items are used. */
export interface ItemsSettings {
  readonly usageMetricsEnabled: boolean;
}

/** The only patch that items settings accept (RFC 6902, `replace` of one path). */
export interface ItemsSettingsPatch {
  readonly op: 'replace';
  readonly path: '/usageMetricsEnabled';
  readonly value: boolean;
}

/** Checks the fields that decisions depend on; everything else is kept as it is. */
export function isExtensionRecord(value: unknown): value is ExtensionRecord {
  return (
    hasId(value) &&
    isAbsentOr(value['tags'], isTexts) &&
    isAbsentOr(value['file'], isExtensionFile) &&
    hasTexts(value, ['qextFilename', 'qextVersion', 'version', 'userId', 'updatedAt', 'updateAt']) &&
    isAbsentOr(value['bundled'], isBoolean) &&
    isAbsentOr(value['supernova'], isBoolean)
  );
}

/** As `isExtensionRecord`. */
export function isItem(value: unknown): value is Item {
  return hasId(value) && isText(value['name']) && isText(value['resourceType']);
}

/** As `isExtensionRecord`. */
export function isCollection(value: unknown): value is Collection {
  return hasId(value) && isText(value['name']);
}

/** As `isExtensionRecord`. */
export function isItemsSettings(value: unknown): value is ItemsSettings {
  return isObject(value) && isBoolean(value['usageMetricsEnabled']);
}

/** Whether a list's answer, apart from `data`, says in any usual way that there is more. */
export function hasMorePages(body: Readonly<Record<string, unknown>>): boolean {
  return Object.entries(body).some(([name, value]) => {
    if (name === 'data') return false;
    if (/next|cursor|more/i.test(name)) return !isEmptyCursor(value);
    return isObject(value) && hasMorePages(value);
  });
}

function isEmptyCursor(value: unknown): boolean {
  if (isObject(value)) return Object.values(value).every(isEmptyCursor);
  return value === undefined || value === null || value === '' || value === false;
}

function hasId(value: unknown): value is Readonly<Record<string, unknown>> & { readonly id: string } {
  return isObject(value) && isText(value['id']) && value['id'] !== '';
}

function hasTexts(value: Readonly<Record<string, unknown>>, names: readonly string[]): boolean {
  return names.every((name) => isAbsentOr(value[name], isText));
}

function isExtensionFile(value: unknown): value is ExtensionFile {
  return (
    isObject(value) &&
    hasTexts(value, ['md5', 'originalname']) &&
    isAbsentOr(value['contentLength'], isNumber)
  );
}

function isAbsentOr(value: unknown, isKind: (value: unknown) => boolean): boolean {
  return value === undefined || value === null || isKind(value);
}

function isTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every(isText);
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number';
}

function isBoolean(value: unknown): value is boolean {
  return typeof value === 'boolean';
}
