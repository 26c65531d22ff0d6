/** OAuth machine-to-machine: exchanges a client's id and secret for a token that lasts hours. */

import { TenantError } from '../../core/errors.js';
import { exitCodes } from '../../core/exit-codes.js';
import { isObject } from '../../core/json.js';
import { type Answer, readJson } from './answers.js';
import { type AskTenant, type Auth, accountOf, type OpenAuth } from './auth.js';

/** An OAuth client of the kind machine-to-machine. */
export interface OAuthClient {
  readonly clientId: string;
  readonly clientSecret: string;
  /** What the token has to permit; absent: everything that the client may do. */
  readonly scope?: string;
  /** Monotonic milliseconds. */
  readonly clock?: () => number;
}

/**
 * Signs in as an OAuth client (`client_credentials`). The token stays in memory. It is fetched by the first request,
 * before it expires and after a 401; requests that need it at the same time share one fetch. Qlik issues no refresh
 * token for such clients.
 */
export function oauthAuth(client: OAuthClient): OpenAuth {
  return (ask) => {
    const clock = client.clock ?? (() => performance.now());
    let held: Held | undefined;
    let fetching: Promise<Held> | undefined;

    function fetchToken(): Promise<Held> {
      fetching ??= askForToken(client, ask, clock)
        .then((token) => {
          held = token;
          return token;
        })
        .finally(() => {
          fetching = undefined;
        });
      return fetching;
    }

    async function authorize(signal?: AbortSignal): Promise<string> {
      const usable =
        held !== undefined && clock() < held.renewAt ? held : await unlessAborted(fetchToken(), signal);
      return usable.header;
    }

    /** Another request may have got the same 401 and renewed the token already. */
    async function renew(refused: string): Promise<boolean> {
      if (held?.header === refused) held = undefined;
      if (held === undefined) await fetchToken();
      return true;
    }

    const account = accountOf(client.clientId);
    return { describe: 'OAuth client', account, authorize, renew } satisfies Auth;
  };
}

interface Held {
  readonly header: string;
  /** On the monotonic clock. */
  readonly renewAt: number;
}

const longestMarginMs = 300_000;

/** A token's age is counted from before the request, so that latency cannot make it look younger than it is. */
async function askForToken(client: OAuthClient, ask: AskTenant, clock: () => number): Promise<Held> {
  const asked = clock();
  const { clientId, clientSecret, scope } = client;
  const token = await ask({
    path: '/oauth/token',
    body: {
      client_id: clientId,
      client_secret: clientSecret,
      grant_type: 'client_credentials',
      ...(scope && { scope }),
    },
    secrets: [clientSecret],
    read: readToken,
  }).catch(explainRefusal);
  // A request may wait that long for its turn; a short-lived token is used for nine tenths of its life.
  const margin = Math.min(longestMarginMs, token.lifetimeMs / 10);
  return { header: `Bearer ${token.text}`, renewAt: asked + token.lifetimeMs - margin };
}

interface Token {
  readonly text: string;
  /** Infinite if the answer does not say; then a 401 ends it. */
  readonly lifetimeMs: number;
}

function readToken(answer: Answer): Token {
  const body = readJson(isTokenAnswer, 'a bearer token')(answer);
  return { text: body.access_token, lifetimeMs: lifetimeOf(body) };
}

interface TokenAnswer {
  readonly access_token: string;
  readonly expires_in?: unknown;
  readonly expires_at?: unknown;
}

function isTokenAnswer(value: unknown): value is TokenAnswer {
  if (!isObject(value)) return false;
  const { access_token: token, token_type: type = 'bearer' } = value;
  const isBearer = typeof type === 'string' && type.toLowerCase() === 'bearer';
  return isBearer && typeof token === 'string' && /^[\x21-\x7e]+$/.test(token);
}

/** In milliseconds. `expires_in` is preferred, as it does not compare two clocks; an end in the past is ignored. */
function lifetimeOf({ expires_in: seconds, expires_at: date }: TokenAnswer): number {
  const relative = typeof seconds === 'string' ? Number(seconds) : seconds;
  if (typeof relative === 'number' && relative > 0) return relative * 1000;
  const left = typeof date === 'string' ? Date.parse(date) - Date.now() : Number.NaN;
  return left > 0 ? left : Number.POSITIVE_INFINITY;
}

/** A rejected client is answered with 400, 401 or 403, depending on what is wrong with it. */
function explainRefusal(error: unknown): never {
  if (!(error instanceof TenantError) || ![400, 401, 403].includes(error.status ?? 0)) throw error;
  const { method, path, status, code, traceId } = error;
  throw new TenantError(`The tenant did not issue a token to the OAuth client. ${error.message}`, {
    ...{ method, path, status, code, traceId },
    cause: error,
    exitCode: exitCodes.auth,
    hint: 'Check the client id and secret, that the client belongs to this tenant and is a machine-to-machine client, and that its secret was not revoked.',
  });
}

/** Only this caller stops waiting; the fetch continues for the others that share it. */
function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise;
  return new Promise((resolve, reject) => {
    const leave = (): void => reject(signal.reason);
    signal.addEventListener('abort', leave, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', leave));
  });
}
