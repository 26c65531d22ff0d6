/** What makes checkouts with different line endings undo each other's deploys. */

import type { LineEndings } from '../content/line-endings.js';
import { describeEndings, listNames } from '../format.js';
import type { Change, Finding } from '../model.js';
import { applySeverities, finding, type RuleSettings } from './catalogue.js';

const shownNames = 5;

/** Once for all extensions, as they have one cause. No finding if the next upload ends the problem for good. */
export function checkLineEndings(
  changes: readonly Change[],
  lineEndings: LineEndings,
  settings: RuleSettings,
): readonly Finding[] {
  const differing = changes.filter(
    ({ onlyLineEndings, reason }) => onlyLineEndings !== undefined && reason !== 'not-selected',
  );
  if (differing.length === 0 || lineEndings === 'lf') return [];
  const names = differing.map(({ name }) => name);
  const files = differing.reduce((sum, { onlyLineEndings = 0 }) => sum + onlyLineEndings, 0);
  const found = [
    finding('line-endings', {
      message: `${listNames(names, shownNames)}: ${describeEndings(files)} between the folder and the tenant, so checkouts with CRLF and with LF undo each other's deploys.`,
      hint: `Add the line "* text=auto eol=lf" to .gitattributes and commit what "git add --renormalize ." changes, or set "lineEndings": "lf" in the config.`,
    }),
  ];
  return applySeverities(found, settings);
}
