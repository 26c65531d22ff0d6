/** Reads a list page by page, following the tenant's links. */

import { isObject } from '../core/json.js';
import { type Answer, badBody, parseJson } from './http/answers.js';
import type { TenantHttp } from './http/http.js';
import { hasMorePages, type Page } from './wire.js';

/** Options that every call takes. */
export interface CallOptions {
  /** Ends the call; it rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Follows `links.next.href` from page to page until there is none.
 *
 * @throws TenantError `incomplete-view` if a page is not a list, or announces more in an unknown way; `page-loop` if a
 *   link repeats or the pages do not end.
 */
export async function* readPages<T>(
  http: TenantHttp,
  path: string,
  isEntry: (value: unknown) => value is T,
  options: CallOptions = {},
): AsyncGenerator<Page<T>, void, undefined> {
  const seen = new Set<string>();
  let next: string | undefined = path;
  while (next !== undefined) {
    seen.add(next);
    const read = (answer: Answer) => readPage(answer, isEntry, seen);
    const got: PageAndNext<T> = await http.request({
      method: 'GET',
      path: next,
      read,
      signal: options.signal,
    });
    yield got.page;
    next = got.next;
  }
}

/** The entries of all pages, one by one. */
export async function* readEntries<T>(pages: AsyncIterable<Page<T>>): AsyncGenerator<T, void, undefined> {
  for await (const page of pages) yield* page.data;
}

/**
 * A million entries at Qlik's largest page size; otherwise a tenant that always announces another page would be read
 * forever.
 */
const mostPages = 10_000;

interface PageAndNext<T> {
  readonly page: Page<T>;
  readonly next: string | undefined;
}

function readPage<T>(
  answer: Answer,
  isEntry: (value: unknown) => value is T,
  seen: ReadonlySet<string>,
): PageAndNext<T> {
  const body = parseJson(answer);
  if (!isPageOf(body, isEntry)) {
    throw badBody(answer, 'is not a page of a list', { code: 'incomplete-view' });
  }
  const href = body.links?.next?.href;
  const next = typeof href === 'string' && href !== '' ? pathOfLink(href, answer) : undefined;
  if (next === undefined && hasMorePages(body)) {
    throw badBody(answer, 'says that there is more, but not where', { code: 'incomplete-view' });
  }
  if (next !== undefined && seen.has(next)) {
    throw badBody(answer, 'leads back to a page that was already read', { code: 'page-loop' });
  }
  if (next !== undefined && seen.size >= mostPages) {
    throw badBody(answer, `announces more even after ${mostPages} pages`, { code: 'page-loop' });
  }
  return { page: body, next };
}

function isPageOf<T>(
  body: unknown,
  isEntry: (value: unknown) => value is T,
): body is Page<T> & Readonly<Record<string, unknown>> {
  return isObject(body) && Array.isArray(body['data']) && body['data'].every(isEntry);
}

/**
 * The path and query of a link to the next page, resolved against the address of the page it is on.
 *
 * @throws TenantError if it leads to another origin, which must not get the credential, or to another path, which is not
 *   a page of the same list.
 */
function pathOfLink(href: string, answer: Answer): string {
  const base = `${answer.origin}${answer.path}`;
  const url = URL.canParse(href, base) ? new URL(href, base) : undefined;
  if (url === undefined) throw badBody(answer, 'has a link that is not a URL');
  if (url.origin !== answer.origin) {
    throw badBody(answer, `leads to another host (${url.host}) for its next page`, {
      code: 'foreign-link',
      hint: `The credential belongs to ${answer.origin} and is sent nowhere else.`,
    });
  }
  if (url.pathname !== answer.path) throw badBody(answer, `leads to ${url.pathname} for its next page`);
  return `${url.pathname}${url.search}`;
}
