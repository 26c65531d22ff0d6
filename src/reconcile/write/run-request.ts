/** One request of a change from its journal's first line to its last. */

import { UserError } from '../../core/errors.js';
import type { ExtensionRecord } from '../../tenant/wire.js';
import { usualPatience, type WriteMeans } from '../means.js';
import { type DeliveryMeans, deliver, type ListAll, type Sending } from './deliver.js';
import { type Ending, notMade } from './ending.js';
import { openSteps } from './steps.js';

export interface RequestEnd {
  readonly ending: Ending;
  /** Present where the effect may land late: reads the tenant once more. */
  readonly lookAgain?: (list: ListAll) => Promise<Ending>;
}

/** A signal that is absent holds nothing back. */
export type RunMeans = Omit<WriteMeans, 'signal'> & Pick<DeliveryMeans, 'signal'>;

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
