/** The request that overwrites a record. */

import { isGone } from '../tenant/answers.js';
import type { ExtensionRecord } from '../tenant/wire.js';
import type { Sending } from './deliver.js';
import { describeError } from './ending.js';
import { judge } from './judge.js';
import {
  deletedMeanwhile,
  findMovement,
  keep,
  keepRecord,
  type RequestMeans,
  readNow,
  type Target,
} from './target.js';
import type { Prepared } from './upload.js';
import { findMismatch } from './verify.js';

export function overwriting(target: Target, prepared: Prepared, means: RequestMeans): Sending {
  const { change, actual } = target;
  const { upload, sent, record } = prepared;
  const read = (): Promise<ExtensionRecord | undefined> => readNow(target, means);
  return {
    prepare: async (sentBefore) => {
      const found = await read();
      if (found === undefined) return deletedMeanwhile;
      if (sentBefore > 0 && findMismatch(sent, found) === undefined) return { kind: 'done', record: found };
      const movement = findMovement(target, found, 'not-sent');
      if (movement !== undefined) return movement;
      target.onRead(found);
      const kept = upload.file === undefined ? keepRecord(found, means) : keep(found, means);
      const { name, action } = change;
      return { name, action, request: 'patch', previous: await kept, sent: record };
    },
    send: async (options) => judge(await means.tenant.patch(actual.id, upload, options), sent),
    look: async () => {
      const found = await read();
      if (found === undefined) return deletedMeanwhile;
      return findMismatch(sent, found) === undefined
        ? { kind: 'done', record: found }
        : findMovement(target, found, 'overtaken');
    },
    explainRefusal: async (error) =>
      isGone(error) ? deletedMeanwhile : { kind: 'failed', error: describeError(error) },
  };
}
