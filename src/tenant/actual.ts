/** The actual state: the tenant's list as decisions need it. */

import { withoutUndefined } from '../core/json.js';
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
  return { extensions: records.map(actualOf) };
}

/** Absent, `null` and `""` mean the same for optional fields (inferred from real records). */
export function actualOf(record: ExtensionRecord): ActualExtension {
  const optional = {
    qextVersion: nonEmpty(record.qextVersion),
    md5: nonEmpty(record.file?.md5)?.toLowerCase(),
    archiveName: nonEmpty(record.file?.originalname),
    archiveBytes: record.file?.contentLength ?? undefined,
    revision: nonEmpty(record.version),
    // The document says `updateAt`; real records say `updatedAt`.
    updatedAt: nonEmpty(record.updatedAt) ?? nonEmpty(record.updateAt),
    userId: nonEmpty(record.userId),
  };
  return {
    id: record.id,
    name: nonEmpty(record.qextFilename),
    tags: record.tags ?? [],
    bundled: record.bundled === true,
    supernova: record.supernova === true,
    ...withoutUndefined(optional),
  };
}

function nonEmpty(text: string | null | undefined): string | undefined {
  return text === null || text === undefined || text === '' ? undefined : text;
}
