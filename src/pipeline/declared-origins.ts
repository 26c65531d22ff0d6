/** What the config declares that extensions load from other hosts, by the names of extensions. */

import type { Config } from '../config/config.js';
import type { DesiredState, Finding } from '../core/model.js';
import type { CspDirective, DeclaredOrigins } from '../core/origins/csp.js';
import { finding } from '../core/rules/catalogue.js';
import { checkDeclared } from '../core/rules/origins.js';
import { createSelector } from '../run/selection.js';

/** Whether this project has anything to do with origins. */
export function usesOrigins({
  config,
}: {
  readonly config: Pick<Config, 'manageOrigins' | 'origins'>;
}): boolean {
  return config.manageOrigins || Object.keys(config.origins).length > 0;
}

interface Declared {
  /** For one extension, from every key that names it. */
  readonly of: (name: string) => DeclaredOrigins;
  /** Declarations without a use: a key that names no extension, a host that no code names. */
  readonly check: (desired: DesiredState) => readonly Finding[];
}

const nothing: Declared = { of: () => ({}), check: () => [] };

export async function readDeclared({
  origins,
  displayFile,
}: Pick<Config, 'origins' | 'displayFile'>): Promise<Declared> {
  const keys = Object.keys(origins);
  if (keys.length === 0) return nothing;
  const selectors = await Promise.all(
    keys.map(async (key) => ({ key, matches: (await createSelector([key]))?.matches ?? (() => false) })),
  );
  return {
    of: (name) =>
      selectors
        .filter(({ matches }) => matches(name))
        .reduce<DeclaredOrigins>((all, { key }) => join(all, origins[key] ?? {}), {}),
    check: ({ extensions, notSelected, skipped }) => {
      const others = [...notSelected, ...skipped.map(({ name }) => name)];
      return selectors.flatMap(({ key, matches }) => {
        const named = extensions.filter(({ name }) => matches(name));
        // Another extension that the key names may be the one that uses the host.
        if (others.some(matches)) return [];
        return named.length === 0
          ? [unmatched(key, displayFile)]
          : checkDeclared({ key, origins: origins[key] ?? {}, file: displayFile }, named);
      });
    },
  };
}

function unmatched(key: string, file: string): Finding {
  return finding('origins-unmatched', {
    file,
    message: `"origins" names ${key}, which is not among the folders.`,
    hint: 'Write the name of the .qext file in its exact case, without the suffix, or a glob.',
  });
}

function join(some: DeclaredOrigins, others: DeclaredOrigins): DeclaredOrigins {
  const origins = [...new Set([...Object.keys(some), ...Object.keys(others)])];
  const both = (origin: string): readonly CspDirective[] => [
    ...new Set([...(some[origin] ?? []), ...(others[origin] ?? [])]),
  ];
  return Object.fromEntries(origins.map((origin) => [origin, both(origin)]));
}
