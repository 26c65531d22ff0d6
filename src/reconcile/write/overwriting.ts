/** The request that overwrites a record. */

import type { Sending } from './deliver.js';
import { judge } from './judge.js';
import {
  consequenceAfter,
  deletedMeanwhile,
  findMovement,
  keep,
  keepRecord,
  type RequestMeans,
  readBeforeSend,
  readOrMiss,
  type Target,
} from './target.js';
import type { Prepared } from './upload.js';
import { findMismatch } from './verify.js';

export function overwriting(target: Target, prepared: Prepared, means: RequestMeans): Sending {
  const { change, actual } = target;
  const { upload, sent, record } = prepared;
  /** What was tried and did not count as sent was refused (429), and the same may be there all the same. */
  let wasTried = false;
  return {
    prepare: async (sentBefore) => {
      const found = await readBeforeSend(target, means);
      const consequence = consequenceAfter(sentBefore);
      if (found === undefined) return deletedMeanwhile(consequence);
      if (wasTried && findMismatch(sent, found) === undefined) {
        return { kind: 'done', record: found, ...(sentBefore === 0 && { note: 'it holds this already' }) };
      }
      const movement = findMovement(target, found, consequence);
      if (movement !== undefined) return movement;
      target.onRead(found);
      const kept = upload.file === undefined ? keepRecord(found, means) : keep(found, means);
      const { name, action } = change;
      const previous = await kept;
      wasTried = true;
      return { name, action, request: 'patch', previous, sent: record };
    },
    send: async (options) => judge(await means.tenant.patch(actual.id, upload, options), sent),
    look: async (list) => {
      const found = await readOrMiss(target, means, list);
      if (found === undefined) return deletedMeanwhile('overtaken');
      return findMismatch(sent, found) === undefined
        ? { kind: 'done', record: found }
        : findMovement(target, found, 'overtaken');
    },
  };
}
