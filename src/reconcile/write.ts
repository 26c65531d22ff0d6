/** One change → its requests → its outcome. The only code that writes to a tenant. */

import { TenantError, UserError } from '../core/errors.js';
import { archiveName } from '../core/marker.js';
import type { Change, DesiredExtension, Outcome, OutcomeError, Write } from '../core/model.js';
import { checkArchive } from '../core/rules.js';
import { pack } from '../source/pack.js';
import type { ExtensionsClient, ExtensionUpload } from '../tenant/extensions.js';
import type { ExtensionRecord } from '../tenant/wire.js';
import { findMismatch, type Sent } from './verify.js';

export type Writer = Pick<ExtensionsClient, 'create' | 'patch' | 'remove'>;

/** Never throws for what a tenant or a person did: that is an outcome. `desired` is absent only for deletes. */
export async function write(
  change: Change,
  desired: DesiredExtension | undefined,
  tenant: Writer,
): Promise<Outcome> {
  const started = performance.now();
  const outcome = await attempt(change, desired, tenant).catch((error: unknown): Result => {
    if (!(error instanceof UserError)) throw error;
    return { status: 'failed', error: describeError(error) };
  });
  return {
    name: change.name,
    action: change.action,
    ms: Math.round(performance.now() - started),
    ...outcome,
  };
}

type Result = Pick<Outcome, 'status' | 'id' | 'bytes' | 'error'>;

async function attempt(
  change: Change,
  desired: DesiredExtension | undefined,
  tenant: Writer,
): Promise<Result> {
  switch (change.action) {
    case 'create':
      return send(change, desired, (upload) => tenant.create(upload));
    case 'update':
      return send(change, desired, (upload) => tenant.patch(idOf(change), upload));
    case 'replace':
      return replace(change, desired, tenant);
    case 'delete':
      await tenant.remove(idOf(change));
      return { status: 'done', id: idOf(change) };
    case 'none':
      throw new Error(`nothing to write for ${change.name}`);
  }
}

/** The archive is built before the delete, so that a folder that changed meanwhile costs nothing. */
async function replace(
  change: Change,
  desired: DesiredExtension | undefined,
  tenant: Writer,
): Promise<Result> {
  return send(change, desired, async (upload) => {
    await tenant.remove(idOf(change));
    return tenant.create(upload);
  });
}

async function send(
  change: Change,
  desired: DesiredExtension | undefined,
  request: (upload: ExtensionUpload) => Promise<ExtensionRecord>,
): Promise<Result> {
  const { write: carried } = change;
  if (desired === undefined || carried === undefined)
    throw new Error(`${change.action} of ${change.name} has nothing to send`);
  const { upload, sent } = await prepare(desired, carried);
  const answer = await request(upload);
  const bytes = upload.file === undefined ? {} : { bytes: upload.file.bytes.length };
  const mismatch = findMismatch(sent, answer);
  if (mismatch === undefined) return { status: 'done', id: answer.id, ...bytes };
  return {
    status: 'not-applied',
    id: answer.id,
    ...bytes,
    error: { code: `lost-${mismatch.part}`, message: mismatch.message, ...hintFor(mismatch.part) },
  };
}

async function prepare(
  desired: DesiredExtension,
  carried: Write,
): Promise<{ upload: ExtensionUpload; sent: Sent }> {
  const { name } = desired;
  const { tags } = carried;
  if (carried.carries === 'data') return { upload: { data: { tags } }, sent: { name, tags } };
  const archive = await pack(desired);
  assertUploadable(desired, archive.bytes.length);
  const file = { name: archiveName(desired.digest, archive.md5), bytes: archive.bytes };
  return {
    upload: { data: { tags }, file },
    sent: { name, tags, archive: { md5: archive.md5, name: file.name } },
  };
}

/** The zip's size is known only now; Qlik would refuse it after the whole upload. */
function assertUploadable(desired: DesiredExtension, archiveBytes: number): void {
  const error = checkArchive(desired, archiveBytes).find(({ severity }) => severity === 'error');
  if (error !== undefined) throw new UserError(error.message, { hint: error.hint });
}

function idOf(change: Change): string {
  if (change.actual === undefined) throw new Error(`${change.action} of ${change.name} has no id`);
  return change.actual.id;
}

function hintFor(part: 'name' | 'file' | 'marker' | 'tags'): { hint?: string } {
  if (part !== 'tags' && part !== 'marker') return {};
  return {
    hint: 'qlik-sync knows what is its own by a tag and by the archive name. A tenant that does not keep them cannot be reconciled: nothing further was written.',
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
