/** What `apply` was asked to apply: what the folders say now, or exactly a plan that somebody reviewed. */

import { UserError } from '../../core/errors.js';
import type { Plan } from '../../core/model.js';
import type { Io } from '../io.js';
import type { SharedFlags } from '../options/shared.js';
import { createSelector, explainingUnused, type Selector, selectExactly } from '../proposal/selection.js';
import type { RunPlace } from '../run-place.js';
import { mergeFlags, workingFolder } from '../settings.js';
import type { Approving } from '../settle/settle.js';
import type { ReviewedScope } from './plan-file.js';

export interface Reviewing extends SharedFlags, Approving {
  /** The digest of the plan that was reviewed. */
  readonly expect?: string;
  readonly changedSince?: string;
}

export interface Review {
  /** The plan file, which is one tenant's; absent where the arguments are names. */
  readonly file?: string;
  readonly selector: Selector | undefined;
  /** This run's, with those that the reviewed plan was made with. */
  readonly approvals: Approving;
  /** For whoever applies: what the plan file permits. */
  readonly notice?: string | undefined;
  /** @throws RefusedError (exit 6) where the plan is for another tenant or project */
  readonly assertMeantFor: (place: RunPlace) => void;
  /** Absent where no plan file says what was reviewed. */
  readonly reviewed?: ReviewedScope;
  /**
   * @param say for whoever applies
   * @throws RefusedError (exit 7) where something else would be written than what was reviewed
   */
  readonly assertUnmoved: (now: Plan, say: (notice: string) => void) => void;
}

/**
 * @param args names or globs, or the one file that `plan --out` wrote
 * @throws UserError where the file is no plan, or options beside it ask for another one
 */
export async function openReview(args: readonly string[], given: Reviewing, io: Io): Promise<Review> {
  const { assertExpected, readPlanFile, ...files } = await import('./plan-file.js');
  const reviewed = await readPlanFile(args, workingFolder(mergeFlags(given, io), io));
  const assertDigest: Review['assertUnmoved'] = (now, say) => {
    if (given.expect !== undefined) assertExpected(given.expect, now, say);
  };
  if (reviewed === undefined) {
    const selector = await selectNames(args);
    return { selector, approvals: given, assertMeantFor: () => undefined, assertUnmoved: assertDigest };
  }
  if (given.changedSince !== undefined) {
    throw new UserError(`${reviewed.file} holds its selection, so --changed-since has no say.`);
  }
  const { selected } = reviewed.plan.request;
  return {
    file: reviewed.file,
    selector: selected && selectExactly(new Set(selected)),
    approvals: { ...given, ...files.approvalsOf(reviewed, given) },
    notice: files.describeApprovals(reviewed),
    assertMeantFor: (place) => files.assertMeantFor(reviewed, place),
    reviewed: files.rememberReviewed(reviewed),
    assertUnmoved: (now, say) => {
      files.assertUnmoved(reviewed, now);
      assertDigest(now, say);
    },
  };
}

async function selectNames(args: readonly string[]): Promise<Selector | undefined> {
  const selector = await createSelector(args);
  const file = args.find((arg) => arg.endsWith('.json'));
  if (selector === undefined || file === undefined) return selector;
  return explainingUnused(selector, `There is no file ${file} either, which could be a plan.`);
}
