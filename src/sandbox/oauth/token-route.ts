/** `/oauth/token`: exchanges a client's id and secret for an access token (client_credentials, JSON only). */

import { type Answer, json, Refusal } from '../http/answer.js';
import { byMethod, type Call, parseJson } from '../http/call.js';
import type { Sandbox } from '../sandbox.js';

export const tokenPath = '/oauth/token';

/** The client that a token request counts against in rate limits. */
export function clientOf(call: Call): string {
  try {
    return readClient(call).clientId;
  } catch {
    return '';
  }
}

/** @throws {Refusal} 400, 401 and 405 */
export async function answerToken(sandbox: Sandbox, call: Call): Promise<Answer> {
  return byMethod(call, {
    POST: () => {
      const { clientId, clientSecret, grantType, scope } = readClient(call);
      const { keys } = sandbox;
      if (clientId !== keys.clientId || clientSecret !== keys.clientSecret) {
        throw new Refusal(401, 'invalid_client: unknown client or wrong secret.');
      }
      if (grantType !== 'client_credentials') {
        throw new Refusal(400, 'unsupported_grant_type: the grant_type must be client_credentials.');
      }
      const { token, seconds, expiresAt } = keys.tokens.issue(scope);
      return json(200, {
        access_token: token,
        token_type: 'bearer',
        expires_in: seconds,
        expires_at: new Date(expiresAt).toISOString(),
      });
    },
  });
}

interface TokenRequest {
  readonly clientId: string;
  readonly clientSecret: unknown;
  readonly grantType: unknown;
  readonly scope: string | undefined;
}

function readClient(call: Call): TokenRequest {
  if (!/^application\/json\b/i.test(call.headers['content-type'] ?? '')) {
    throw new Refusal(400, 'invalid_request: the body must be JSON.');
  }
  const body = parseJson(call) as {
    readonly client_id?: unknown;
    readonly client_secret?: unknown;
    readonly grant_type?: unknown;
    readonly scope?: unknown;
  } | null;
  if (typeof body?.client_id !== 'string' || body.client_id === '') {
    throw new Refusal(400, 'invalid_request: client_id is missing.');
  }
  const scope = typeof body.scope === 'string' ? body.scope : undefined;
  return { clientId: body.client_id, clientSecret: body.client_secret, grantType: body.grant_type, scope };
}
