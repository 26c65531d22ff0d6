/** Issues as the lines that CI systems pick out of a log: at most so many of a kind, the rest counted in the last. */

import { count } from '../core/format.js';
import type { Severity } from '../core/model.js';
import { issuesOf } from './issues.js';
import type { Issue } from './part-issues.js';
import type { RunResult } from './run-result.js';

/** `limit` issues of each severity, the worst first. */
export function limitIssues(result: RunResult, limit: number): readonly Issue[] {
  const issues = issuesOf(result);
  const severities = [...new Set(issues.map(({ severity }) => severity))];
  return severities.flatMap((severity) =>
    sumUp(
      issues.filter((issue) => issue.severity === severity),
      severity,
      limit,
    ),
  );
}

function sumUp(issues: readonly Issue[], severity: Severity, limit: number): readonly Issue[] {
  if (issues.length <= limit) return issues;
  const shown = issues.slice(0, limit - 1);
  const left = issues.slice(limit - 1);
  const named = [...new Set(left.map(({ extension }) => extension).filter((name) => name !== undefined))];
  const about =
    named.length === 0 ? '' : `: ${named.slice(0, 10).join(', ')}${named.length > 10 ? ' …' : ''}`;
  const message = `${count(left.length, `further ${words[severity]}`)}${about}. The report names all of them.`;
  return [...shown, { id: 'further', severity, message }];
}

const words = { error: 'error', warning: 'warning', info: 'notice' } as const;
