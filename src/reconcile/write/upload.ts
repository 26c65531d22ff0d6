/** What a change sends, and what its answer must show: a write counts only as far as its answer shows it. */

import { UserError } from '../../core/errors.js';
import { stemOf } from '../../core/kind.js';
import { archiveName } from '../../core/marker.js';
import type { DesiredExtension, Write } from '../../core/model.js';
import type { OutcomeError } from '../../core/outcome.js';
import { checkArchive } from '../../core/rules.js';
import type { Packer } from '../../source/archive/pack.js';
import type { ExtensionUpload } from '../../tenant/extensions.js';
import type { ExtensionRecord } from '../../tenant/wire.js';
import type { SentRecord } from '../run-record.js';

export interface Prepared {
  readonly upload: ExtensionUpload;
  readonly sent: Sent;
  /** The same for the journal. */
  readonly record: SentRecord;
}

/** Packs the archive, which no earlier step does. @throws SourceError if a file has changed since it was read */
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

/** The zip's size is known only now; Qlik would refuse it only after the whole upload. */
function assertUploadable(desired: DesiredExtension, archiveBytes: number): void {
  const error = checkArchive(desired, archiveBytes).find(({ severity }) => severity === 'error');
  if (error !== undefined) throw new UserError(error.message, { hint: error.hint });
}

/** What a write sent and its answer must show. */
export interface Sent {
  readonly name: string;
  readonly tags: readonly string[];
  /** Absent if only data was sent. */
  readonly archive?: { readonly md5: string; readonly name: string };
}

/** `undefined` if the answer shows everything that was sent. */
export function findMismatch(sent: Sent, answer: ExtensionRecord): Mismatch | undefined {
  if (answer.qextFilename !== stemOf(sent.name)) {
    return {
      part: 'name',
      message: `the tenant stored it under the name ${answer.qextFilename ?? '(none)'}`,
    };
  }
  if (sent.archive !== undefined && answer.file?.md5?.toLowerCase() !== sent.archive.md5) {
    return {
      part: 'file',
      message: `the tenant holds md5 ${answer.file?.md5 ?? '(none)'}, sent was ${sent.archive.md5}`,
    };
  }
  if (sent.archive !== undefined && answer.file?.originalname !== sent.archive.name) {
    return {
      part: 'marker',
      message: `the archive name came back as ${answer.file?.originalname ?? '(none)'}`,
    };
  }
  const lost = sent.tags.filter((tag) => answer.tags?.includes(tag) !== true);
  if (lost.length > 0) return { part: 'tags', message: `the tenant did not keep ${lost.join(', ')}` };
  const stayed = (answer.tags ?? []).filter((tag) => !sent.tags.includes(tag));
  if (stayed.length > 0) return { part: 'tags', message: `the tenant did not remove ${stayed.join(', ')}` };
  return undefined;
}

export function describeMismatch({ part, message }: Mismatch): OutcomeError {
  const code = `lost-${part}`;
  if (part !== 'tags' && part !== 'marker') return { code, message };
  return {
    code,
    message,
    hint: 'qlik-sync recognises what it owns by a tag and by the archive name; a tenant that does not keep them cannot be reconciled.',
  };
}

interface Mismatch {
  readonly part: 'name' | 'file' | 'marker' | 'tags';
  readonly message: string;
}
