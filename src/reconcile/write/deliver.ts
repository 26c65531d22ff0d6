/**
 * Sends one request of a change until its result is known. If the answer does not show the result, the tenant is read: the
 * effect is there, or it is not and the request may be sent again, or the record is something else by now.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import { TenantError, UserError } from '../../core/errors.js';
import { isDenied } from '../../core/exit-codes.js';
import type { WriteOptions } from '../../tenant/extensions.js';
import type { ExtensionRecord } from '../../tenant/wire.js';
import { describeStop } from '../stop.js';
import {
  type Gate,
  type OnSettling,
  type Patience,
  usualPatience,
  type WriteDependencies,
} from '../write-dependencies.js';
import { certaintyOf, type Ending, failedBy, notMade, outcomeErrorOf, type WrittenRecord } from './ending.js';
import { createSteps, type Opening, type Steps } from './steps.js';

export type ListAll = () => Promise<readonly ExtensionRecord[]>;

/** One writing request, and how its effect shows on the tenant. `List` reads all that the tenant has of its kind. */
export interface WriteRequest<List = ListAll> {
  /** The journal's entry, if nothing has to be read for it. */
  readonly opening?: Opening;
  /**
   * Called right before each send. Resolves to the journal's entry, or to the reason why it must no longer be sent.
   * `onSettling` takes what the send waits for, and the entry does not.
   */
  readonly prepare: (sentBefore: number, onSettling: OnSettling) => Promise<Opening | Ending>;
  readonly send: (options: WriteOptions) => Promise<Ending>;
  /** Reads the tenant instead of the answer; `undefined`: no effect, and the request may be sent again. */
  readonly look: (list: List) => Promise<Ending | undefined>;
}

export interface DeliveryContext<List = ListAll> {
  readonly steps: Steps;
  readonly list: List;
  /** Aborted: nothing further is sent, not even again. */
  readonly signal: AbortSignal | undefined;
  readonly patience: Patience;
  readonly gate?: Gate | undefined;
}

/** Never throws for an error of a tenant or a person. */
export async function deliver<List>(
  request: WriteRequest<List>,
  context: DeliveryContext<List>,
): Promise<Ending> {
  const { steps, signal, patience } = context;
  const unready = await passGate(request, context);
  if (unready !== undefined) return unready;
  let before: Absent | undefined;
  for (let tries = 1; ; tries += 1) {
    const ending = await sendOnce(request, context, before);
    await steps.end(ending);
    if (ending.kind !== 'absent' || tries >= patience.tries) return ending;
    await pauseFor(patience.pauseMs(tries), signal);
    if (signal?.aborted === true) return cutShort(ending, signal);
    before = ending;
  }
}

type Absent = Ending & { readonly kind: 'absent' };

/** Writes the journal line before the gate opens, so that the request can go at once then. @returns how that failed */
async function passGate<List>(
  { opening }: WriteRequest<List>,
  { gate, steps, signal }: DeliveryContext<List>,
): Promise<Ending | undefined> {
  if (gate === undefined || gate.isOpen()) return undefined;
  try {
    if (opening !== undefined && signal?.aborted !== true) await steps.beginAhead(opening);
  } catch (error) {
    return failedBy(error);
  }
  await gate.pass();
  return undefined;
}

/** It was sent, so it was attempted; but the lack of time for further tries decides the exit code. */
function cutShort(absent: Absent, { reason }: AbortSignal): Absent {
  const { message, code } = describeStop(reason);
  if (code !== 'out-of-time' || absent.error.code === code) return absent;
  return { ...absent, error: { ...absent.error, code, message: `${message}: ${absent.error.message}` } };
}

export async function pauseFor(ms: number, signal: AbortSignal | undefined): Promise<void> {
  await sleep(ms, undefined, signal && { signal }).catch(() => undefined);
}

/** Carries an ending through the tenant's client, which only sees that the request is not to be sent. */
class EndedBefore extends Error {
  readonly ending: Ending;

  constructor(ending: Ending) {
    super('ended before it was sent');
    this.ending = ending;
  }
}

/** @param before how the previous try ended */
async function sendOnce<List>(
  request: WriteRequest<List>,
  context: DeliveryContext<List>,
  before: Absent | undefined,
): Promise<Ending> {
  const { signal } = context;
  let left = false;
  const beforeSend = async (): Promise<void> => {
    const opening = await prepare(request, context, before);
    if ('kind' in opening) throw new EndedBefore(opening);
    left = true;
  };
  try {
    return await request.send({ unlessSent: signal, beforeSend });
  } catch (error) {
    if (error instanceof EndedBefore) return error.ending;
    if (isStop(error, signal)) {
      return before === undefined
        ? { kind: 'not-attempted', error: describeStop(error) }
        : cutShort(before, signal);
    }
    if (error instanceof TenantError) return explain(error, request, context);
    return left ? { kind: 'unknown', error: outcomeErrorOf(error) } : failedBy(error);
  }
}

