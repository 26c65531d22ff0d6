/** One change → its requests → its outcome. The only code that writes to a tenant. */

import type { Change, DesiredExtension } from '../../core/model.js';
import type { Outcome } from '../../core/outcome.js';
import type { ExtensionRecord } from '../../tenant/wire.js';
import { describeStop } from '../stop.js';
import type { UploadedArchive, WriteDependencies } from '../write-dependencies.js';
import { type ListAll, type RequestEnd, runRequest } from './deliver.js';
import { type Ending, failedBy } from './ending.js';
import { createRequest, deleteRequest, overwriteRequest } from './requests.js';
import type { Revisions } from './revisions.js';
import { targetOf } from './target.js';
import { type Prepared, prepareUpload } from './upload.js';

export interface Written {
  readonly outcome: Outcome;
  /** Present if the effect may come late: reads the tenant once more. */
  readonly lookAgain?: (list: ListAll) => Promise<Outcome>;
}

/** What the writes of a run share. */
export interface WriteContext extends WriteDependencies {
  readonly revisions: Revisions;
  /** Called with work that may end after the outcome, but before the run. */
  readonly onKeeping: (keeping: Promise<void>) => void;
}

/** An error of a tenant or a person is an outcome, never thrown. `desired` is absent only for deletes. */
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

/** With the bytes that were sent. */
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
        runRequest(createRequest(change, prepared, context), context),
      );
    case 'update':
      return withUpload(change, desired, context, (prepared) => overwrite(change, prepared, context));
    case 'replace':
      // The archive is packed before the delete, so that a folder that changes meanwhile does no harm.
      return withUpload(change, desired, context, (prepared) => replace(change, prepared, context));
    case 'delete':
      return runRequest(deleteRequest(targetOf(change), context, 'confirm'), context);
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
  const { archive } = prepared.sent;
  if (file === undefined || archive === undefined) return end;
  if (end.ending.kind === 'done') keepUploaded({ bytes: file.bytes, md5: archive.md5 }, context);
  return { ...end, bytes: { bytes: file.bytes.length } };
}

/** Only saves a download at the next overwrite, so nothing waits for it and its failure does not matter. */
function keepUploaded(archive: UploadedArchive, { backup, onKeeping }: WriteContext): void {
  if (backup !== undefined) onKeeping(backup.keepUploaded(archive).catch(() => undefined));
}

async function overwrite(change: Change, prepared: Prepared, context: WriteContext): Promise<RequestEnd> {
  let before: ExtensionRecord | undefined;
  const target = targetOf(change, (record) => {
    before = record;
  });
  return runRequest(overwriteRequest(target, prepared, context), context, (record, sent) =>
    context.revisions.note({ name: change.name, before: before?.version, after: record.version, sent }),
  );
}

/** Deletes, then creates: the only change that can stop half-way, which its error then says. */
async function replace(change: Change, prepared: Prepared, context: WriteDependencies): Promise<RequestEnd> {
  const target = targetOf(change);
  const removed = await runRequest(deleteRequest(target, context, 'create-follows'), context);
  if (removed.ending.kind !== 'done') return withLateDelete(removed);
  // From here on only the create repairs it, so no interrupt holds it back.
  const finishing = { ...context, signal: undefined };
  const created = await runRequest(createRequest(change, prepared, context, target.actual.id), finishing);
  const { lookAgain } = created;
  return {
    ending: explainHalfReplaced(created.ending),
    ...(lookAgain && { lookAgain: async (list: ListAll) => explainHalfReplaced(await lookAgain(list)) }),
  };
}

/** A delete that takes effect after the last send leaves half a replace. */
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
  const hint =
    'Until it is created, sheets that use it are broken. Run the same command again: it finishes the replace.';
  return { ...ending, error: { ...error, message: `${state}: ${error.message}`, hint } };
}

export function resultOf(
  ending: Ending,
  change: Pick<Change, 'actual'> | { readonly actual?: { readonly id: string } },
): Pick<Outcome, 'status' | 'id' | 'error' | 'note'> {
  switch (ending.kind) {
    case 'done': {
      const id = ending.record?.id ?? change.actual?.id;
      return { status: 'done', ...(id && { id }), ...(ending.note && { note: ending.note }) };
    }
    case 'not-applied':
      return { status: 'not-applied', ...(ending.id && { id: ending.id }), error: ending.error };
    case 'absent':
      return { status: wasAccepted(ending.error.status) ? 'not-applied' : 'failed', error: ending.error };
    case 'failed':
    case 'unknown':
      return { status: 'failed', error: ending.error };
    case 'not-attempted':
      return { status: 'not-attempted', error: ending.error };
  }
}

/** A 2xx without an effect. */
function wasAccepted(status: number | undefined): boolean {
  return status !== undefined && status < 300;
}
