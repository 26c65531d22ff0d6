/** One change → its requests → its outcome. The only code that writes to a tenant. */

import { TenantError, UserError } from '../core/errors.js';
import type { Change, DesiredExtension, Outcome, OutcomeError } from '../core/model.js';
import type { Packer } from '../source/pack.js';
import type { ExtensionsClient, ExtensionUpload } from '../tenant/extensions.js';
import type { ExtensionRecord } from '../tenant/wire.js';
import { prepareUpload } from './upload.js';
import { findMismatch, type Mismatch } from './verify.js';

export interface WriteMeans {
  readonly tenant: Pick<ExtensionsClient, 'create' | 'patch' | 'remove'>;
  readonly pack: Packer;
  /** Aborted: what is in flight is finished, nothing further is sent. */
  readonly signal: AbortSignal;
}

/** Never throws for what a tenant or a person did: that is an outcome. `desired` is absent only for deletes. */
export async function write(
  change: Change,
  desired: DesiredExtension | undefined,
  means: WriteMeans,
): Promise<Outcome> {
  const started = performance.now();
  const result = await attempt(change, desired, means).catch((error: unknown): Result => {
    if (means.signal.aborted && error === means.signal.reason) return interrupted;
    if (!(error instanceof UserError)) throw error;
    return { status: 'failed', error: describeError(error) };
  });
  const ms = Math.round(performance.now() - started);
  return { name: change.name, action: change.action, ms, ...result };
}

type Result = Pick<Outcome, 'status' | 'id' | 'bytes' | 'error'>;
/** A write that was still waiting for its turn. */
const interrupted: Result = { status: 'not-attempted', error: { message: 'interrupted' } };

type Send = (upload: ExtensionUpload) => Promise<ExtensionRecord>;

async function attempt(
  change: Change,
  desired: DesiredExtension | undefined,
  means: WriteMeans,
): Promise<Result> {
  const { tenant, pack } = means;
  const options = { unlessSent: means.signal };
  switch (change.action) {
    case 'create':
      return send(change, desired, pack, (upload) => tenant.create(upload, options));
    case 'update':
      return send(change, desired, pack, (upload) => tenant.patch(idOf(change), upload, options));
    case 'replace':
      // The archive is built before the delete, so that a folder that changed meanwhile costs nothing.
      return send(change, desired, pack, async (upload) => {
        await tenant.remove(idOf(change), options);
        // From here on only a create makes it whole, so no interrupt holds it back.
        return tenant.create(upload).catch(explainHalfReplaced);
      });
    case 'delete':
      await tenant.remove(idOf(change), options);
      return { status: 'done', id: idOf(change) };
    case 'none':
      throw new Error(`nothing to write for ${change.name}`);
  }
}

function explainHalfReplaced(error: unknown): never {
  if (!(error instanceof TenantError)) throw error;
  throw new TenantError(`deleted, but not created again: ${error.message}`, {
    ...error,
    cause: error,
    hint: 'Until it is created, sheets that use it are broken. Run apply again: it will be planned as a create.',
  });
}

async function send(
  change: Change,
  desired: DesiredExtension | undefined,
  pack: Packer,
  request: Send,
): Promise<Result> {
  if (desired === undefined || change.write === undefined) {
    throw new Error(`${change.action} of ${change.name} has nothing to send`);
  }
  const { upload, sent } = await prepareUpload(desired, change.write, pack);
  const answer = await request(upload);
  const bytes = upload.file === undefined ? {} : { bytes: upload.file.bytes.length };
  const mismatch = findMismatch(sent, answer);
  if (mismatch === undefined) return { status: 'done', id: answer.id, ...bytes };
  return { status: 'not-applied', id: answer.id, ...bytes, error: describeMismatch(mismatch) };
}

function idOf(change: Change): string {
  if (change.actual === undefined) throw new Error(`${change.action} of ${change.name} has no id`);
  return change.actual.id;
}

function describeMismatch({ part, message }: Mismatch): OutcomeError {
  const code = `lost-${part}`;
  if (part !== 'tags' && part !== 'marker') return { code, message };
  return {
    code,
    message,
    hint: 'qlik-sync knows what is its own by a tag and by the archive name; a tenant that does not keep them cannot be reconciled.',
  };
}

function describeError(error: UserError): OutcomeError {
  const { message, hint } = error;
  const fromTenant = error instanceof TenantError ? error : undefined;
  return {
    message,
    ...(hint !== undefined && { hint }),
    ...(fromTenant?.status !== undefined && { status: fromTenant.status }),
    ...(fromTenant?.code !== undefined && { code: fromTenant.code }),
    ...(fromTenant?.traceId !== undefined && { traceId: fromTenant.traceId }),
  };
}
