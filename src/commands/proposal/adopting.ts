/** What counts as content when a folder is compared with an extension that somebody else uploaded. */

import { readdirSync } from 'node:fs';
import type { DesiredExtension } from '../../core/model.js';
import type { Adopting } from '../../reconcile/resolve.js';
import { displayPath } from '../../source/display.js';
import { prepareIgnoreRules } from '../../source/ignore-rules.js';
import { whyPathLeftOut } from '../../source/left-out.js';
import { isNoise } from '../../source/noise.js';
import type { Settings } from '../settings.js';

/**
 * What the project's own rules leave out, and what no extension needs, does not count. All else does, so that nothing
 * an extension could load is lost with its adoption.
 * @param onLeftOut told of each file that the tenant holds and that does not count
 */
export function openAdopting(
  { config, cwd }: Settings,
  onLeftOut: (name: string, path: string) => void,
): Adopting {
  const { root, ignore } = config;
  const rulesFor = prepareIgnoreRules({ root, displayRoot: displayPath(cwd, root), patterns: ignore });
  return {
    counts: async (extension) => {
      const rules = await rulesFor(candidateOf(extension));
      return (path) => {
        const why = whyPathLeftOut(rules, path);
        const isOut = why === 'ignored' || (why === 'default' && isNoise(path));
        if (isOut) onLeftOut(extension.name, path);
        return !isOut;
      };
    },
  };
}

function candidateOf({ name, folder, displayFolder }: DesiredExtension) {
  const entries = readdirSync(folder, { withFileTypes: true });
  return { name, folder, displayFolder, manifestFile: `${name}.qext`, entries };
}