function isStop(error: unknown, signal: AbortSignal | undefined): signal is AbortSignal {
  return signal?.aborted === true && error === signal.reason;
}

/** Reading and backing up may take long, and the run may be stopped meanwhile. After a failure here, nothing was sent. */
async function prepare<List>(
  request: WriteRequest<List>,
  { steps, signal }: DeliveryContext<List>,
  before: Absent | undefined,
): Promise<Opening | Ending> {
  try {
    const opening = steps.takeAhead() ?? (await begin(request, { steps, signal }));
    signal?.throwIfAborted();
    if ('kind' in opening) return opening;
    await assertMaySend(steps);
    return opening;
  } catch (error) {
    if (isStop(error, signal)) throw error;
    const failed = failedBy(error);
    if (before === undefined) return failed;
    const message = `it was sent without an answer, and could not be sent again: ${failed.error.message}`;
    return { kind: 'unknown', error: { ...failed.error, message } };
  }
}

/** The client itself sends again only what was refused: 429, or 401 with a fresh credential. */
async function begin<List>(
  request: WriteRequest<List>,
  { steps, signal }: Pick<DeliveryContext<List>, 'steps' | 'signal'>,
): Promise<Opening | Ending> {
  await steps.takeBack('refused with 429 or 401, so not executed');
  const settling: Promise<void>[] = [];
  const opening = await request.prepare(steps.sent(), (work) => {
    work.catch(() => undefined);
    settling.push(work);
  });
  signal?.throwIfAborted();
  if ('kind' in opening) return opening;
  await steps.begin(opening);
  try {
    await Promise.all(settling);
  } catch (error) {
    await steps.takeBack('not sent');
    throw error;
  }
  return opening;
}

async function assertMaySend(steps: Steps): Promise<void> {
  try {
    steps.assertMaySend();
  } catch (error) {
    await steps.takeBack('not sent');
    throw error;
  }
}

async function explain<List>(
  error: TenantError,
  request: WriteRequest<List>,
  { list }: DeliveryContext<List>,
): Promise<Ending> {
  const certainty = certaintyOf(error);
  if (certainty === 'refused') return failedBy(error);
  try {
    const seen = await request.look(list);
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

/** If the tenant could not be read for lack of permission, that decides the exit code. */
function unknown(error: TenantError, readError: UserError): Ending {
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

export interface RequestEnd {
  readonly ending: Ending;
  /** Present if the effect may come late: reads the tenant once more. */
  readonly lookAgain?: (list: ListAll) => Promise<Ending>;
}

/** Without a signal nothing holds the request back. */
type RunContext = Omit<WriteDependencies, 'signal'> & Pick<DeliveryContext, 'signal'>;

/** Delivers one request, with its journal lines. `onDone` gets the record that shows it and the number of sends, if any. */
export async function runRequest(
  request: WriteRequest,
  { tenant, journal, patience = usualPatience, signal, gate }: RunContext,
  onDone: (record: WrittenRecord, sent: number) => void = () => undefined,
): Promise<RequestEnd> {
  const steps = createSteps(journal);
  const note = (end: Ending): void => {
    if (end.kind !== 'done' || end.record === undefined || steps.sent() === 0) return;
    onDone(end.record, steps.sent());
  };
  const ending = await deliver(request, { steps, list: () => tenant.list(), signal, patience, gate });
  note(ending);
  if (ending.kind !== 'absent' && ending.kind !== 'unknown') return { ending };
  const lookAgain = async (list: ListAll): Promise<Ending> => {
    const late = await lookLate(request, ending, list);
    await steps.end(late);
    note(late);
    return late;
  };
  return { ending, lookAgain };
}

export async function lookLate<List>(
  request: WriteRequest<List>,
  ending: Ending & { readonly kind: 'absent' | 'unknown' },
  list: List,
): Promise<Ending> {
  try {
    const seen = await request.look(list);
    if (seen === undefined) return { kind: 'absent', error: notMade(ending.error) };
    return seen.kind === 'done' ? { ...seen, note: 'landed late' } : seen;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return ending;
  }
}
