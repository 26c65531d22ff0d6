/** A partial checkout is not the whole: what git has and the disk lacks is neither gone nor meant to go. */

import { hasSameContent } from '../core/classify.js';
import type { UnreadFolder } from '../core/half-built.js';
import { isOwned } from '../core/marker.js';
import type { ActualState, DesiredState } from '../core/model.js';
import type { Place } from '../run/run.js';
import { readPartialCheckout } from '../source/discover/partial-checkout.js';
import type { Folders } from './observe.js';

/**
 * Adds what the checkout leaves out. git is asked only where something would be uploaded, or where an orphan matters.
 *
 * @throws UserError where git gives no answer, and the checkout may be partial
 */
export async function addLeftOut(
  { settings: { config, cwd }, io: { env } }: Place,
  { desired, sources }: Pick<Folders, 'desired' | 'sources'>,
  actual: ActualState,
  orphans: 'matter' | 'are-kept',
): Promise<DesiredState> {
  const isNeeded =
    hasUploads(desired, actual) || (orphans === 'matter' && hasOrphans(desired, actual, config.project));
  if (!isNeeded) return desired;
  const { unread, lacking } = await readPartialCheckout({ ...config, cwd, env }, sources);
  return {
    ...desired,
    extensions: desired.extensions.map((extension) => {
      const paths = lacking.get(extension.folder);
      return paths === undefined ? extension : { ...extension, lacking: paths };
    }),
    ...(unread.length > 0 && { unread: [...unread, ...findOthers(desired, unread)] }),
  };
}

/** git says of a folder why it is as good as empty. */
function findOthers(
  { unread = [] }: DesiredState,
  leftOut: readonly UnreadFolder[],
): readonly UnreadFolder[] {
  return unread.filter((each) => !leftOut.some(({ displayFolder }) => displayFolder === each.displayFolder));
}

function hasUploads({ extensions }: DesiredState, actual: ActualState): boolean {
  const records = new Map(actual.extensions.map((record) => [record.name, record]));
  return extensions.some((extension) => {
    const record = records.get(extension.name);
    return record === undefined || !hasSameContent(extension, record);
  });
}

function hasOrphans(desired: DesiredState, actual: ActualState, project: string): boolean {
  const known = new Set([...desired.extensions.map(({ name }) => name), ...desired.notSelected]);
  return actual.extensions.some((record) => isOwned(record, project) && !known.has(record.name ?? ''));
}
