/** Changes to extensions and themes: the record together with the archive's bytes. */

import type { Kind } from '../../core/kind.js';
import type { ExtensionRecord } from '../../tenant/wire.js';
import { Refusal } from '../http/answer.js';
import type { Sandbox } from '../sandbox.js';
import type { Document } from '../state/document.js';
import { type Extensions, findRecord, removeRecord } from './records.js';
import type { Archive, Upload } from './upload.js';
import { createRecord, patchRecord } from './write-record.js';

export function documentOf({ extensions, themes }: Sandbox, kind: Kind): Document<Extensions> {
  return kind === 'theme' ? themes : extensions;
}

/** @throws {Refusal} 409, 422 */
export function createExtension(sandbox: Sandbox, kind: Kind, upload: Upload): Promise<ExtensionRecord> {
  const { behaviour, people, clock } = sandbox;
  const author = { tenantId: people.tenantId, userId: people.adminId, now: clock() };
  return withStored(sandbox, upload.archive, () =>
    documentOf(sandbox, kind).change((current) => {
      const taken = [...current.records, ...namesakes(sandbox, kind)];
      const result = createRecord(taken, upload, kind, { behaviour, author });
      return { next: { ...current, records: [...current.records, result] }, result };
    }),
  );
}

/** Those of the other kind, if both kinds share a name space. */
function namesakes(sandbox: Sandbox, kind: Kind): readonly ExtensionRecord[] {
  if (sandbox.behaviour.themeNames === 'separate') return [];
  return documentOf(sandbox, kind === 'theme' ? 'extension' : 'theme').read().records;
}

/** A record of the tenant, as a request addresses it. */
export interface Addressed {
  readonly kind: Kind;
  readonly idOrName: string;
}

/** @throws {Refusal} 404, 409, 410, 422 */
export function patchExtension(
  sandbox: Sandbox,
  addressed: Addressed,
  upload: Upload,
): Promise<ExtensionRecord> {
  const { kind } = addressed;
  return changeRecord(sandbox, addressed, upload.archive, (current, record) => {
    const change = { kind, behaviour: sandbox.behaviour, now: sandbox.clock() };
    const others = current.records.filter((other) => other !== record);
    return patchRecord([...others, ...namesakes(sandbox, kind)], record, upload, change);
  });
}

/** Soft: the record stays known as deleted, the archive is removed. @throws {Refusal} 404, 410 */
export async function deleteExtension(sandbox: Sandbox, { kind, idOrName }: Addressed): Promise<void> {
  const removed = await documentOf(sandbox, kind).change((current) => {
    const result = findRecord(current, idOrName, kind);
    return { next: removeRecord(current, result), result };
  });
  await removeArchive(sandbox, removed);
}

/** @throws {Refusal} 404, 410 */
export async function readStoredArchive(
  sandbox: Sandbox,
  { kind, idOrName }: Addressed,
): Promise<{ readonly record: ExtensionRecord; readonly bytes: Buffer }> {
  // Another process may replace the archive between the two reads; then the record names a new one.
  for (let attempt = 0; attempt < 5; attempt += 1) {
    const record = findRecord(documentOf(sandbox, kind).read(), idOrName, kind);
    const bytes = record.file?.fileId ? await sandbox.archives.get(record.file.fileId) : undefined;
    if (bytes !== undefined) return { record, bytes };
    if (!record.file?.fileId) break;
  }
  throw new Refusal(404, `The ${kind} with ${idOrName} has no file.`);
}

/** @throws {Refusal} 404, 409, 410, 422 */
export async function changeRecord(
  sandbox: Sandbox,
  { kind, idOrName }: Addressed,
  archive: Archive | undefined,
  decide: (current: Extensions, record: ExtensionRecord) => ExtensionRecord,
): Promise<ExtensionRecord> {
  const { before, after } = await withStored(sandbox, archive, () =>
    documentOf(sandbox, kind).change((current) => {
      const found = findRecord(current, idOrName, kind);
      const changed = decide(current, found);
      const records = current.records.map((record) => (record === found ? changed : record));
      return { next: { ...current, records }, result: { before: found, after: changed } };
    }),
  );
  if (before.file?.fileId !== after.file?.fileId) await removeArchive(sandbox, before);
  return after;
}

/** Stores the bytes before a record names them, and removes them if the change fails. */
async function withStored<T>(
  { archives }: Sandbox,
  archive: Archive | undefined,
  change: () => Promise<T>,
): Promise<T> {
  if (archive === undefined) return change();
  const { fileId } = archive.file;
  await archives.put(fileId, archive.bytes);
  try {
    return await change();
  } catch (error) {
    await archives.remove(fileId);
    throw error;
  }
}

async function removeArchive({ archives }: Sandbox, { file }: ExtensionRecord): Promise<void> {
  if (file?.fileId) await archives.remove(file.fileId);
}
