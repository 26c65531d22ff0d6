/**
 * Entries of the Content Security Policy are opened before the extensions that need them, and closed after those that did.
 */

import { workOf } from '../core/change.js';
import type { Plan } from '../core/model.js';
import { type OriginChange, orderOrigins } from '../core/origins/model.js';
import type { Outcome } from '../core/outcome.js';
import { type OriginWriting, writeOrigins } from '../reconcile/origins/write-origins.js';
import { describeStop } from '../reconcile/stop.js';
import { createCspOriginsClient } from '../tenant/csp-origins.js';
import type { TenantHttp } from '../tenant/http/http.js';

export interface AllOutcomes {
  readonly outcomes: readonly Outcome[];
  /** The outcomes of entries. */
  readonly originOutcomes: readonly Outcome[];
}

/** @param applyExtensions writes the changes of a plan */
export async function applyAround(
  plan: Plan,
  given: Omit<OriginWriting, 'client'> & { readonly http: TenantHttp },
  applyExtensions: (plan: Plan) => Promise<readonly Outcome[]>,
): Promise<AllOutcomes> {
  const { http, ...writing } = given;
  const context = { ...writing, client: createCspOriginsClient(http) };
  const { opens, closes } = orderOrigins(plan);
  const opened = await writeOrigins(opens, context);
  const { ready, held } = holdBack(plan, opens, opened);
  for (const outcome of held) writing.onOutcome(outcome);
  const outcomes = [...(await applyExtensions(ready)), ...held];
  const isWhole = [...opened, ...outcomes].every(({ status }) => status === 'done');
  const closed = isWhole ? await writeOrigins(closes, context) : leaveOpen(closes, writing);
  return { outcomes, originOutcomes: [...opened, ...closed] };
}

/** Without its host an extension fails silently; and after a failure nothing is deleted. */
function holdBack(
  plan: Plan,
  opens: readonly OriginChange[],
  opened: readonly Outcome[],
): { readonly ready: Plan; readonly held: readonly Outcome[] } {
  const failed = opens.filter((_, index) => opened[index]?.status !== 'done');
  if (failed.length === 0) return { ready: plan, held: [] };
  const held = workOf(plan).flatMap(({ name, action }): readonly Outcome[] => {
    const lacking = failed.find(({ extensions }) => extensions.includes(name));
    if (lacking === undefined && action !== 'delete') return [];
    const message =
      lacking === undefined
        ? 'another change failed, so nothing is deleted'
        : `${lacking.name}, which it needs, was not opened`;
    return [{ name, action, status: 'not-attempted', error: { message } }];
  });
  const names = new Set(held.map(({ name }) => name));
  return { ready: { ...plan, changes: plan.changes.filter(({ name }) => !names.has(name)) }, held };
}

function leaveOpen(
  closes: readonly OriginChange[],
  { onOutcome, signal }: Pick<OriginWriting, 'onOutcome' | 'signal'>,
): readonly Outcome[] {
  const error = signal.aborted
    ? describeStop(signal.reason)
    : { message: 'another change failed, so nothing is closed' };
  return closes.map(({ name, action }) => {
    const outcome = { name, action, status: 'not-attempted', error } as const;
    onOutcome(outcome);
    return outcome;
  });
}
