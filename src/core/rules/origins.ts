/** Other hosts that an extension loads from: Qlik Cloud's Content Security Policy blocks them silently. */

import { anyElement, type Directive } from '../content/directives.js';
import { maxOrigins, type OriginUse } from '../content/origins.js';
import { fileName, suffixOf } from '../digest.js';
import { count } from '../format.js';
import type { DesiredExtension, Finding, KeptFile } from '../model.js';
import { covers, type DeclaredOrigins, declaredDirectives, parseOrigin } from '../origins/csp.js';
import { finding } from './catalogue.js';
import { shownPath } from './place.js';

/** One finding per origin that is not declared, at its first use. */
export function checkOrigins(
  extension: DesiredExtension,
  declared: DeclaredOrigins = {},
): readonly Finding[] {
  return [...usesByOrigin(extension)].flatMap(([origin, first]) => {
    const words = explain(extension.name, origin, first, declared);
    if (words === undefined) return [];
    const { line, column } = first.use;
    const place = { file: shownPath(extension, first.path), line, column };
    return [finding('external-origin', { extension: extension.name, ...place, ...words })];
  });
}

/** `undefined` for what the config declares. The tenant's policy does not decide what https pages may not load at all. */
function explain(
  name: string,
  origin: string,
  { files, needs }: FirstUse,
  declared: DeclaredOrigins,
): { readonly message: string; readonly hint: string } | undefined {
  const place = files > 1 ? ` (in ${count(files, 'file')})` : '';
  const loads = `The code loads from ${origin}${place}, which browsers block`;
  const [scheme = '', host = ''] = origin.split('://');
  const all = [...needs].sort();
  if (scheme === 'https' || scheme === 'wss') {
    const parsed = parseOrigin(origin);
    const known = parsed && declaredDirectives(declared, parsed);
    const missing = known === undefined ? all : all.filter((need) => !isDeclared(need, needs, known));
    if (missing.length === 0) return undefined;
    const message =
      known === undefined
        ? `${loads} silently unless the tenant allows it.`
        : `The code loads from ${origin}${place}, and needs ${missing.join(', ')}, which "origins" does not declare.`;
    const entry = JSON.stringify({ [name]: { [origin]: known === undefined ? all : missing } });
    return {
      message,
      hint: `If that is meant, declare it in the config: "origins": ${entry}, so that plan compares it with the tenant's Content Security Policy. Or bundle what is loaded with the extension.`,
    };
  }
  const safe = scheme === 'ws' ? 'wss' : 'https';
  const other = safe === 'wss' ? '' : ', or bundle what is loaded with the extension';
  return {
    message: `${loads} on the https pages of Qlik Cloud whatever the tenant allows: ${scheme}:// is mixed content.`,
    hint: `Write ${safe}://${host} and add ${host} to the tenant's Content Security Policy (${all.join(', ')})${other}.`,
  };
}

/** If the code does not show which element loads it, one of the possible directives is enough. */
function isDeclared(
  need: Directive,
  needs: ReadonlySet<Directive>,
  known: ReadonlySet<Directive | string>,
): boolean {
  if (known.has(need)) return true;
  const isAny = anyElement.includes(need) && anyElement.every((each) => needs.has(each));
  return isAny && anyElement.some((each) => known.has(each));
}

/** What one key of the config declares. */
interface Declaration {
  /** A name or glob. */
  readonly key: string;
  readonly origins: DeclaredOrigins;
  /** The config's. */
  readonly file: string;
}

/** Declared and nowhere in the code, as far as it can be read. @param extensions all that the key names */
export function checkDeclared(
  { key, origins, file }: Declaration,
  extensions: readonly DesiredExtension[],
): readonly Finding[] {
  if (extensions.length === 0 || !extensions.every(isReadable)) return [];
  const used = extensions
    .flatMap((extension) => [...usesByOrigin(extension).keys()])
    .flatMap((origin) => parseOrigin(origin) ?? []);
  const [only, ...others] = extensions;
  return Object.keys(origins)
    .filter((text) => {
      const host = parseOrigin(text)?.host;
      return host !== undefined && !used.some((use) => covers(host, use.host) || covers(use.host, host));
    })
    .map((text) =>
      finding('origin-unused', {
        ...(only !== undefined && others.length === 0 && { extension: only.name }),
        file,
        message: `"origins" declares ${text} for ${key}, and no code there names that host.`,
        hint: 'Remove the declaration, unless the address comes from a property or is put together while the code runs.',
      }),
    );
}

/** WebAssembly, a placeholder of git, and a truncated list of hosts may name any host. */
function isReadable({ files, lacking = [] }: DesiredExtension): boolean {
  if (lacking.length > 0) return false;
  return files.every(
    ({ path, facts }) =>
      suffixOf(path) !== 'wasm' &&
      facts.placeholder === undefined &&
      (facts.origins?.length ?? 0) < maxOrigins,
  );
}

interface FirstUse {
  readonly path: string;
  readonly use: OriginUse;
  readonly files: number;
  /** For all uses together. */
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

/** Complete pages (a documentation, a demo) that nothing in the extension names, so that nobody opens them. */
function idlePages(files: readonly KeptFile[]): ReadonlySet<string> {
  const idle = new Set(files.filter(({ facts }) => facts.page === true).map(({ path }) => path));
  const named = new Set(
    files.filter(({ path }) => !idle.has(path)).flatMap(({ facts }) => facts.names ?? []),
  );
  // Iterating over a set also visits what is added meanwhile.
  for (const name of named) {
    for (const file of files.filter(({ path }) => idle.has(path) && fileName(path) === name)) {
      idle.delete(file.path);
      for (const more of file.facts.names ?? []) named.add(more);
    }
  }
  return idle;
}
