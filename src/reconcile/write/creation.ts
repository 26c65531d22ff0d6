/** The request that creates: never sent blindly again, never turned into an overwrite. */

import type { Change } from '../../core/model.js';
import { actualOf } from '../../tenant/actual.js';
import type { ExtensionRecord } from '../../tenant/wire.js';
import type { Sending } from './deliver.js';
import type { Ending } from './ending.js';
import { judge } from './judge.js';
import type { RequestMeans } from './target.js';
import type { Prepared } from './upload.js';
import { describeMismatch, findMismatch, type Sent } from './verify.js';

/** `replaced` is the id of the record that was deleted for it. */
export function creation(
  change: Change,
  prepared: Prepared,
  { tenant }: RequestMeans,
  replaced?: string,
): Sending {
  const { upload, sent, record } = prepared;
  return {
    prepare: async () => ({ name: change.name, action: change.action, request: 'create', sent: record }),
    send: async (options) => judge(await tenant.create(upload, options), sent),
    look: async (list) => {
      const found = (await list()).find(({ qextFilename }) => qextFilename === change.name);
      return found && judgeTaken(found, sent, replaced);
    },
  };
}

/** A name that is taken is never overwritten: it is our own upload, or a conflict. */
function judgeTaken(found: ExtensionRecord, sent: Sent, replaced: string | undefined): Ending {
  const mismatch = findMismatch(sent, found);
  if (mismatch === undefined) return { kind: 'done', record: found };
  if (mismatch.part === 'tags')
    return { kind: 'not-applied', id: found.id, error: describeMismatch(mismatch) };
  if (found.id === replaced) {
    const message = 'the tenant answered that it deleted the old record, but still holds it';
    return { kind: 'not-applied', id: found.id, error: { code: 'not-deleted', message } };
  }
  const { userId, updatedAt, archiveName } = actualOf(found);
  const who = userId === undefined ? '' : ` by user ${userId}`;
  const when = updatedAt === undefined ? '' : ` at ${updatedAt}`;
  return {
    kind: 'failed',
    error: {
      code: 'name-taken',
      message: `the name was taken on the tenant meanwhile${who}${when} (archive ${archiveName ?? '(none)'}); it was not overwritten`,
      hint: 'Plan again to see what is there now.',
    },
  };
}
