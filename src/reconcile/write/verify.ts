/** Every write is believed only as far as its answer shows it. */

import type { OutcomeError } from '../../core/model.js';
import type { ExtensionRecord } from '../../tenant/wire.js';

/** What a write sent and its answer must show. */
export interface Sent {
  readonly name: string;
  readonly tags: readonly string[];
  /** Absent where only data was sent. */
  readonly archive?: { readonly md5: string; readonly name: string };
}

/** `undefined` where the answer shows all of it, else what it does not show. */
export function findMismatch(sent: Sent, answer: ExtensionRecord): Mismatch | undefined {
  if (answer.qextFilename !== sent.name) {
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
    hint: 'qlik-sync knows what is its own by a tag and by the archive name; a tenant that does not keep them cannot be reconciled.',
  };
}

export interface Mismatch {
  readonly part: 'name' | 'file' | 'marker' | 'tags';
  readonly message: string;
}
