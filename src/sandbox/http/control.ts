/** `/__sandbox/`: how programs inspect and disturb a server. The tenant and the object store share these calls. */

import type { FaultList } from '../faults.js';
import type { Holds } from '../holds.js';
import { type Answer, emptyAfter, json, noContent } from './answer.js';
import { byMethod, type Call, parseJson } from './call.js';
import type { RequestLog } from './log.js';

export const controlPath = '/__sandbox/';

export function answerRequests({ log }: { readonly log: RequestLog }, call: Call): Answer | Promise<Answer> {
  return byMethod(call, {
    GET: () => json(200, log.list()),
    DELETE: () => emptyAfter(() => log.clear()),
  });
}

/** After a `DELETE`, delayed requests have continued and late effects have happened. */
export function answerFaults(
  { faults, holds }: { readonly faults: FaultList; readonly holds: Holds },
  call: Call,
): Answer | Promise<Answer> {
  return byMethod(call, {
    POST: () => emptyAfter(() => faults.add(parseJson(call))),
    DELETE: async () => {
      faults.clear();
      await holds.release();
      return noContent();
    },
  });
}
