/** Other hosts that an extension loads from: Qlik Cloud's Content Security Policy blocks them silently. */

import type { Directive } from '../content/directives.js';
import type { OriginUse } from '../content/origins.js';
import { fileName } from '../digest.js';
import { count } from '../format.js';
import type { DesiredExtension, Finding, KeptFile } from '../model.js';
import { finding } from './catalogue.js';
import { shownPath } from './place.js';

/** One finding per origin, at its first use. */
export function checkOrigins(extension: DesiredExtension): readonly Finding[] {
  return [...usesByOrigin(extension)].map(([origin, first]) =>
    finding('external-origin', {
      extension: extension.name,
      file: shownPath(extension, first.path),
      line: first.use.line,
      column: first.use.column,
      ...explain(origin, first),
    }),
  );
}

/** What https pages may not load at all is no matter of the tenant's policy. */
function explain(
  origin: string,
  { files, needs }: FirstUse,
): { readonly message: string; readonly hint: string } {
  const place = files > 1 ? ` (in ${count(files, 'file')})` : '';
  const loads = `The code loads from ${origin}${place}, which browsers block`;
  const [scheme = '', host = ''] = origin.split('://');
  const allow = `dd ${host} to the tenant's Content Security Policy (${[...needs].sort().join(', ')})`;
  const off = 'Set the rule external-origin to "off" once it is allowed.';
  if (scheme === 'https' || scheme === 'wss') {
    return {
      message: `${loads} silently unless the tenant allows it.`,
      hint: `A${allow}, or bundle what is loaded with the extension. ${off}`,
    };
  }
  const safe = scheme === 'ws' ? 'wss' : 'https';
  const other = safe === 'wss' ? '' : ', or bundle what is loaded with the extension';
  return {
    message: `${loads} on the https pages of Qlik Cloud whatever the tenant allows: ${scheme}:// is mixed content.`,
    hint: `Write ${safe}://${host} and a${allow}${other}.`,
  };
}

interface FirstUse {
  readonly path: string;
  readonly use: OriginUse;
  readonly files: number;
  /** Of all uses. */
  readonly needs: ReadonlySet<Directive>;
}

function usesByOrigin(extension: DesiredExtension): ReadonlyMap<string, FirstUse> {
  const pages = idlePages(extension.files);
  const uses = new Map<string, FirstUse>();
  for (const { path, facts } of extension.files) {
    if (pages.has(path)) continue;
    for (const use of facts.origins ?? []) {
      const known = uses.get(use.origin) ?? { path, use, files: 0, needs: new Set() };
      const needs = new Set([...known.needs, ...use.needs]);
      uses.set(use.origin, { ...known, files: known.files + 1, needs });
    }
  }
  return uses;
}

/** Whole pages (a documentation, a demo) that nothing of the extension names, so that nobody opens them. */
function idlePages(files: readonly KeptFile[]): ReadonlySet<string> {
  const idle = new Set(files.filter(({ facts }) => facts.page === true).map(({ path }) => path));
  const named = new Set(
    files.filter(({ path }) => !idle.has(path)).flatMap(({ facts }) => facts.names ?? []),
  );
  // A set that grows while it is gone through is gone through to its end.
  for (const name of named) {
    for (const file of files.filter(({ path }) => idle.has(path) && fileName(path) === name)) {
      idle.delete(file.path);
      for (const more of file.facts.names ?? []) named.add(more);
    }
  }
  return idle;
}
