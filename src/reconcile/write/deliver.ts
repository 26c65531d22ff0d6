/**
 * Sends one request of a change until it is known what became of it. Where the answer does not tell, the tenant is
 * read: the effect is there, or it is not and the request may go again, or something else stands there.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import { TenantError, UserError } from '../../core/errors.js';
import { isDenied } from '../../core/exit-codes.js';
import type { WriteOptions } from '../../tenant/extensions.js';
import type { ExtensionRecord } from '../../tenant/wire.js';
import { type Patience, usualPatience, type WriteMeans } from '../means.js';
import { describeStop } from '../stop.js';
import { certaintyOf, type Ending, failedBy, notMade, outcomeErrorOf } from './ending.js';
import { type Opening, openSteps, type Steps } from './steps.js';

export type ListAll = () => Promise<readonly ExtensionRecord[]>;

/** One request, and how its effect is seen on the tenant. */
export interface Sending {
  /** Right before each send: what the journal says of it, or why it must not be sent any more. */
  readonly prepare: (sentBefore: number) => Promise<Opening | Ending>;
  readonly send: (options: WriteOptions) => Promise<Ending>;
  /** Reads the tenant in the answer's stead; `undefined`: not there, and it may be sent again. */
  readonly look: (list: ListAll) => Promise<Ending | undefined>;
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
  let before: Absent | undefined;
  for (let tries = 1; ; tries += 1) {
    const ending = await sendOnce(sending, means, before);
    await steps.end(ending);
    if (ending.kind !== 'absent' || tries >= patience.tries) return ending;
    await pauseFor(patience.pauseMs(tries), signal);
    if (signal?.aborted === true) return cutShort(ending, signal);
    before = ending;
  }
}

type Absent = Ending & { readonly kind: 'absent' };

/** It was sent, so it was attempted; that more tries would have followed decides the exit code. */
function cutShort(absent: Absent, { reason }: AbortSignal): Absent {
  const { message, code } = describeStop(reason);
  if (code !== 'out-of-time' || absent.error.code === code) return absent;
  return { ...absent, error: { ...absent.error, code, message: `${message}: ${absent.error.message}` } };
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

/** @param before how the try before this one ended */
async function sendOnce(sending: Sending, means: DeliveryMeans, before: Absent | undefined): Promise<Ending> {
  const { signal } = means;
  let left = false;
  const beforeSend = async (): Promise<void> => {
    const opening = await prepare(sending, means, before);
    if ('kind' in opening) throw new EndedBefore(opening);
    left = true;
  };
  try {
    return await sending.send({ unlessSent: signal, beforeSend });
  } catch (error) {
    if (error instanceof EndedBefore) return error.ending;
    if (isStop(error, signal)) {
      return before === undefined
        ? { kind: 'not-attempted', error: describeStop(error) }
        : cutShort(before, signal);
    }
    if (error instanceof TenantError) return explain(error, sending, means);
    return left ? { kind: 'unknown', error: outcomeErrorOf(error) } : failedBy(error);
  }
}

function isStop(error: unknown, signal: AbortSignal | undefined): signal is AbortSignal {
  return signal?.aborted === true && error === signal.reason;
}

/** Reading and keeping may take long, and the stop may come meanwhile. Whatever stands in the way, this one has not left. */
async function prepare(
  sending: Sending,
  { steps, signal }: DeliveryMeans,
  before: Absent | undefined,
): Promise<Opening | Ending> {
  try {
    await steps.takeBack();
    const opening = await sending.prepare(steps.sent());
    signal?.throwIfAborted();
    if ('kind' in opening) return opening;
    await steps.begin(opening);
    signal?.throwIfAborted();
    return opening;
  } catch (error) {
    if (isStop(error, signal)) throw error;
    const failed = failedBy(error);
    if (before === undefined) return failed;
    const message = `it was sent without an answer, and could not be sent again: ${failed.error.message}`;
    return { kind: 'unknown', error: { ...failed.error, message } };
  }
}

async function explain(error: TenantError, sending: Sending, { list }: DeliveryMeans): Promise<Ending> {
  const certainty = certaintyOf(error);
  if (certainty === 'refused') return failedBy(error);
  try {
    const seen = await sending.look(list);
    if (seen !== undefined) return seen;
    const notThere = notMade(outcomeErrorOf(error));
    return certainty === 'doubted'
      ? { kind: 'failed', error: notThere, leftDoubt: true }
      : { kind: 'absent', error: notThere };
  } catch (readError) {
    if (!(readError instanceof UserError)) throw readError;
    return certainty === 'unsent' ? failedBy(error) : unknown(error, readError);
  }
}

/** Why the tenant would not be read decides the exit code where it is a matter of permission. */
export function unknown(error: TenantError, readError: UserError): Ending {
  const { message, status, code, ...rest } = outcomeErrorOf(error);
  const read = outcomeErrorOf(readError);
  const { status: stated = status, code: named = code } = isDenied(read) ? read : {};
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

// One request of a change from its journal's first line to its last.

export interface RequestEnd {
  readonly ending: Ending;
  /** Present where the effect may land late: reads the tenant once more. */
  readonly lookAgain?: (list: ListAll) => Promise<Ending>;
}

/** A signal that is absent holds nothing back. */
type RunMeans = Omit<WriteMeans, 'signal'> & Pick<DeliveryMeans, 'signal'>;

/** Delivers one request. `onDone` is told of the record that shows it, and of the requests that it took, where it took one. */
export async function runRequest(
  sending: Sending,
  { tenant, journal, patience = usualPatience, signal }: RunMeans,
  onDone: (record: ExtensionRecord, sent: number) => void = () => undefined,
): Promise<RequestEnd> {
  const steps = openSteps(journal);
  const note = (end: Ending): void => {
    if (end.kind !== 'done' || end.record === undefined || steps.sent() === 0) return;
    onDone(end.record, steps.sent());
  };
  const ending = await deliver(sending, { steps, list: () => tenant.list(), signal, patience });
  note(ending);
  if (ending.kind !== 'absent' && ending.kind !== 'unknown') return { ending };
  const lookAgain = async (list: ListAll): Promise<Ending> => {
    const late = await lookLate(sending, ending, list);
    await steps.end(late);
    note(late);
    return late;
  };
  return { ending, lookAgain };
}

async function lookLate(
  sending: Sending,
  ending: Ending & { readonly kind: 'absent' | 'unknown' },
  list: ListAll,
): Promise<Ending> {
  try {
    const seen = await sending.look(list);
    if (seen === undefined) return { kind: 'absent', error: notMade(ending.error) };
    return seen.kind === 'done' ? { ...seen, note: 'landed late' } : seen;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return ending;
  }
}
