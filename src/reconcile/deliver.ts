/**
 * Sends one request of a change until it is known what became of it. Where the answer does not tell, the tenant is
 * read: the effect is there, or it is not and the request may go again, or something else stands there.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import { TenantError, UserError } from '../core/errors.js';
import type { WriteOptions } from '../tenant/extensions.js';
import type { ExtensionRecord } from '../tenant/wire.js';
import { certaintyOf, describeError, type Ending, failedBy, notMade } from './ending.js';
import type { Patience } from './means.js';
import type { Opening, Steps } from './steps.js';
import { describeStop } from './stop.js';

export type ListAll = () => Promise<readonly ExtensionRecord[]>;

/** One request, and how its effect is seen on the tenant. */
export interface Sending {
  /** Right before each send: what the journal says of it, or why it must not be sent any more. */
  readonly prepare: (sentBefore: number) => Promise<Opening | Ending>;
  readonly send: (options: WriteOptions) => Promise<Ending>;
  /** Reads the tenant in the answer's stead; `undefined`: not there, and it may be sent again. */
  readonly look: (list: ListAll) => Promise<Ending | undefined>;
  /** What an answer that refuses means here; absent: a failure. */
  readonly explainRefusal?: (error: TenantError) => Promise<Ending>;
}

export interface DeliveryMeans {
  readonly steps: Steps;
  readonly list: ListAll;
  /** Aborted: nothing further is sent, not even again. */
  readonly signal: AbortSignal | undefined;
  readonly patience: Patience;
}

/** Never throws for what a tenant or a person did. */
export async function deliver(sending: Sending, means: DeliveryMeans): Promise<Ending> {
  const { steps, signal, patience } = means;
  for (let tries = 1; ; tries += 1) {
    const ending = await sendOnce(sending, means);
    await steps.end(ending);
    if (ending.kind !== 'absent' || tries >= patience.tries) return ending;
    await pauseFor(patience.pauseMs(tries), signal);
    if (signal?.aborted === true) return ending;
  }
}

export async function pauseFor(ms: number, signal: AbortSignal | undefined): Promise<void> {
  await sleep(ms, undefined, signal && { signal }).catch(() => undefined);
}

/** Carries an ending through the tenant's client, which only knows that the request is not to be sent. */
class EndedBefore extends Error {
  readonly ending: Ending;

  constructor(ending: Ending) {
    super('ended before it was sent');
    this.ending = ending;
  }
}

async function sendOnce(sending: Sending, means: DeliveryMeans): Promise<Ending> {
  const { steps, signal } = means;
  let left = false;
  const beforeSend = async (): Promise<void> => {
    const opening = await prepare(sending, steps);
    if ('kind' in opening) throw new EndedBefore(opening);
    left = true;
  };
  try {
    return await sending.send({ unlessSent: signal, beforeSend });
  } catch (error) {
    if (error instanceof EndedBefore) return error.ending;
    if (signal?.aborted === true && error === signal.reason) {
      return { kind: 'not-attempted', error: describeStop(error) };
    }
    if (error instanceof TenantError) return explain(error, sending, means);
    return left ? { kind: 'unknown', error: describeError(error) } : failedBy(error);
  }
}

/** Whatever stands in the way here, the request has not left. */
async function prepare(sending: Sending, steps: Steps): Promise<Opening | Ending> {
  try {
    const opening = await sending.prepare(steps.sent());
    if (!('kind' in opening)) await steps.begin(opening);
    return opening;
  } catch (error) {
    return failedBy(error);
  }
}

async function explain(error: TenantError, sending: Sending, { list }: DeliveryMeans): Promise<Ending> {
  const certainty = certaintyOf(error);
  try {
    if (certainty === 'refused') return (await sending.explainRefusal?.(error)) ?? failedBy(error);
    return (await sending.look(list)) ?? { kind: 'absent', error: notMade(describeError(error)) };
  } catch (readError) {
    if (!(readError instanceof UserError)) throw readError;
    if (certainty === 'refused' || certainty === 'unsent') return failedBy(error);
    return unknown(error, readError);
  }
}

/** Why the tenant would not be read decides the exit code where it is a matter of permission. */
export function unknown(error: TenantError, readError: UserError): Ending {
  const { message, status, code, ...rest } = describeError(error);
  const read = describeError(readError);
  const { status: stated = status, code: named = code } =
    read.status === 401 || read.status === 403 || read.code === 'login-page' ? read : {};
  return {
    kind: 'unknown',
    error: {
      ...rest,
      message: `unknown whether it was done: ${message} Reading the tenant to see failed too: ${read.message}`,
      ...(stated !== undefined && { status: stated }),
      ...(named !== undefined && { code: named }),
    },
  };
}
