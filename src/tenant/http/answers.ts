/** The tenant's answer: read as the requested value, or turned into the error that explains it. */

import { TenantError, type TenantErrorDetails } from '../../core/errors.js';
import { nestsTooDeep } from '../../core/json.js';
import { isHtml, plain, readErrorBody } from './error-body.js';

/** One complete HTTP answer, and the request that it belongs to. */
export interface Answer {
  readonly method: string;
  /** Below the origin, without its query. */
  readonly path: string;
  readonly origin: string;
  /** The credential's name, for messages. */
  readonly credential: string;
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Buffer;
}

/** Turns a 2xx answer into a value. Throws TenantError if the body is not what was requested. */
export type Reader<T> = (answer: Answer) => T;

export function isSuccess(answer: Answer): boolean {
  return answer.status >= 200 && answer.status < 300;
}

/** Reads a body as JSON of an expected shape; `expected` names that shape in messages, such as `an item with an id`. */
export function readJson<T>(isExpected: (value: unknown) => value is T, expected: string): Reader<T> {
  return (answer) => {
    const value = parseJson(answer);
    if (!isExpected(value)) throw badBody(answer, `is JSON, but not ${expected}`);
    return value;
  };
}

export function parseJson(answer: Answer): unknown {
  if (isHtml(answer)) throw loginPage(answer, 'an HTML page');
  if (answer.body.length === 0) throw badBody(answer, 'is empty where JSON was expected');
  const text = decodeWhole(answer);
  if (nestsTooDeep(text)) throw badBody(answer, 'is nested deeper than any Qlik answer');
  try {
    return JSON.parse(text);
  } catch {
    throw badBody(answer, 'is not valid JSON');
  }
}

/** A damaged character would be written back damaged, for example as part of a tag. */
function decodeWhole(answer: Answer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(answer.body);
  } catch {
    const coding = answer.headers['content-encoding'];
    throw badBody(
      answer,
      coding === undefined ? 'is not UTF-8 text' : `is compressed (${plain(coding)}) and cannot be read`,
    );
  }
}

/** The body does not matter, but an HTML page means that nothing was done. */
export function readNothing(answer: Answer): void {
  if (isHtml(answer)) throw loginPage(answer, 'an HTML page');
}

/** For answers without a title. Node's own table would load all of `node:http` and slow down the start. */
const usualTitles: Readonly<Record<number, string>> = {
  304: 'Not Modified',
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  407: 'Proxy Authentication Required',
  408: 'Request Timeout',
  409: 'Conflict',
  410: 'Gone',
  411: 'Length Required',
  413: 'Payload Too Large',
  415: 'Unsupported Media Type',
  422: 'Unprocessable Entity',
  429: 'Too Many Requests',
  431: 'Request Header Fields Too Large',
  451: 'Unavailable For Legal Reasons',
  500: 'Internal Server Error',
  501: 'Not Implemented',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
  504: 'Gateway Timeout',
  511: 'Network Authentication Required',
};

const redirects: readonly number[] = [301, 302, 303, 307, 308];

/**
 * Whether something on the way refused, in a web page: then nothing is known of the credential. A 401 may be Qlik's all
 * the same, and a 404 the answer of a host that is no tenant.
 */
function isFromBetween(answer: Answer): boolean {
  const { status } = answer;
  return status >= 400 && status < 500 && status !== 401 && status !== 404 && isHtml(answer);
}

/** The error for an answer outside 2xx. */
export function errorOfAnswer(answer: Answer): TenantError {
  if (redirects.includes(answer.status)) return loginPage(answer, describeRedirect(answer));
  const said = readErrorBody(answer);
  const title = said.title ?? usualTitles[answer.status] ?? 'unknown status';
  const about = said.resourceName === undefined ? '' : ` (${said.resourceName})`;
  const detail = said.detail === undefined || said.detail === title ? '' : `: ${said.detail}`;
  return new TenantError(`${answer.method} ${answer.path}: ${answer.status} ${title}${detail}${about}`, {
    ...placeOf(answer),
    code: said.code ?? (isFromBetween(answer) ? 'web-page' : undefined),
    traceId: said.traceId,
    resourceName: said.resourceName,
    hint: hintOf(answer, said.traceId),
  });
}

/** A 2xx answer whose body cannot be used. */
export function badBody(
  answer: Answer,
  problem: string,
  details: Partial<TenantErrorDetails> = {},
): TenantError {
  return new TenantError(`${answer.method} ${answer.path}: the ${answer.status} answer ${problem}.`, {
    ...placeOf(answer),
    code: 'bad-body',
    hint: strangeAnswer(answer),
    ...details,
  });
}

function strangeAnswer({ origin }: Answer): string {
  return `Is ${origin} a Qlik Cloud tenant? A proxy on the way may also have changed the answer.`;
}

