/** What a change sends, and what its answer must therefore show. */

import { UserError } from '../../core/errors.js';
import { archiveName } from '../../core/marker.js';
import type { DesiredExtension, Write } from '../../core/model.js';
import { checkArchive } from '../../core/rules.js';
import type { Packer } from '../../source/pack.js';
import type { ExtensionUpload } from '../../tenant/extensions.js';
import type { SentRecord } from '../journal/run-record.js';
import type { Sent } from './verify.js';

export interface Prepared {
  readonly upload: ExtensionUpload;
  readonly sent: Sent;
  /** The same for the journal. */
  readonly record: SentRecord;
}

/** The archive is made here and nowhere earlier. @throws SourceError where a file changed after it was read */
export async function prepareUpload(
  desired: DesiredExtension,
  write: Write,
  pack: Packer,
): Promise<Prepared> {
  const { name, digest, manifest } = desired;
  const { tags } = write;
  if (write.carries === 'data') return { upload: { data: { tags } }, sent: { name, tags }, record: { tags } };
  const { bytes, md5 } = await pack(desired);
  assertUploadable(desired, bytes.length);
  const file = { name: write.archiveName ?? archiveName(digest, md5), bytes };
  const version = manifest.version === undefined ? {} : { version: manifest.version };
  return {
    upload: { data: { tags }, file },
    sent: { name, tags, archive: { md5, name: file.name } },
    record: { digest, md5, archiveName: file.name, tags, ...version },
  };
}

/** The zip's size is known only now; Qlik would refuse it after the whole upload. */
function assertUploadable(desired: DesiredExtension, archiveBytes: number): void {
  const error = checkArchive(desired, archiveBytes).find(({ severity }) => severity === 'error');
  if (error !== undefined) throw new UserError(error.message, { hint: error.hint });
}
