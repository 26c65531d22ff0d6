/** Writes entries of the Content Security Policy, one after the other. */

import type { CspEntry } from '../../core/origins/entry.js';
import type { OriginChange } from '../../core/origins/model.js';
import type { Outcome } from '../../core/outcome.js';
import { describeStop } from '../stop.js';
import { deliver, lookLate, pauseFor } from '../write/deliver.js';
import { createSteps } from '../write/steps.js';
import { resultOf } from '../write/write.js';
import { usualPatience, type WriteDependencies } from '../write-dependencies.js';
import { type EntryContext, entryRequest, lostMark } from './entry-requests.js';

export interface OriginWriting extends EntryContext, Pick<WriteDependencies, 'journal' | 'patience'> {
  readonly onOutcome: (outcome: Outcome) => void;
}

/** One outcome for each; never throws for an error of a tenant or a person. */
export async function writeOrigins(
  changes: readonly OriginChange[],
  writing: OriginWriting,
): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const change of changes) {
    const stopped = reasonToStop(outcomes, writing.signal);
    const outcome =
      stopped === undefined ? await writeOne(change, writing) : { ...headOf(change), ...stopped };
    writing.onOutcome(outcome);
    outcomes.push(outcome);
  }
  return outcomes;
}

type Stopped = Pick<Outcome, 'status' | 'error'>;

function reasonToStop(outcomes: readonly Outcome[], { aborted, reason }: AbortSignal): Stopped | undefined {
  if (aborted) return { status: 'not-attempted', error: describeStop(reason) };
  const probe = outcomes.find(({ error }) => error?.code === lostMark);
  if (probe === undefined) return undefined;
  const message = `${probe.name} showed that the tenant does not keep what is sent`;
  return { status: 'not-attempted', error: { message } };
}

function headOf({ name, action }: OriginChange): Pick<Outcome, 'name' | 'action'> {
  return { name, action };
}

async function writeOne(change: OriginChange, writing: OriginWriting): Promise<Outcome> {
  const { client, journal, signal, patience = usualPatience } = writing;
  const started = performance.now();
  const request = entryRequest(change, writing);
  const steps = createSteps(journal);
  const list = (): Promise<readonly CspEntry[]> => client.list();
  let ending = await deliver(request, { steps, list, signal, patience });
  if ((ending.kind === 'absent' || ending.kind === 'unknown') && patience.lastLookMs !== undefined) {
    await pauseFor(patience.lastLookMs, signal);
    ending = await lookLate(request, ending, list);
    await steps.end(ending);
  }
  return {
    ...headOf(change),
    ms: Math.round(performance.now() - started),
    ...resultOf(ending, change),
  };
}
