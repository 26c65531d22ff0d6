/** What a browser says of a page, from outside of it: errors, what its policy blocked, files that are not there. */

import type { CDPSession } from 'playwright-core';
import type { PreviewError } from '../core/preview.js';
import { cutText, firstLineOf } from './texts.js';

export interface Seen {
  readonly errors: readonly PreviewError[];
  readonly blocked: readonly string[];
  readonly missing: readonly string[];
}

export interface PageWatch {
  /** @param directive of a policy, or what Playwright calls the kind of a request */
  readonly addBlocked: (directive: string, address: string) => void;
  readonly addMissing: (path: string) => void;
  readonly seen: () => Seen;
  /** Begins to listen. */
  readonly attach: (session: CDPSession) => Promise<void>;
}

/** @param base the address of the extension's folder */
export function createPageWatch(base: string): PageWatch {
  const watched: Watched = { base, errors: [], blocked: new Set(), missing: new Set() };
  return {
    addBlocked: (directive, address) => addBlocked(watched, directive, address),
    addMissing: (path) => {
      if (watched.missing.size < most) watched.missing.add(path);
    },
    seen: () => ({
      errors: watched.errors,
      blocked: [...watched.blocked].sort(),
      missing: [...watched.missing].sort(),
    }),
    attach: (session) => attach(session, watched),
  };
}

interface Watched {
  readonly base: string;
  readonly errors: PreviewError[];
  readonly blocked: Set<string>;
  readonly missing: Set<string>;
}

/** Of each kind, so that a page that never stops cannot fill the report. */
const most = 20;

async function attach(session: CDPSession, watched: Watched): Promise<void> {
  session.on(
    'Runtime.exceptionThrown',
    ({ exceptionDetails: { text, exception, stackTrace, url, lineNumber, columnNumber } }) => {
      const message = exception?.description ?? String(exception?.value ?? text);
      const frames = stackTrace?.callFrames ?? [];
      const own = { url: url ?? '', lineNumber, columnNumber };
      addError(watched, 'exception', message, [...frames, own]);
    },
  );
  session.on('Runtime.consoleAPICalled', ({ type, args, stackTrace }) => {
    if (type !== 'error' && type !== 'assert') return;
    const message = args.map(({ description, value }) => description ?? String(value)).join(' ');
    addError(watched, 'console', message, stackTrace?.callFrames ?? []);
  });
  session.on('Audits.issueAdded', ({ issue }) => {
    const found = issue.details.contentSecurityPolicyIssueDetails;
    if (found?.blockedURL !== undefined && /^(https?|wss?):/.test(found.blockedURL))
      addBlocked(watched, found.violatedDirective, found.blockedURL);
  });
  await Promise.all([session.send('Runtime.enable'), session.send('Audits.enable')]);
}

interface Frame {
  readonly url: string;
  /** 0-based. */
  readonly lineNumber: number;
  readonly columnNumber: number;
}

function addError(
  watched: Watched,
  kind: PreviewError['kind'],
  text: string,
  frames: readonly Frame[],
): void {
  const { errors, base } = watched;
  const message = firstLineOf(text);
  const place =
    frames.map((frame) => placeOf(frame, base)).find((found) => found !== undefined) ?? placeIn(text, base);
  const isKnown = errors.some((known) => known.message === message && known.file === place?.file);
  if (!isKnown && errors.length < most) errors.push({ kind, message, ...place });
}

type ErrorPlace = Pick<PreviewError, 'file' | 'line' | 'column'>;

function placeOf({ url, lineNumber, columnNumber }: Frame, base: string): ErrorPlace | undefined {
  if (!url.startsWith(base)) return undefined;
  return { file: shortened(url.slice(base.length)), line: lineNumber + 1, column: columnNumber + 1 };
}

/** `at draw (https://…/a.js:3:7)` in the stack of an error that somebody else caught. */
function placeIn(text: string, base: string): ErrorPlace | undefined {
  const at = text.indexOf(base);
  if (at < 0) return undefined;
  const [, file = '', line, column] = /^([^\s:]*):(\d+):(\d+)/.exec(text.slice(at + base.length)) ?? [];
  if (line === undefined) return undefined;
  return { file: shortened(file), line: Number(line), column: Number(column) };
}

function shortened(path: string): string {
  return cutText(path.replace(/[?#].*$/, ''), 300);
}

/** `script-src-elem https://cdn.example.com/x.js` → `script-src https://cdn.example.com`. */
function addBlocked({ blocked }: Watched, directive: string, address: string): void {
  const short = directives[directive] ?? directive.replace(/-(elem|attr)$/, '');
  if (!URL.canParse(address)) return;
  const { protocol, host } = new URL(address);
  if (blocked.size < most) blocked.add(cutText(`${short} ${protocol}//${host}`, 400));
}

/** What Playwright calls a request, as a policy does. */
const directives: Readonly<Record<string, string>> = {
  ...{
    script: 'script-src',
    stylesheet: 'style-src',
    image: 'img-src',
    font: 'font-src',
    media: 'media-src',
  },
  ...{
    fetch: 'connect-src',
    xhr: 'connect-src',
    ping: 'connect-src',
    websocket: 'connect-src',
    other: 'connect-src',
  },
};
