/** Names are identities, so two that are easily confused stop the run. */

import { RefusedError, UserError } from './errors.js';
import { isOwned } from './marker.js';
import type { ActualState, DesiredState, Plan, Policy } from './model.js';

/**
 * Refuses names that differ only in case, on one side or across the two, and one name held by two records.
 * Such names that are neither desired nor ours do not concern us.
 */
export function assertDistinctNames(desired: DesiredState, actual: ActualState, project: string): void {
  const twins = [...groupByFoldedName(desired, actual, project).values()].find(
    (group) => group.concernsUs && (group.spellings.size > 1 || group.ids.size > 1),
  );
  if (twins === undefined) return;
  const spellings = [...twins.spellings].sort();
  if (spellings.length > 1) {
    throw new RefusedError(`The names ${spellings.join(' and ')} differ only in case.`, {
      hint: 'Qlik and many disks cannot tell them apart: rename one of them, or delete the one on the tenant that is no longer used.',
    });
  }
  throw new RefusedError(`The tenant holds ${twins.ids.size} extensions named ${spellings[0]}.`, {
    hint: 'Delete all but one of them in the administration page.',
  });
}

/** The same for names that differ only in case or in Unicode form. */
export function foldName(name: string): string {
  return name.normalize('NFC').toLowerCase();
}

interface NameGroup {
  readonly spellings: Set<string>;
  /** Of its records. */
  readonly ids: Set<string>;
  concernsUs: boolean;
}

function groupByFoldedName(
  desired: DesiredState,
  actual: ActualState,
  project: string,
): Map<string, NameGroup> {
  const groups = new Map<string, NameGroup>();
  const groupOf = (name: string): NameGroup => {
    const key = foldName(name);
    const group = groups.get(key) ?? { spellings: new Set(), ids: new Set(), concernsUs: false };
    groups.set(key, group);
    group.spellings.add(name);
    return group;
  };
  const local = [...desired.extensions.map(({ name }) => name), ...desired.notSelected];
  for (const name of local) groupOf(name).concernsUs = true;
  for (const { name } of desired.skipped) groupOf(name);
  for (const record of actual.extensions) {
    if (record.name === undefined) continue;
    const group = groupOf(record.name);
    group.ids.add(record.id);
    group.concernsUs ||= isOwned(record, project);
  }
  return groups;
}

export type NamedApproval = Exclude<
  { [Key in keyof Policy]-?: Policy[Key] extends ReadonlySet<string> ? Key : never }[keyof Policy],
  'protect'
>;

/** The approvals that name extensions, with the option that each comes from. */
export const namedApprovals: Readonly<Record<NamedApproval, string>> = {
  adopt: '--adopt',
  takeOwnership: '--take-ownership',
  overwrite: '--overwrite',
  allowPartial: '--allow-partial',
  allowReplace: '--allow-replace',
  allowRename: '--allow-rename',
};

/** An approval for a name that neither side knows is a typo, and would approve nothing. */
export function assertKnownApprovals(plan: Plan, policy: Policy): void {
  const known = new Set(plan.changes.map(({ name }) => name));
  for (const [key, flag] of Object.entries(namedApprovals) as [NamedApproval, string][]) {
    const unknown = [...policy[key]].find((name) => !known.has(name));
    if (unknown === undefined) continue;
    throw new UserError(`${flag} names ${unknown}, which is neither among the folders nor on the tenant.`, {
      hint: 'The name is that of the .qext file without its suffix, in its exact case.',
    });
  }
}
