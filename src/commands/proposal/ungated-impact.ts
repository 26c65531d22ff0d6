/** A plan that was asked for apps where the config does not: what it holds up, an apply that is not asked does. */

import type { Finding } from '../../core/model.js';
import { applySeverities, finding } from '../../core/rules.js';
import { shellWord } from '../../core/shell-word.js';
import type { RunPlace } from '../run-place.js';
import type { Judged } from './judged.js';

/** @param out the plan's file, which carries its options to an apply */
export function withUngated<T extends Judged>(
  judged: T,
  { settings, io }: RunPlace,
  out: string | undefined,
): T {
  const { plan } = judged.guard;
  const held = plan.changes.filter(({ blocked }) => blocked?.rail === 'impact').map(({ name }) => name);
  if (settings.config.impact !== 'off' || held.length === 0) return judged;
  const told = describeUngated(held, out === undefined ? applyLike(io.argv) : ['apply', out]);
  const { findings, ...about } = judged.about;
  return {
    ...judged,
    about: { ...about, findings: [...findings, ...applySeverities([told], settings.config.rules)] },
  };
}

function describeUngated(held: readonly string[], command: readonly string[]): Finding {
  return finding('impact-not-held', {
    message: `apply holds up ${held.join(', ')} only where it looks for apps as well: with --impact, --accept-impact, or "impact" in the config.`,
    hint: `Use ${['qlik-sync', ...command].map(shellWord).join(' ')}, or set "impact": "deletes" in the config.`,
  });
}

/** The command line of a plan as that of an apply. */
function applyLike(argv: readonly string[]): readonly string[] {
  const at = argv.indexOf('plan');
  const lookOnly: readonly string[] = ['--diff', '--detailed-exitcode'];
  return argv
    .map((word, index) => (index === at ? 'apply' : word))
    .filter((word) => !lookOnly.includes(word));
}
