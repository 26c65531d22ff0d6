/** Changes to extensions: the record together with the archive's bytes. */

import type { ExtensionRecord } from '../../tenant/wire.js';
import { Refusal } from '../http/answer.js';
import type { Sandbox } from '../sandbox.js';
import { type Extensions, findRecord, removeRecord } from './records.js';
import type { Archive, Upload } from './upload.js';
import { createRecord, patchRecord } from './write-record.js';

/** @throws {Refusal} 409, 422 */
export function createExtension(sandbox: Sandbox, upload: Upload): Promise<ExtensionRecord> {
  const { behaviour, people, clock } = sandbox;
  const author = { tenantId: people.tenantId, userId: people.adminId, now: clock() };
  return withStored(sandbox, upload.archive, () =>
    sandbox.extensions.change((current) => {
      const result = createRecord(current, upload, behaviour, author);
      return { next: { ...current, records: [...current.records, result] }, result };
    }),
  );
}

/** @throws {Refusal} 404, 409, 410, 422 */
export function patchExtension(sandbox: Sandbox, idOrName: string, upload: Upload): Promise<ExtensionRecord> {
  return changeRecord(sandbox, idOrName, upload.archive, (current, record) =>
    patchRecord(current, record, upload, sandbox.behaviour, sandbox.clock()),
  );
}

/** Soft: the record stays known as deleted, the archive is removed. @throws {Refusal} 404, 410 */
export async function deleteExtension(sandbox: Sandbox, idOrName: string): Promise<void> {
  const removed = await sandbox.extensions.change((current) => {
    const result = findRecord(current, idOrName);
    return { next: removeRecord(current, result), result };
  });
  await removeArchive(sandbox, removed);
}

/** @throws {Refusal} 404, 410 */
export async function readStoredArchive(
  sandbox: Sandbox,
  idOrName: string,
): Promise<{ readonly record: ExtensionRecord; readonly bytes: Buffer }> {
  // Another process may replace the archive between the two reads; then the record names a new one.
  for (let attempt = 0; attempt < 5; attempt += 1) {
    const record = findRecord(sandbox.extensions.read(), idOrName);
    const bytes = record.file?.fileId ? await sandbox.archives.get(record.file.fileId) : undefined;
    if (bytes !== undefined) return { record, bytes };
    if (!record.file?.fileId) break;
  }
  throw new Refusal(404, `The extension with ${idOrName} has no file.`);
}

/** @throws {Refusal} 404, 409, 410, 422 */
export async function changeRecord(
  sandbox: Sandbox,
  idOrName: string,
  archive: Archive | undefined,
  decide: (current: Extensions, record: ExtensionRecord) => ExtensionRecord,
): Promise<ExtensionRecord> {
  const { before, after } = await withStored(sandbox, archive, () =>
    sandbox.extensions.change((current) => {
      const found = findRecord(current, idOrName);
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
