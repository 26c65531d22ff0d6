/** A tenant that fails at random while the storm blows. */

import type { Dice } from './storm-plan.js';
import type { TestTenant } from './tenant.js';

const failures = [
  { when: 'before', kind: 'status', status: 429, retryAfter: 1 },
  { when: 'before', kind: 'status', status: 503 },
  { when: 'after', kind: 'status', status: 503 },
  { when: 'before', kind: 'reset' },
  { when: 'after', kind: 'reset' },
  { when: 'before', kind: 'stall', stallMs: 2_000 },
  { when: 'after', kind: 'stall', stallMs: 2_000 },
] as const;

/** A list is tried three times before watch learns that it failed. */
const targets = [
  { method: 'GET', path: '/api/v1/extensions', times: 4 },
  { method: 'GET', path: '/api/v1/extensions', times: 1 },
  { method: 'PATCH', path: '*', times: 1 },
  { method: 'PATCH', path: '*', times: 2 },
] as const;

/** One more failure, mostly. */
export async function armFault(tenant: TestTenant, dice: Dice): Promise<void> {
  if (dice.below(3) === 0) return;
  const failure = dice.pick(failures);
  const target = dice.pick(targets);
  const times = failure.kind === 'stall' ? 1 : target.times;
  await tenant.addFaults([{ ...target, ...failure, times }]);
}

/** What was not met by now is taken back. */
export async function disarmFaults({ sandbox }: TestTenant): Promise<void> {
  const headers = { authorization: `Bearer ${sandbox.apiKey}` };
  const answer = await fetch(`${sandbox.url}/__sandbox/faults`, { method: 'DELETE', headers });
  if (!answer.ok) throw new Error(`the faults stay: ${answer.status}`);
}