/** Qlik sometimes answers wrong credentials with its login page: a redirect, or HTML with a 2xx status. */
export function loginPage(answer: Answer, what: string): TenantError {
  return new TenantError(`${answer.method} ${answer.path}: answered with ${what} instead of data.`, {
    ...placeOf(answer),
    code: 'login-page',
    hint: `The tenant, or the network on the way to it, seems to ask for a login. Check the tenant URL (${answer.origin}), whether the ${answer.credential} belongs to it and is still valid, and what a browser of this machine shows there.`,
  });
}

/** Whether an error says that the extension or item does not exist (404) or no longer exists (410). */
export function isGone(error: unknown): boolean {
  return error instanceof TenantError && (error.status === 404 || error.status === 410);
}

/** The result of deleting something that does not exist. */
export function alreadyGone(error: unknown): 'already-gone' {
  if (isGone(error)) return 'already-gone';
  throw error;
}

function placeOf(answer: Answer): { method: string; path: string; status: number } {
  return { method: answer.method, path: answer.path, status: answer.status };
}

function describeRedirect(answer: Answer): string {
  const location = answer.headers['location'];
  const known = location !== undefined && URL.canParse(location, answer.origin);
  const host = known ? ` to ${new URL(location, answer.origin).host}` : '';
  return `a redirect${host} (${answer.status})`;
}

function hintOf(answer: Answer, traceId: string | undefined): string | undefined {
  const { status, origin, credential } = answer;
  if (status === 407 || status === 511) return signInBetween;
  if (status >= 500) {
    const who = isHtml(answer) ? 'The tenant, or a proxy or gateway on the way to it,' : 'The tenant';
    const trace = traceId === undefined ? '' : `; trace id for Qlik's support: ${traceId}`;
    return `${who} failed, not the request. Try again later${trace}.`;
  }
  if (status < 400) return strangeAnswer(answer);
  if (status === 403 && answer.path.startsWith('/api/v1/csp-origins') && !isHtml(answer)) {
    return `The user of the ${credential} may not do this. Entries of the Content Security Policy need Tenant Admin, or a role with "Admin CSP".`;
  }
  const usual = hints[status]?.(origin, credential);
  return isHtml(answer) ? hintOfPage(answer, usual) : usual;
}

const signInBetween =
  'Something on the way to the tenant wants a sign-in of its own. A proxy has to be named in HTTPS_PROXY, with user name and password; a network that wants a sign-in shows it in a browser of this machine.';

/** Qlik's API sends none with these. */
function hintOfPage(answer: Answer, usual: string | undefined): string {
  const { method, path, status, origin } = answer;
  if (status === 404) return `Is ${origin} a Qlik Cloud tenant? Check the tenant URL.`;
  if (status === 401) {
    return `${usual} The answer is a web page: a proxy or gateway on the way may also want a sign-in of its own.`;
  }
  if (status === 413 && usual !== undefined) return usual;
  return `Qlik's API does not answer with a web page: this one comes from a proxy, a firewall or a gateway on the way, or ${origin} is not a Qlik Cloud tenant. Ask whoever runs it to let ${method} ${path} through.`;
}

const hints: Readonly<Record<number, (origin: string, credential: string) => string>> = {
  401: (origin, credential) =>
    `${origin} does not accept the ${credential}: it may be expired, revoked, or made for another tenant.`,
  403: (_origin, credential) =>
    `The user of the ${credential} may not do this. Managing extensions needs Tenant Admin, Analytics Admin or a custom role with "Manage extensions"; listing needs less.`,
  409: () => 'The name is taken on the tenant. Plan again to see what is there.',
  413: () =>
    'Qlik takes archives of at most 30 MB, with 500 files and 100 MB unpacked. For a smaller one, it is a proxy or gateway on the way that takes less: ask whoever runs it.',
};

/**
 * Milliseconds that a `Retry-After` header asks to wait, whether it gives seconds or a date. A date is compared with that
 * of the answer, as the clock of this machine may be another.
 */
export function readRetryAfter(
  headers: { readonly 'retry-after'?: string | undefined; readonly date?: string | undefined } = {},
): number | undefined {
  const value = headers['retry-after']?.trim() ?? '';
  if (/^\d+(?:\.\d+)?$/.test(value)) return Number(value) * 1000;
  const date = readDate(value);
  return date === undefined ? undefined : Math.max(0, date - (readDate(headers.date) ?? Date.now()));
}

/** Milliseconds since 1970 of a date in HTTP. */
function readDate(text = ''): number | undefined {
  const date = text.trim().endsWith('GMT') ? Date.parse(text) : Number.NaN;
  return Number.isNaN(date) ? undefined : date;
}
