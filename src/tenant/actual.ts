/** The tenant's list as decisions need it. */

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

/** Absent, `null` and `""` mean the same for optional fields (qlik-facts: inferred). */
export function actualOf(record: ExtensionRecord): ActualExtension {
  const optional = {
    qextVersion: present(record.qextVersion),
    md5: present(record.file?.md5)?.toLowerCase(),
    archiveName: present(record.file?.originalname),
    archiveBytes: record.file?.contentLength ?? undefined,
    revision: present(record.version),
    // The document says `updateAt`; real records say `updatedAt`.
    updatedAt: present(record.updatedAt) ?? present(record.updateAt),
    userId: present(record.userId),
  };
  return {
    id: record.id,
    name: present(record.qextFilename),
    tags: record.tags ?? [],
    bundled: record.bundled === true,
    supernova: record.supernova === true,
    ...withoutUndefined(optional),
  };
}

function present(text: string | null | undefined): string | undefined {
  return text === null || text === undefined || text === '' ? undefined : text;
}
