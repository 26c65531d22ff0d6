/** One plan of both sides: archives looked into where no marker tells, and renames found. */

import type { StoredArchives } from '../../core/budget.js';
import type { ActualState, DesiredState, Finding, Plan, Policy } from '../../core/model.js';
import { assertKnownApprovals } from '../../core/names.js';
import { plan } from '../../core/plan.js';
import { resolveContent } from '../../reconcile/resolve.js';
import { concurrencyOf } from '../settings.js';
import { type CountingReader, openArchiveReader } from './archive-reader.js';
import type { Finishing } from './finish-replaces.js';
import { type Planning, planWithRenames } from './plan-with-renames.js';
import { policyOf } from './policy.js';
import type { Proposing } from './proposing.js';
import { readStoredArchives } from './stored-archives.js';

/** One plan, and what it was made from. */
export interface PlannedWorld {
  readonly plan: Plan;
  readonly actual: ActualState;
  readonly policy: Policy;
  readonly stored: StoredArchives | undefined;
  readonly onRenames: readonly Finding[];
}

/** @throws TenantError, RefusedError, UserError */
export async function planWorld(
  input: Proposing,
  { folders, unfinished }: Finishing,
  listed: ActualState,
): Promise<PlannedWorld> {
  const { settings, connection, approvals, forecasts, io } = input;
  const { desired } = folders;
  const policy = adoptAll(input, policyOf(settings.config, approvals, folders), desired);
  const reader = openArchiveReader(settings, connection, io);
  const actual = await resolveActual(input, desired, listed, reader);
  const stored = forecasts === 'none' ? undefined : await readStoredArchives(settings, connection, approvals);
  const world = { desired, actual, policy, tenant: connection.identity, unfinished, stored };
  const planFrom: Planning['planFrom'] = (found) => plan({ ...world, ...found });
  const sides = { desired: desired.extensions, actual: actual.extensions };
  const { decided, findings } = await planWithRenames({ ...sides, planFrom }, reader);
  assertKnownApprovals(decided, policy);
  return { plan: decided, actual, policy, stored, onRenames: findings };
}

/** Every extension of the selection, but only with the content that it has. */
function adoptAll({ adopting }: Proposing, policy: Policy, desired: DesiredState): Policy {
  if (adopting === undefined) return policy;
  return { ...policy, adopt: new Set(desired.extensions.map(({ name }) => name)), adoption: 'same-content' };
}

function resolveActual(
  { settings, adopting }: Proposing,
  desired: DesiredState,
  listed: ActualState,
  { readArchive }: CountingReader,
): Promise<ActualState> {
  return resolveContent(desired, listed, settings.config.project, readArchive, {
    concurrency: concurrencyOf(settings),
    ...(adopting && { adopting }),
  });
}
