/** Everything about a run that somebody has to look at, as one list: what annotations and code-quality files show. */

import type { Severity } from '../core/model.js';
import { type Issue, partIssues } from './part-issues.js';
import type { RunResult } from './run-result.js';
import { nameOfPlace } from './title.js';

/** The worst first: where a CI system shows only some, it shows those. */
export function issuesOf(result: RunResult): readonly Issue[] {
  const issues = issuesByPart(result).flat();
  return severities.flatMap((severity) => issues.filter((issue) => issue.severity === severity));
}

const severities = ['error', 'warning', 'info'] as const satisfies readonly Severity[];

/**
 * One list for each part. What several environments find in the same file is one thing: it is told in the first of them
 * only, and without an environment.
 */
export function issuesByPart({ parts, folder }: RunResult): readonly (readonly Issue[])[] {
  const lists = parts.map((part) => partIssues(part, folder));
  const homes = homesOf(lists);
  return lists.map((issues, index) => {
    const environment = nameOfPlace(parts[index]?.header ?? {});
    const about = parts.length === 1 || environment === undefined ? {} : { environment };
    return issues.flatMap((issue) => {
      const [home, ...others] = homes.get(identityOf(issue)) ?? [];
      if (others.length === 0) return [{ ...issue, ...about }];
      return home === index ? [issue] : [];
    });
  });
}

/** In which lists each issue of a file stands. */
function homesOf(lists: readonly (readonly Issue[])[]): ReadonlyMap<string, ReadonlySet<number>> {
  const homes = new Map<string, Set<number>>();
  for (const [index, issues] of lists.entries()) {
    for (const issue of issues.filter(({ file }) => file !== undefined)) {
      const identity = identityOf(issue);
      homes.set(identity, (homes.get(identity) ?? new Set()).add(index));
    }
  }
  return homes;
}

function identityOf(issue: Issue): string {
  return JSON.stringify(issue);
}

/** The message with what it is about and what to do, for formats that have one field for all of it. */
export function sentenceOf({ environment, extension, message, hint }: Issue): string {
  const words = [environment, extension, message].filter((word) => word !== undefined).join(': ');
  return hint === undefined ? words : `${words}\n${hint}`;
}
