/** Names are identities, so two that are easily confused stop the run. */

import { RefusedError, UserError } from './errors.js';
import { kindOf, kinds, nameOf, statedKind, stemOf } from './kind.js';
import { isOwned } from './marker.js';
import type { ActualState, Change, DesiredState, Plan, Policy } from './model.js';
import { shellOption } from './shell-word.js';

/**
 * Refuses names that differ only in case, on one side or across the two, and one name of two records. Such names are left
 * alone if they are neither desired nor ours.
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
  const [name = ''] = spellings;
  throw new RefusedError(`The tenant holds ${twins.ids.size} ${kindOf(name)}s named ${stemOf(name)}.`, {
    hint: 'Delete all but one of them in the administration page.',
  });
}

/** Equal for names that differ only in case or in Unicode form. */
export function foldName(name: string): string {
  return name.normalize('NFC').toLowerCase();
}

interface NameGroup {
  readonly spellings: Set<string>;
  /** Of the records with one of these names. */
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

/** The approvals that name extensions, with the option that gives each. */
export const namedApprovals: Readonly<Record<NamedApproval, string>> = {
  adopt: '--adopt',
  takeOwnership: '--take-ownership',
  overwrite: '--overwrite',
  allowPartial: '--allow-partial',
  allowReplace: '--allow-replace',
  allowRename: '--allow-rename',
};

/**
 * Gives approvals and protection their full names: a name without a kind means the only kind that has it. Protection
 * covers both kinds.
 *
 * @param known the names of both sides
 * @throws UserError if an approval may mean either of two
 */
export function settleNames(policy: Policy, known: Iterable<string>): Policy {
  const names = new Set(known);
  const settled = (Object.entries(namedApprovals) as [NamedApproval, string][]).map(([key, flag]) => [
    key,
    new Set([...policy[key]].map((name) => settleName(name, names, flag))),
  ]);
  const protect = new Set([...policy.protect].flatMap(spellingsOf));
  return { ...policy, ...Object.fromEntries(settled), protect };
}

/** The full names that a name on a command line or in a config may mean. */
export function spellingsOf(name: string): readonly string[] {
  if (statedKind(name) !== undefined) return [nameOf(kindOf(name), stemOf(name))];
  return kinds.map((kind) => nameOf(kind, name));
}

/** @param option the option that gives the name, for people @throws UserError if it may mean either of two known names */
export function settleName(name: string, known: ReadonlySet<string>, option: string): string {
  const [first = name, second] = spellingsOf(name);
  if (second === undefined || !known.has(second)) return first;
  if (!known.has(first)) return second;
  throw new UserError(`${option} ${name} may mean an extension or a theme.`, {
    hint: `Say which: extension:${name} or ${second}.`,
  });
}

/** If a theme has an extension's stem, the options in the texts of a change say which of the two is meant. */
export function spellOutKinds(changes: readonly Change[]): readonly Change[] {
  const themed = new Set(
    changes.filter(({ name }) => kindOf(name) === 'theme').map(({ name }) => stemOf(name)),
  );
  if (themed.size === 0) return changes;
  return changes.map((change) => {
    const { name, message, blocked } = change;
    if (kindOf(name) === 'theme' || !themed.has(stemOf(name))) return change;
    const spell = (text: string): string => spellOut(text, name);
    if (blocked === undefined) return { ...change, message: spell(message) };
    const { lift } = blocked;
    const spelt = {
      ...blocked,
      message: spell(blocked.message),
      ...(lift !== undefined && { lift: spell(lift) }),
    };
    return { ...change, message: spell(message), blocked: spelt };
  });
}

function spellOut(text: string, name: string): string {
  return Object.values(namedApprovals).reduce((all, option) => {
    const [bare, full] = [shellOption(option, name), shellOption(option, `extension:${stemOf(name)}`)];
    return `${all} `.replaceAll(new RegExp(`${escapeRegExp(bare)}(?=[\\s;,])`, 'g'), () => full).slice(0, -1);
  }, text);
}

function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

/** An approval for a name that neither side has is a typo, and would approve nothing. */
export function assertKnownApprovals(plan: Plan, policy: Policy): void {
  const known = new Set(plan.changes.map(({ name }) => name));
  for (const [key, flag] of Object.entries(namedApprovals) as [NamedApproval, string][]) {
    const unknown = [...policy[key]].find((name) => !known.has(name));
    if (unknown === undefined) continue;
    throw new UserError(`${flag} names ${unknown}, which is neither among the folders nor on the tenant.`, {
      hint: /[*?[{]/.test(unknown)
        ? 'It takes whole names, not patterns, and can be given several times.'
        : 'The name is that of the .qext file without its suffix, in its exact case.',
    });
  }
}
