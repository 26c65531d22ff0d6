/**
 * The approvals of a session. A number approves one plan, so the first look that it lets through uses it up, as that of
 * an empty project; later ones have not been seen by anybody. Approvals that name extensions last.
 */

import { UserError } from '../core/errors.js';
import { exitCodes } from '../core/exit-codes.js';
import { numbersOf } from '../core/guard.js';
import { gateChanges } from '../core/impact/gate.js';
import type { FolderProposal } from '../pipeline/plan-folders.js';
import { flagOf } from '../pipeline/policy.js';
import type { ApprovalOptions } from '../run/flags.js';

export interface SessionApprovals {
  /** What nothing was let through by yet. */
  readonly left: () => ApprovalOptions;
  /**
   * Uses up what lets this plan through, right before it is written.
   *
   * @throws UserError (exit 7) where another look used it meanwhile
   */
  readonly use: (proposal: FolderProposal, approvals: ApprovalOptions) => void;
}

type Passing = 'allowDeletes' | 'allowUpdates' | 'allowEmpty' | 'acceptImpact';

export function createSessionApprovals(given: ApprovalOptions): SessionApprovals {
  const used = new Set<string>();
  return {
    left: () =>
      Object.fromEntries(
        Object.entries(given).filter(([approval]) => !used.has(approval)),
      ) as ApprovalOptions,
    use: (proposal, approvals) => {
      const needed = findNeeded(proposal, approvals);
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

/** A look that deletes nothing is not what a number of deletes was said of, nor refused by it. */
export function withoutUnmeant(proposal: FolderProposal): FolderProposal {
  const { deletes, updates } = numbersOf(proposal.guard.plan);
  const { allowDeletes, allowUpdates, ...others } = proposal.guard.limits;
  const limits = {
    ...others,
    ...(deletes > 0 && allowDeletes !== undefined && { allowDeletes }),
    ...(updates > 0 && allowUpdates !== undefined && { allowUpdates }),
  };
  return { ...proposal, guard: { ...proposal.guard, limits } };
}

function findNeeded(proposal: FolderProposal, approvals: ApprovalOptions): readonly Passing[] {
  const { deletes, updates } = numbersOf(proposal.guard.plan);
  const needs: Readonly<Record<Passing, boolean>> = {
    allowDeletes: deletes > 0,
    allowUpdates: updates > 0,
    allowEmpty: deletes > 0 && lacksFolders(proposal),
    acceptImpact: breaksApps(proposal),
  };
  const passing = Object.keys(needs) as readonly Passing[];
  return passing.filter((approval) => needs[approval] && approvals[approval] !== undefined);
}

function lacksFolders({ folders: { found, unmatched, findings } }: FolderProposal): boolean {
  return found === 0 || unmatched.length > 0 || findings.some(({ rule }) => rule === 'folder-missing');
}

function breaksApps({ guard, about: { impact } }: FolderProposal): boolean {
  return impact !== undefined && gateChanges(guard.plan.changes, impact, undefined).size > 0;
}
