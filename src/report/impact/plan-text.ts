/** The apps that a plan touches: `update kpi-card: 4 apps, 312 people in 28 days`. */

import { describeGaps, describeReach } from '../../core/impact-gate.js';
import { isWhole } from '../../core/impact-tally.js';
import { type Paint, printable } from '../paint.js';
import type { PlanReport } from '../plan/report.js';
import { renderUsageOff } from './text.js';

/** Nothing where nobody looked. */
export function renderPlanImpact(
  { plan, impact }: Pick<PlanReport, 'plan' | 'impact'>,
  paint: Paint,
): string {
  if (impact === undefined) return '';
  const actions = new Map(plan.changes.map(({ name, action }) => [name, action]));
  const lines = impact.extensions.map(({ extension, uses }) => {
    const none = isWhole(impact) ? 'no visible app' : 'no use seen';
    const reach = uses.length === 0 ? none : describeReach(uses);
    return `  ${actions.get(extension) ?? 'change'} ${printable(extension)}: ${reach}\n`;
  });
  if (lines.length === 0) return '';
  const gaps = isWhole(impact) ? '' : `  at least that: ${printable(describeGaps(impact))}\n`;
  return `Apps that use what changes:\n${lines.join('')}${gaps}${renderUsageOff(impact, paint)}`;
}
