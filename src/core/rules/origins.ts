/** Other hosts that an extension loads from: Qlik Cloud's Content Security Policy blocks them silently. */

import type { OriginUse } from '../content/origins.js';
import { count } from '../format.js';
import type { DesiredExtension, Finding } from '../model.js';
import { finding } from './catalogue.js';
import { displayPath } from './place.js';

/** One finding per origin, at its first use. */
export function checkOrigins(extension: DesiredExtension): readonly Finding[] {
  return [...usesByOrigin(extension)].map(([origin, { path, use, files }]) =>
    finding('external-origin', {
      extension: extension.name,
      file: displayPath(extension, path),
      line: use.line,
      column: use.column,
      message: `The code loads from ${origin}${files > 1 ? ` (in ${count(files, 'file')})` : ''}, which browsers block silently unless the tenant allows it.`,
      hint: `Add ${origin.replace(/^\w+:\/\//, '')} to the tenant's Content Security Policy, or bundle what is loaded with the extension. Set the rule external-origin to "off" once it is allowed.`,
    }),
  );
}

interface FirstUse {
  readonly path: string;
  readonly use: OriginUse;
  readonly files: number;
}

function usesByOrigin(extension: DesiredExtension): ReadonlyMap<string, FirstUse> {
  const uses = new Map<string, FirstUse>();
  for (const { path, facts } of extension.files) {
    for (const use of facts.origins ?? []) {
      const known = uses.get(use.origin);
      uses.set(
        use.origin,
        known === undefined ? { path, use, files: 1 } : { ...known, files: known.files + 1 },
      );
    }
  }
  return uses;
}
