/** `/__sandbox/`: how programs inspect the sandbox and disturb it. */

import { editApp, showApps } from '../engine/edit-apps.js';
import { editExtension } from '../extensions/edit.js';
import { type Answer, json, noContent, Refusal } from '../http/answer.js';
import { authenticate, requireAdmin } from '../http/auth.js';
import { byMethod, type Call, parseJson } from '../http/call.js';
import type { Sandbox } from '../sandbox.js';

export async function answerControl(sandbox: Sandbox, call: Call): Promise<Answer> {
  requireAdmin(
    authenticate(call.headers.authorization, sandbox.keys),
    'The control calls require the apiKey.',
  );
  switch (call.segments.slice(1).join('/')) {
    case 'requests':
      return byMethod(call, {
        GET: () => json(200, sandbox.log.list()),
        DELETE: () => done(() => sandbox.log.clear()),
      });
    case 'faults':
      return byMethod(call, {
        POST: () => done(() => sandbox.faults.add(parseJson(call))),
        DELETE: () => clearFaults(sandbox),
      });
    case 'tokens':
      return byMethod(call, { DELETE: () => done(() => sandbox.keys.tokens.revoke()) });
    case 'edit':
      return byMethod(call, { POST: async () => json(200, await editExtension(sandbox, parseJson(call))) });
    case 'apps':
      return byMethod(call, { GET: () => showApps(sandbox), POST: () => editApp(sandbox, call) });
    default:
      throw new Refusal(404, 'The control calls are requests, faults, tokens, edit and apps.');
  }
}

/** Delayed requests continue, and late effects have happened when this answers. */
async function clearFaults({ faults, holds }: Sandbox): Promise<Answer> {
  faults.clear();
  await holds.release();
  return noContent();
}

function done(effect: () => void): Answer {
  effect();
  return noContent();
}
