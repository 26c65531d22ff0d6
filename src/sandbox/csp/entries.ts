/** Entries of the tenant's Content Security Policy: pure decisions over all of them. */

import { type CspDirective, cspDirectives, cspSwitches, switchOf } from '../../core/origins/csp.js';
import type { CspEntry, CspEntryBody } from '../../core/origins/entry.js';
import { Refusal } from '../http/answer.js';
import type { Behaviour } from '../options.js';

export type CspEntries = readonly CspEntry[];

/** Qlik's limits. */
const mostEntries = 256;

const longestHeader = 6_144;

const longest = { origin: 256, name: 512, description: 1_024 } as const;

/** @throws {Refusal} 400 */
export function readSent(body: unknown, behaviour: Behaviour): CspEntryBody {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw new Refusal(400, 'A JSON object is required.');
  }
  const sent = body as Readonly<Record<string, unknown>>;
  const origin = textOf(sent, 'origin')?.trim() ?? '';
  if (origin === '' || /[\s;,]/.test(origin))
    throw new Refusal(400, 'origin is required, and is one origin.');
  const description = behaviour.cspDescription === 'keep' ? textOf(sent, 'description') : undefined;
  return {
    origin: behaviour.cspOrigin === 'strip' ? origin.replace(/^(?:https?|wss?):\/\//i, '') : origin,
    name: textOf(sent, 'name') ?? '',
    description: description ?? '',
    ...Object.fromEntries(cspSwitches.map((each) => [each, flagOf(sent, each)])),
  };
}

function textOf(sent: Readonly<Record<string, unknown>>, field: keyof typeof longest): string | undefined {
  const value = sent[field] ?? undefined;
  if (value === undefined) return undefined;
  if (typeof value !== 'string') throw new Refusal(400, `${field} must be a text.`);
  if (value.length > longest[field]) {
    throw new Refusal(400, `${field} must have at most ${longest[field]} characters.`);
  }
  return value;
}

function flagOf(sent: Readonly<Record<string, unknown>>, field: string): boolean {
  const value = sent[field] ?? false;
  if (typeof value !== 'boolean') throw new Refusal(400, `${field} must be true or false.`);
  return value;
}

/** With `entry` added, or in place of the one with its id. @throws {Refusal} 400 */
export function withEntry(entries: CspEntries, entry: CspEntry, behaviour: Behaviour): CspEntries {
  const others = entries.filter(({ id }) => id !== entry.id);
  if (
    behaviour.cspDuplicates === 'refuse' &&
    others.some(({ origin }) => origin.toLowerCase() === entry.origin.toLowerCase())
  ) {
    throw new Refusal(400, `There is an entry for ${entry.origin} already.`);
  }
  const next = [...others, entry];
  if (behaviour.cspLimits === 'refuse' && next.length > mostEntries) {
    throw new Refusal(400, `A tenant can have at most ${mostEntries} entries.`);
  }
  if (behaviour.cspLimits === 'refuse' && headerOf(next).length > longestHeader) {
    throw new Refusal(400, `The header would have more than ${longestHeader} characters.`);
  }
  return next;
}

/** @throws {Refusal} 404 */
export function findEntry(entries: CspEntries, id: string): CspEntry {
  const found = entries.find((entry) => entry.id === id);
  if (found === undefined) throw new Refusal(404, `CSP entry ${id} was not found.`);
  return found;
}

/** What Qlik Cloud allows by itself, in miniature. */
const byDefault: Readonly<Record<CspDirective, string>> = {
  'child-src': "'self' blob:",
  'connect-src': "'self' https://*.qlikcloud.com wss://*.qlikcloud.com",
  'font-src': "'self' data: https://*.qlikcloud.com",
  'form-action': "'self'",
  'frame-ancestors': "'self'",
  'frame-src': "'self'",
  'img-src': "'self' data: blob: https://*.qlikcloud.com",
  'media-src': "'self' blob:",
  'object-src': "'none'",
  'script-src': "'self' 'unsafe-inline' 'unsafe-eval' blob: https://*.qlikcloud.com",
  'style-src': "'self' 'unsafe-inline' https://*.qlikcloud.com",
  'worker-src': "'self' blob:",
};

/** Each origin once per directive. */
export function headerOf(entries: CspEntries): string {
  const sourcesOf = (directive: CspDirective): readonly string[] => {
    const hosts = entries.filter((entry) => entry[switchOf('https', directive)] === true);
    const sockets =
      directive === 'connect-src' ? entries.filter((entry) => entry.connectSrcWSS === true) : [];
    return [...hosts.map(({ origin }) => origin), ...sockets.map(({ origin }) => `wss://${origin}`)];
  };
  return cspDirectives
    .map((directive) => [directive, byDefault[directive], ...new Set(sourcesOf(directive))].join(' '))
    .join('; ');
}
