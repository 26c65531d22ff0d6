import type { ReportingDescriptor } from 'sarif';
import { type Rule, type RuleId, rules } from '../../core/rules/catalogue.js';

/** What code scanning says about an id, whether it has issues of it or not. */
export function describeRules(ids: readonly string[]): ReportingDescriptor[] {
  return ids.map((id) => {
    const rule: Rule | undefined = isRule(id) ? rules[id] : undefined;
    const text = rule?.description ?? describeStatus(id);
    return {
      id,
      shortDescription: { text },
      defaultConfiguration: { level: levels[rule?.severity ?? 'error'] },
    };
  });
}

/** SARIF's word for an info is note. */
export const levels = { error: 'error', warning: 'warning', info: 'note' } as const;

function isRule(id: string): id is RuleId {
  return Object.hasOwn(rules, id);
}

const statuses: Readonly<Record<string, string>> = {
  'run-failed': 'The run stopped before it came to its end.',
  refused: 'A safety rail refuses the whole run.',
  failed: 'The tenant did not take a change.',
  'not-applied': 'The tenant answered well, but does not show what was sent.',
  'not-attempted': 'A change was not attempted.',
  'apps-unknown': 'Apps could not be looked into, so that the answer about them is not whole.',
  overwrote: "Somebody's edit fell between the last read and the write, and is lost.",
};

function describeStatus(id: string): string {
  if (id.startsWith('drift-')) return 'The tenant departed from the folders.';
  if (id.startsWith('check-')) return 'A run would not work, or not for everything.';
  if (id.startsWith('pull-')) return 'An extension was not written to its folder.';
  return statuses[id] ?? `A change is blocked by the rail "${id.replace(/^blocked-/, '')}".`;
}
