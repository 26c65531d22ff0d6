/**
 * The approvals of a session. A number approves one plan, so the first plan that it lets through uses it up, and so does
 * the approval of an empty project; no person has seen later plans. Approvals given by name stay valid for the whole
 * session.
 */

import { UserError } from '../core/errors.js';
import { exitCodes } from '../core/exit-codes.js';
import { numbersOf } from '../core/guard.js';
import { gateChanges } from '../core/impact/gate.js';
import type { PlannedRun } from '../pipeline/planned.js';
import { flagOf } from '../pipeline/policy.js';
import type { Approvals } from '../run/flags.js';

export interface SessionApprovals {
  /** Those that are not used up. */
  readonly left: () => Approvals;
  /**
   * Uses up what lets this plan through, right before it is written.
   *
   * @throws UserError (exit 7) if another plan has used it meanwhile
   */
  readonly use: (planned: PlannedRun, approvals: Approvals) => void;
}

type Passing = 'allowDeletes' | 'allowUpdates' | 'allowEmpty' | 'acceptImpact';

export function createSessionApprovals(given: Approvals): SessionApprovals {
  const used = new Set<string>();
  return {
    left: () =>
      Object.fromEntries(Object.entries(given).filter(([approval]) => !used.has(approval))) as Approvals,
    use: (planned, approvals) => {
      const needed = findNeeded(planned, approvals);
      const gone = needed.find((approval) => used.has(approval));
      if (gone !== undefined) {
        throw new UserError(`${flagOf(gone)} approved another plan meanwhile.`, {
          exitCode: exitCodes.conflict,
        });
      }
      for (const approval of needed) used.add(approval);
    },
  };
}

/** A number of deletes does not approve a plan that deletes nothing, and must not cause its refusal. */
export function dropUnusedCounts(planned: PlannedRun): PlannedRun {
  const { deletes, updates } = numbersOf(planned.plan);
  const { allowDeletes, allowUpdates, ...others } = planned.rails.limits;
  const limits = {
    ...others,
    ...(deletes > 0 && allowDeletes !== undefined && { allowDeletes }),
    ...(updates > 0 && allowUpdates !== undefined && { allowUpdates }),
  };
  return { ...planned, rails: { ...planned.rails, limits } };
}

function findNeeded(planned: PlannedRun, approvals: Approvals): readonly Passing[] {
  const { deletes, updates } = numbersOf(planned.plan);
  const needs: Readonly<Record<Passing, boolean>> = {
    allowDeletes: deletes > 0,
    allowUpdates: updates > 0,
    allowEmpty: deletes > 0 && lacksFolders(planned),
    acceptImpact: breaksApps(planned),
  };
  const passing = Object.keys(needs) as readonly Passing[];
  return passing.filter((approval) => needs[approval] && approvals[approval] !== undefined);
}

function lacksFolders({ rails: { found, unmatched = [] }, about }: PlannedRun): boolean {
  const isMissing = about.findings.some(({ rule }) => rule === 'folder-missing');
  return found === 0 || unmatched.length > 0 || isMissing;
}

function breaksApps({ plan, about: { impact } }: PlannedRun): boolean {
  return impact !== undefined && gateChanges(plan.changes, impact, undefined).size > 0;
}
