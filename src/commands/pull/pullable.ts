/** Which records of a tenant can be written to folders, and why the others are left where they are. */

import { exitCodes } from '../../core/errors.js';
import { ownersOf } from '../../core/marker.js';
import type { ActualExtension } from '../../core/model.js';
import { foldName } from '../../core/names.js';
import type { PullOutcome } from '../../reconcile/pull/pull-one.js';
import type { PullReport } from '../../report/pull/report.js';
import { actualOf } from '../../tenant/actual.js';
import type { ExtensionRecord } from '../../tenant/wire.js';
import type { Selector } from '../proposal/selection.js';

export interface Pullable {
  readonly wanted: readonly { readonly name: string; readonly record: ActualExtension }[];
  /** Asked for, but it cannot be. */
  readonly refused: readonly PullOutcome[];
  readonly passed: PullReport['passed'];
}

export interface PullSelection {
  /** As they were given. */
  readonly names: readonly string[];
  /** Absent: everything. */
  readonly selector: Selector | undefined;
}

interface Named {
  readonly name: string;
  readonly record: ActualExtension;
  /** Why it is not written unless somebody asks for it by name; what nobody can write is `unfit`. */
  readonly reason?: string;
  readonly unfit: boolean;
}

/**
 * Without a selection: what this project owns and what nobody does. With one: what it matches; a name that is given
 * is meant, where a glob passes over what cannot be written.
 *
 * @throws UserError where a name or glob matches nothing on the tenant
 */
export function choosePullable(
  records: readonly ExtensionRecord[],
  { names, selector }: PullSelection,
  project: string,
): Pullable {
  const named = nameRecords(records, project);
  selector?.assertUsed(named.map(({ name }) => name));
  const chosen = selector === undefined ? named : named.filter(({ name }) => selector.matches(name));
  const isPassed = ({ name, reason, unfit }: Named): boolean =>
    reason !== undefined && !names.includes(name) && (selector === undefined || unfit);
  const rest = chosen.filter((each) => !isPassed(each));
  return {
    wanted: rest.filter(({ unfit }) => !unfit),
    refused: rest.filter(({ unfit }) => unfit).map(refuse),
    passed: chosen.filter(isPassed).map(({ name, reason = '' }) => ({ name, reason })),
  };
}

const bundled = 'part of a bundle that Qlik manages';

function nameRecords(records: readonly ExtensionRecord[], project: string): readonly Named[] {
  const all = records.flatMap((record) => {
    const actual = actualOf(record);
    return actual.name === undefined ? [] : [{ name: actual.name, record: actual, raw: record }];
  });
  const spellings = countSpellings(all.map(({ name }) => name));
  return all.map(({ name, record, raw }) => {
    const reason = describeUnfit(name, record, raw, spellings) ?? describeForeign(record, project);
    const unfit = describeUnfit(name, record, raw, spellings) !== undefined;
    return { name, record, unfit, ...(reason !== undefined && { reason }) };
  });
}

function describeUnfit(
  name: string,
  record: ActualExtension,
  { type }: ExtensionRecord,
  spellings: ReadonlyMap<string, number>,
): string | undefined {
  if (record.bundled) return bundled;
  if (type !== undefined && type !== null && type !== '' && type !== 'visualization') {
    return `of the type ${type}, not a visualization`;
  }
  if (record.md5 === undefined) return 'without an archive';
  if ((spellings.get(foldName(name)) ?? 0) > 1) return 'with a name that another one has but for case';
  return undefined;
}

function describeForeign({ tags }: ActualExtension, project: string): string | undefined {
  const others = ownersOf(tags).filter((owner) => owner !== project);
  return others.length === 0 ? undefined : `of the project ${others.join(', ')}; pull takes it by name`;
}

function countSpellings(names: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(foldName(name), (counts.get(foldName(name)) ?? 0) + 1);
  return counts;
}

function refuse({ name, reason = '' }: Named): PullOutcome {
  return {
    pulled: { name, result: 'refused', leftOut: [], message: reason },
    exitCode: exitCodes.refused,
  };
}
