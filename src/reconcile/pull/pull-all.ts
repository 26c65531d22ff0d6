/** Extensions of the tenant → folders, side by side, one failure hiding no other. */

import pLimit from 'p-limit';
import { type ExitCode, exitCodes } from '../../core/errors.js';
import type { ActualExtension } from '../../core/model.js';
import { type PullingOne, type PullOutcome, pullOne } from './pull-one.js';

export interface PullingAll extends Pick<PullingOne, 'findDestination' | 'readArchive'> {
  readonly wanted: readonly { readonly name: string; readonly record: ActualExtension }[];
  /** Names whose local work may be overwritten. */
  readonly overwrite: ReadonlySet<string>;
  /** Aborted: nothing further is begun. */
  readonly signal: AbortSignal;
}

/** An archive and its files are held for each. */
const atOnce = 4;

/** Who may not download one archive may download none: then the others are not tried. */
export async function pullAll(input: PullingAll): Promise<readonly PullOutcome[]> {
  const { wanted, findDestination, readArchive, overwrite, signal } = input;
  const limit = pLimit(atOnce);
  let stop: string | undefined;
  const pullNext = async (name: string, record: ActualExtension): Promise<PullOutcome> => {
    if (signal.aborted) return leave(name, 'interrupted', exitCodes.interrupted);
    if (stop !== undefined)
      return leave(name, 'the tenant refused the archive of another', exitCodes.incomplete);
    const unsaved = overwrite.has(name) ? 'overwrite' : 'keep';
    const outcome = await pullOne({ name, record, findDestination, readArchive, unsaved });
    stop ??= outcome.stop;
    return outcome;
  };
  return Promise.all(wanted.map(({ name, record }) => limit(pullNext, name, record)));
}

function leave(name: string, message: string, exitCode: ExitCode): PullOutcome {
  return { pulled: { name, result: 'not-attempted', leftOut: [], message }, exitCode };
}
