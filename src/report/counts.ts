/** The numbers of a run over all its environments, and what the run is called. */

import type { Finding, PlanSummary } from '../core/model.js';
import type { KnownPlace, ReportParts, RunResult } from './run-result.js';

interface RunCounts
  extends Pick<PlanSummary, 'create' | 'update' | 'replace' | 'delete' | 'blocked' | 'unchanged'> {
  /** Everything that differs from the folders, including blocked changes; for drift, everything that raises an alarm. */
  readonly changes: number;
  /** Outcomes other than done. */
  readonly failed: number;
  /** Findings; what several environments find in the same file counts once. */
  readonly errors: number;
  readonly warnings: number;
}

export function countRun(result: RunResult): RunCounts {
  const { parts } = result;
  const sum = (key: keyof PlanSummary): number =>
    parts.reduce((total, { plan }) => total + (plan?.summary[key] ?? 0), 0);
  const findings = distinctFindings(result);
  const outcomes = parts.flatMap((part) => part.outcomes ?? []);
  const changes = parts.flatMap(({ kind, plan }) => (kind === 'drift' ? [] : (plan?.changes ?? [])));
  const alarms = parts.flatMap(({ drift }) => drift ?? []).filter(({ alarm }) => alarm === 'new');
  return {
    create: sum('create'),
    update: sum('update'),
    replace: sum('replace'),
    delete: sum('delete'),
    blocked: sum('blocked'),
    unchanged: sum('unchanged'),
    changes: changes.filter(({ action }) => action !== 'none').length + alarms.length,
    failed: outcomes.filter(({ status }) => status !== 'done').length,
    errors: findings.filter(({ severity }) => severity === 'error').length,
    warnings: findings.filter(({ severity }) => severity === 'warning').length,
  };
}

function distinctFindings({ parts }: RunResult): readonly Finding[] {
  const counted = new Set<string>();
  return parts.flatMap(({ findings = [] }) => {
    const fresh = findings.filter(
      (finding) => finding.file === undefined || !counted.has(JSON.stringify(finding)),
    );
    for (const finding of fresh) counted.add(JSON.stringify(finding));
    return fresh;
  });
}

/** `plan · prod · acme-charts`: what distinguishes one run from another. Raw text. */
export function titleOf({ header }: ReportParts): string {
  return [header.command, nameOfPlace(header), header.project]
    .filter((word) => word !== undefined)
    .join(' · ');
}

/** What people call the target of a run: the environment's name, else the host, else the environments that were named. */
export function nameOfPlace({ tenant, environments = [] }: KnownPlace): string | undefined {
  if (tenant !== undefined) return tenant.environment ?? tenant.url.replace(/^https?:\/\//, '');
  return environments.length === 0 ? undefined : environments.join('+');
}

/** The only environment of a run; `undefined` if it has none, or several. */
export function environmentOf({ tenant, environments = [] }: KnownPlace): string | undefined {
  const [only, ...others] = environments;
  return tenant === undefined && others.length === 0 ? only : tenant?.environment;
}
