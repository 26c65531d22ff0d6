/** An archive of the vault as an extension that can be deployed again. */

import type { DesiredExtension } from '../../core/model.js';
import { type ArchiveOrigin, readArchived, type StoredArchive } from '../../source/archive/archived.js';
import type { Vault } from './vault.js';

export interface StoredExtension {
  readonly extension: DesiredExtension;
  readonly archive: StoredArchive;
}

/** `undefined` if these exact bytes are not stored. They are read again when they are sent, to keep memory low. */
export async function readStored(
  vault: Pick<Vault, 'read'>,
  md5: string | undefined,
  origin: ArchiveOrigin,
): Promise<StoredExtension | undefined> {
  const bytes = md5 === undefined ? undefined : await vault.read(md5);
  if (md5 === undefined || bytes === undefined) return undefined;
  const read = async (): Promise<Buffer> => (await vault.read(md5)) ?? Buffer.alloc(0);
  return { extension: await readArchived(bytes, origin), archive: { md5, read } };
}
