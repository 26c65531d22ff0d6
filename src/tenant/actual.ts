/** The actual state: the tenant's lists as decisions need them. */

import { TenantError } from '../core/errors.js';
import { withoutUndefined } from '../core/json.js';
import { type Kind, nameOf } from '../core/kind.js';
import type { ActualExtension, ActualState } from '../core/model.js';
import type { ExtensionsClient } from './extensions.js';
import type { CallOptions } from './pages.js';
import type { ExtensionRecord } from './wire.js';

/** One list request. Throws TenantError; an incomplete view is an error, never an empty tenant. */
export async function readActual(
  extensions: Pick<ExtensionsClient, 'list'>,
  options?: CallOptions,
): Promise<ActualState> {
  const records = await extensions.list(options);
  return { extensions: records.map((record) => actualOf(record)) };
}

/** The two clients of a tenant. */
export interface KindClients<T extends Partial<ExtensionsClient> = ExtensionsClient> {
  readonly extensions: T;
  readonly themes: T;
}

export function clientOf<T extends Partial<ExtensionsClient>>(clients: KindClients<T>, kind: Kind): T {
  return kind === 'theme' ? clients.themes : clients.extensions;
}

/**
 * Adds the tenant's themes; takes one more list request.
 *
 * @param refused what to do if the key may not list them
 * @throws TenantError
 */
export async function addThemes(
  actual: ActualState,
  themes: Pick<ExtensionsClient, 'list'>,
  refused: 'noted' | 'thrown',
  options?: CallOptions,
): Promise<ActualState> {
  try {
    const records = await themes.list(options);
    const held = records.map((record) => actualOf(record, 'theme'));
    return { ...actual, lists: 2, extensions: [...actual.extensions, ...held] };
  } catch (error) {
    if (refused === 'thrown' || !(error instanceof TenantError) || error.status !== 403) throw error;
    return { ...actual, lists: 2, unlisted: new Map([['theme', 'this key may not list themes']]) };
  }
}

/** Absent, `null` and `""` mean the same for optional fields (inferred from real records). */
export function actualOf(record: ExtensionRecord, kind: Kind = 'extension'): ActualExtension {
  const optional = {
    type: nonEmpty(record.type),
    qextVersion: nonEmpty(record.qextVersion),
    md5: nonEmpty(record.file?.md5)?.toLowerCase(),
    archiveName: nonEmpty(record.file?.originalname),
    archiveBytes: record.file?.contentLength ?? undefined,
    revision: nonEmpty(record.version),
    // The document says `updateAt`; real records say `updatedAt`.
    updatedAt: nonEmpty(record.updatedAt) ?? nonEmpty(record.updateAt),
    userId: nonEmpty(record.userId),
  };
  const stem = nonEmpty(record.qextFilename);
  return {
    id: record.id,
    name: stem === undefined ? undefined : nameOf(kind, stem),
    tags: record.tags ?? [],
    bundled: record.bundled === true,
    supernova: record.supernova === true,
    ...withoutUndefined(optional),
  };
}

function nonEmpty(text: string | null | undefined): string | undefined {
  return text === null || text === undefined || text === '' ? undefined : text;
}
