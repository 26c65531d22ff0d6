/** Where the tenant differs from the folders. */

import type { DriftAlarm, DriftEntry, DriftKind } from '../core/drift.js';
import { count } from '../core/format.js';
import { countKinds } from '../core/kind.js';
import type { DriftDocument } from './documents/answers.js';
import { headOf, placeOf } from './json-parts.js';
import { renderOrigins } from './origins.js';
import { joinBlocks, type Mark, type Paint, printable } from './paint.js';
import type { PlanReport } from './plan.js';
import { renderUnmanaged } from './plan-text.js';
import { renderFindingsOn, renderHeader, type TextOptions } from './text-parts.js';

export interface Drift extends DriftEntry {
  readonly alarm: DriftAlarm;
  /** The entry of `driftIgnore` that hides it. */
  readonly ignored?: { readonly reason: string; readonly until: string };
}

/** An entry of `driftIgnore` whose date has passed: what it hid is reported again. */
interface ExpiredIgnore {
  readonly name: string;
  readonly reason: string;
  /** `YYYY-MM-DD`. */
  readonly until: string;
}

export interface DriftReport extends Omit<PlanReport, 'kind' | 'refusals'> {
  readonly kind: 'drift';
  /** In the order of `driftKinds`, then by name. */
  readonly drift: readonly Drift[];
  readonly expired: readonly ExpiredIgnore[];
  /** With `--baseline`: drift in the baseline that is resolved. */
  readonly gone: readonly { readonly name: string; readonly kind: DriftKind }[];
  /** Names of the folders that were compared with the tenant. */
  readonly compared: readonly string[];
  /** How many requests the comparison took; the plan also counts those of an apply. */
  readonly requests: number;
}

export function driftDocumentOf(report: DriftReport): DriftDocument {
  const { header, source, plan, drift, expired, gone, compared, requests, findings, exitCode } = report;
  return {
    command: 'drift',
    ...headOf(header),
    ...placeOf(header),
    ...{ source, drift, expired, gone, compared: compared.length, unmanaged: plan.summary.unmanaged },
    ...{ requests, findings, exitCode },
    ...(plan.origins !== undefined && { origins: plan.origins }),
  };
}

/** The words for each kind. */
export const driftWords: Readonly<Record<DriftKind, string>> = {
  'changed-on-tenant': 'changed on tenant',
  unreadable: 'could not be read',
  missing: 'missing',
  disowned: 'disowned',
  foreign: 'foreign',
  unmanaged: 'unmanaged',
  'marker-lost': 'marker lost',
  'tags-missing': 'tags missing',
  extra: 'extra',
  'changed-locally': 'changed locally',
  'line-endings': 'line endings',
};

const marks: Readonly<Record<DriftAlarm, Mark>> = {
  new: { symbol: '!', style: 'red' },
  known: { symbol: '=', style: 'dim' },
  ignored: { symbol: '=', style: 'dim' },
};

export function renderDrift(report: DriftReport, options: TextOptions): string {
  return joinBlocks([
    renderHeader(report.header, options.paint),
    renderFindingsOn(report.plan.changes, report.findings, options),
    renderDrifted(report, options.paint),
    renderOrigins(report.plan.origins, options.paint),
    renderUnmanaged(report.plan, options.detail),
    renderClosing(report),
  ]);
}

function renderDrifted({ drift, expired, gone }: DriftReport, paint: Paint): string {
  const width = Math.max(14, ...drift.map(({ name }) => printable(name).length));
  const items = drift.map((each) => renderOne(each, width, paint)).join('');
  const notices = expired.map(
    ({ name, until, reason }) =>
      `${paint('yellow', 'expired:')} driftIgnore for ${printable(name)} ended on ${until} (${printable(reason)}); it no longer hides anything\n`,
  );
  const past = gone.map(({ name, kind }) => `resolved: ${printable(name)} (${driftWords[kind]})\n`);
  return joinBlocks([items, notices.join(''), past.join('')]);
}

function renderOne(item: Drift, width: number, paint: Paint): string {
  const { symbol, style } = marks[item.alarm];
  const head = paint(
    style,
    `${symbol} ${printable(item.name).padEnd(width)}  ${driftWords[item.kind].padEnd(17)}`,
  );
  const facts = [printable(item.message), ...describeDriftSides(item)].join('; ');
  return `  ${head}  ${facts}${describeAlarm(item)}\n`;
}

export function describeDriftSides({ folder, tenant, kind }: Drift): readonly string[] {
  const who = tenant?.userId === undefined ? [] : [`user ${printable(tenant.userId)}`];
  const when = tenant?.updatedAt === undefined ? [] : [`last change ${printable(tenant.updatedAt)}`];
  const here = folder?.version === undefined ? [] : [`folder ${printable(folder.version)}`];
  const there = tenant?.version === undefined ? [] : [`tenant ${printable(tenant.version)}`];
  const versions = kind === 'missing' ? here : [...here, ...there];
  return [[...when, ...who].join(', '), versions.join(', ')].filter((part) => part !== '');
}

function describeAlarm({ alarm, ignored }: Drift): string {
  if (ignored !== undefined) {
    return `  (ignored until ${ignored.until}: ${printable(ignored.reason)})`;
  }
  return alarm === 'known' ? '  (in the baseline)' : '';
}

function renderClosing({ drift, plan, compared, requests }: DriftReport): string {
  const closed = plan.origins?.missing.length ?? 0;
  const number = (alarm: Drift['alarm']): number => drift.filter((each) => each.alarm === alarm).length;
  const verdict =
    number('new') + closed === 0
      ? 'No drift'
      : `Drift: ${count(number('new') + closed, 'difference')} from the folders`;
  const reads = `${requests} ${requests === 1 ? 'request' : 'requests'}`;
  return `${verdict}, ${number('known')} known, ${number('ignored')} ignored; ${countKinds(compared)} compared with ${reads}, ${plan.summary.unmanaged} unmanaged.\n`;
}
