/** What an error answer says, whoever wrote it: Qlik, an OAuth server, or a proxy on the way. */

import { isObject, tryParseJson } from '../../core/json.js';

/** Plain text, safe for a terminal, without stack traces. */
interface ErrorBody {
  readonly title?: string | undefined;
  readonly detail?: string | undefined;
  readonly code?: string | undefined;
  readonly traceId?: string | undefined;
  readonly resourceName?: string | undefined;
}

/**
 * Reads both error shapes that Qlik uses (`{title, meta, …}` of Extensions, `{errors: […]}` of everything else), that
 * of OAuth (RFC 6749, 5.2), and what proxies send instead: HTML, plain text, nothing.
 */
export function readErrorBody(answer: {
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Buffer;
}): ErrorBody {
  if (isHtml(answer)) return readPage(answer.body);
  const value = tryParseJson(new TextDecoder().decode(answer.body));
  if (!isObject(value)) return {};
  return Array.isArray(value['errors']) ? readErrors(value, value['errors']) : readFlat(value);
}

/** nginx and its like put the status before what they say. */
function readPage(body: Buffer): ErrorBody {
  const [, status, title = 'an HTML page'] = /^(\d{3} )?(.+)$/.exec(plain(htmlTitle(body)) ?? '') ?? [];
  return status === undefined ? { detail: title } : { title };
}

function readErrors(body: Fields, errors: readonly unknown[]): ErrorBody {
  const entries = errors.filter(isObject);
  const first = entries[0] ?? {};
  const details = entries.map((entry) => plain(entry['detail'])).filter((detail) => detail !== undefined);
  return {
    title: plain(first['title']),
    detail: details.length === 0 ? undefined : details.join('; '),
    code: plain(first['code']),
    traceId: plain(body['traceId']),
  };
}

function readFlat(body: Fields): ErrorBody {
  const meta = isObject(body['meta']) ? body['meta'] : {};
  return {
    title: plain(body['title']) ?? plain(body['error']),
    detail: plain(meta['message']) ?? plain(body['message']) ?? plain(body['error_description']),
    code: plain(body['code']) ?? plain(body['error']),
    traceId: plain(body['traceId']),
    resourceName: plain(meta['resourceName']),
  };
}

type Fields = Readonly<Record<string, unknown>>;

/** One line without control characters, which could control a terminal; a stack trace after the text is cut off. */
export function plain(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined;
  const text = value
    .replace(/\s+at \S+ \(?[^\n]*:\d+:\d+[\s\S]*$/, '')
    .replace(/[\s\u0000-\u001f\u007f-\u009f]+/g, ' ');
  return text.trim() === '' ? undefined : text.trim().slice(0, 300);
}

/** Whether a body is a web page where data was expected, by its declared type or its beginning. */
export function isHtml(answer: {
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Buffer;
}): boolean {
  if (/^\s*text\/html\b/i.test(answer.headers['content-type'] ?? '')) return true;
  return /^\s*<(?:!doctype html|html)\b/i.test(textStart(answer.body));
}

/** The text of a page's `<title>`. */
function htmlTitle(body: Buffer): string | undefined {
  return /<title[^>]*>([^<]{1,200})/i.exec(textStart(body))?.[1];
}

function textStart(body: Buffer): string {
  return new TextDecoder().decode(body.subarray(0, 4096));
}
