/** Delete, then create: the one change that may stop half-way, and therefore says so. */

import type { Change } from '../../core/model.js';
import type { WriteMeans } from '../means.js';
import { creation } from './creation.js';
import { deletion } from './deletion.js';
import type { ListAll } from './deliver.js';
import type { Ending } from './ending.js';
import { type RequestEnd, runRequest } from './run-request.js';
import { targetOf } from './target.js';
import type { Prepared } from './upload.js';

export async function replace(change: Change, prepared: Prepared, means: WriteMeans): Promise<RequestEnd> {
  const target = targetOf(change);
  const removed = await runRequest(deletion(target, means, 'create-follows'), means);
  if (removed.ending.kind !== 'done') return withLateDelete(removed);
  // From here on only a create makes it whole, so no interrupt holds it back.
  const finishing = { ...means, signal: undefined };
  const created = await runRequest(creation(change, prepared, means, target.actual.id), finishing);
  const { lookAgain } = created;
  return {
    ending: explainHalfReplaced(created.ending),
    ...(lookAgain && { lookAgain: async (list: ListAll) => explainHalfReplaced(await lookAgain(list)) }),
  };
}

/** A delete that lands when nothing is sent any more leaves half a replace. */
function withLateDelete({ ending, lookAgain }: RequestEnd): RequestEnd {
  if (lookAgain === undefined) return { ending };
  const again = async (list: ListAll): Promise<Ending> => {
    const late = await lookAgain(list);
    return late.kind === 'done' && 'error' in ending
      ? explainHalfReplaced({ ...ending, kind: 'failed' })
      : late;
  };
  return { ending, lookAgain: again };
}

function explainHalfReplaced(ending: Ending): Ending {
  if (ending.kind === 'done' || ending.kind === 'not-applied') return ending;
  const state =
    ending.kind === 'unknown' ? 'deleted, and perhaps not created again' : 'deleted, but not created again';
  const { error } = ending;
  const hint = 'Until it is created, sheets that use it are broken. Run it again: that finishes the replace.';
  return { ...ending, error: { ...error, message: `${state}: ${error.message}`, hint } };
}
