/** Keeps a list's next page on the tenant and on the list. For whoever turns pages. */

import { type Answer, badBody } from './answers.js';

/**
 * The path and query that a link to the next page leads to, resolved against the address it came from.
 *
 * @throws TenantError where it leads to another origin, which must not get the credential, or to another path, which is
 * not a page of the same list.
 */
export function pathOfLink(href: string, answer: Answer): string {
  const base = `${answer.origin}${answer.path}`;
  const url = URL.canParse(href, base) ? new URL(href, base) : undefined;
  if (url === undefined) throw badBody(answer, 'has a link that is no URL');
  if (url.origin !== answer.origin) {
    throw badBody(answer, `leads to another host (${url.host}) for its next page`, {
      code: 'foreign-link',
      hint: `The credential belongs to ${answer.origin} and is sent nowhere else.`,
    });
  }
  if (url.pathname !== answer.path) throw badBody(answer, `leads to ${url.pathname} for its next page`);
  return `${url.pathname}${url.search}`;
}
