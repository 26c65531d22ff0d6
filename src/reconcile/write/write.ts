/** One change → its requests → its outcome. The only code that writes to a tenant. */

import type { Change, DesiredExtension, Outcome } from '../../core/model.js';
import type { ExtensionRecord } from '../../tenant/wire.js';
import type { WriteMeans } from '../means.js';
import { describeStop } from '../stop.js';
import { creation } from './creation.js';
import { deletion } from './deletion.js';
import type { ListAll } from './deliver.js';
import { failedBy } from './ending.js';
import { overwriting } from './overwriting.js';
import { replace } from './replace.js';
import { resultOf } from './result.js';
import type { Revisions } from './revisions.js';
import { type RequestEnd, runRequest } from './run-request.js';
import { targetOf } from './target.js';
import { type Prepared, prepareUpload } from './upload.js';

export interface Written {
  readonly outcome: Outcome;
  /** Present where the effect may land late: reads the tenant once more. */
  readonly lookAgain?: (list: ListAll) => Promise<Outcome>;
}

/** What the writes of a run share. */
export interface WriteContext extends WriteMeans {
  readonly revisions: Revisions;
  /** Told of work that may end after the outcome, but before the run. */
  readonly onKeeping: (keeping: Promise<void>) => void;
}

/** Never throws for what a tenant or a person did: that is an outcome. `desired` is absent only for deletes. */
export async function write(
  change: Change,
  desired: DesiredExtension | undefined,
  context: WriteContext,
): Promise<Written> {
  const started = performance.now();
  const toOutcome = (end: End): Outcome => ({
    name: change.name,
    action: change.action,
    ms: Math.round(performance.now() - started),
    ...end.bytes,
    ...resultOf(end.ending, change),
  });
  const end = await attempt(change, desired, context);
  const { lookAgain } = end;
  if (lookAgain === undefined) return { outcome: toOutcome(end) };
  const again = async (list: ListAll): Promise<Outcome> =>
    toOutcome({ ...end, ending: await lookAgain(list) });
  return { outcome: toOutcome(end), lookAgain: again };
}

/** With the bytes that were sent for it. */
interface End extends RequestEnd {
  readonly bytes?: { readonly bytes: number };
}

async function attempt(
  change: Change,
  desired: DesiredExtension | undefined,
  context: WriteContext,
): Promise<End> {
  switch (change.action) {
    case 'create':
      return withUpload(change, desired, context, (prepared) =>
        runRequest(creation(change, prepared, context), context),
      );
    case 'update':
      return withUpload(change, desired, context, (prepared) => overwrite(change, prepared, context));
    case 'replace':
      // The archive is built before the delete, so that a folder that changed meanwhile costs nothing.
      return withUpload(change, desired, context, (prepared) => replace(change, prepared, context));
    case 'delete':
      return runRequest(deletion(targetOf(change), context, 'confirm'), context);
    case 'none':
      throw new Error(`nothing to write for ${change.name}`);
  }
}

async function withUpload(
  change: Change,
  desired: DesiredExtension | undefined,
  context: WriteContext,
  send: (prepared: Prepared) => Promise<RequestEnd>,
): Promise<End> {
  if (desired === undefined || change.write === undefined) {
    throw new Error(`${change.action} of ${change.name} has nothing to send`);
  }
  let prepared: Prepared;
  try {
    prepared = await prepareUpload(desired, change.write, context.pack);
  } catch (error) {
    return { ending: failedBy(error) };
  }
  if (context.signal.aborted) {
    return { ending: { kind: 'not-attempted', error: describeStop(context.signal.reason) } };
  }
  const end = await send(prepared);
  const { file } = prepared.upload;
  if (file === undefined) return end;
  if (end.ending.kind === 'done') keepUploaded(file.bytes, context);
  return { ...end, bytes: { bytes: file.bytes.length } };
}

/** Only a convenience of the next overwrite, so nobody waits for it and its failure is no matter. */
function keepUploaded(bytes: Uint8Array, { backup, onKeeping }: WriteContext): void {
  if (backup !== undefined) onKeeping(backup.keepUploaded(bytes).catch(() => undefined));
}

async function overwrite(change: Change, prepared: Prepared, context: WriteContext): Promise<RequestEnd> {
  let before: ExtensionRecord | undefined;
  const target = targetOf(change, (record) => {
    before = record;
  });
  return runRequest(overwriting(target, prepared, context), context, (record, sent) =>
    context.revisions.note({ name: change.name, before: before?.version, after: record.version, sent }),
  );
}
