/** How a record is created and changed: pure decisions over the extensions or the themes of one tenant. */

import type { Kind } from '../../core/kind.js';
import type { ExtensionData, ExtensionRecord } from '../../tenant/wire.js';
import { Refusal } from '../http/answer.js';
import { newId } from '../ids.js';
import type { Behaviour } from '../options.js';
import { requireFree } from './records.js';
import type { Archive, Upload } from './upload.js';

interface Author {
  readonly tenantId: string;
  readonly userId: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** The identity comes from the file, if there is one; for other fields, sent data wins. @throws {Refusal} 409, 422 */
export function createRecord(
  taken: readonly ExtensionRecord[],
  { data = {}, archive }: Upload,
  kind: Kind,
  { behaviour, author }: { readonly behaviour: Behaviour; readonly author: Author },
): ExtensionRecord {
  requireKind(archive, kind);
  const qextFilename = archive?.manifest.qextFilename ?? data.qextFilename;
  const name = data.name || archive?.manifest.data.name || qextFilename;
  if (!name) throw new Refusal(422, 'A name is required.', { pointer: '/name' });
  requireFree(taken, qextFilename || name);
  const created = new Date(author.now).toISOString();
  const record = {
    id: newId(),
    tenantId: author.tenantId,
    userId: author.userId,
    ...recordDefaults,
    ...(qextFilename ? { qextFilename, loadpath: qextFilename } : {}),
    ...archive?.manifest.data,
    ...settable(data, archive, behaviour),
    name,
    version: '1.0.0',
    tags: behaviour.tags === 'keep' ? (data.tags ?? []) : [],
    ...(archive === undefined ? {} : { file: archive.file }),
    createdAt: created,
    updatedAt: created,
  };
  return fieldsOf(kind, record);
}

/** @throws {Refusal} 422 */
function requireKind(archive: Archive | undefined, kind: Kind): void {
  if (archive === undefined || kind === 'extension' || archive.manifest.data.type === kind) return;
  throw new Refusal(422, `The archive holds a ${archive.manifest.data.type}, not a theme.`, {
    pointer: '/type',
  });
}

/** A theme's record has fewer fields, and `updateAt` as documented (inferred: real extensions have `updatedAt`). */
function fieldsOf(kind: Kind, record: ExtensionRecord): ExtensionRecord {
  if (kind === 'extension') return record;
  const { bundle, bundled, checksum, deprecated, loadpath, preview, supernova, ...rest } = record;
  const { updatedAt, updateAt, ...theme } = rest;
  return { ...(theme as ExtensionRecord), type: kind, updateAt: updatedAt ?? updateAt ?? null };
}

/** Keeps id, identity and creation. A different `.qext` name is refused: apps refer to it. @throws {Refusal} 409, 422 */
export function patchRecord(
  others: readonly ExtensionRecord[],
  record: ExtensionRecord,
  { data = {}, archive }: Upload,
  { kind, behaviour, now }: { readonly kind: Kind; readonly behaviour: Behaviour; readonly now: number },
): ExtensionRecord {
  requireKind(archive, kind);
  const applied = behaviour.metadataOnPatch === 'apply' ? settable(data, archive, behaviour) : {};
  const manifest = archive?.manifest.data;
  const { file, ...base } = archive === undefined ? record : withoutManifest(record);
  const patched = {
    ...base,
    ...(archive === undefined ? {} : identityOf(others, record, archive)),
    ...manifest,
    ...applied,
    supernova: [record.supernova, manifest?.supernova, applied.supernova].includes(true),
    tags: patchedTags(record, { data, ...(archive && { archive }) }, behaviour),
    ...nextRevision(record, behaviour, now),
    ...(archive === undefined ? file && { file } : { file: archive.file }),
  };
  return fieldsOf(kind, patched);
}

const recordDefaults = {
  type: 'visualization',
  description: '',
  icon: 'extension',
  preview: '',
  bundled: false,
  supernova: false,
};

/** Sent fields that the record takes unchanged. */
function settable(data: ExtensionData, archive: Archive | undefined, behaviour: Behaviour): ExtensionData {
  const { tags, qextFilename, checksum, qextVersion, ...rest } = data;
  return {
    ...rest,
    ...(qextVersion && archive === undefined ? { qextVersion } : {}),
    ...(checksum && behaviour.checksum === 'keep' ? { checksum } : {}),
  };
}

function withoutManifest(record: ExtensionRecord): ExtensionRecord {
  const { author, license, homepage, keywords, supplier, deprecated, repository, ...rest } = record;
  const { bundle, dependencies, qextVersion, ...kept } = rest;
  return kept as ExtensionRecord;
}

function identityOf(
  others: readonly ExtensionRecord[],
  record: ExtensionRecord,
  { manifest: { qextFilename } }: Archive,
): Pick<ExtensionData, 'qextFilename'> {
  if (record.qextFilename === qextFilename) return { qextFilename };
  if (record.qextFilename) {
    throw new Refusal(422, `The archive holds ${qextFilename}.qext, the record is ${record.qextFilename}.`, {
      resourceName: record.qextFilename,
      pointer: '/qextFilename',
    });
  }
  requireFree(others, qextFilename);
  return { qextFilename };
}

function patchedTags(record: ExtensionRecord, { data, archive }: Upload, behaviour: Behaviour) {
  if (behaviour.tags === 'drop') return [];
  if (data?.tags) return data.tags;
  const lost = archive !== undefined && behaviour.tagsOnFileOnlyPatch === 'lose';
  return lost ? [] : (record.tags ?? []);
}

/** Every write raises the major revision and moves `updatedAt`, however fast writes follow each other. */
function nextRevision(record: ExtensionRecord, { revisionStep }: Behaviour, now: number) {
  const { version, updatedAt, updateAt } = record;
  const later = Math.max(now, Date.parse(updatedAt ?? updateAt ?? '') + 1 || 0);
  return {
    version: `${Number.parseInt(version ?? '0', 10) + revisionStep}.0.0`,
    updatedAt: new Date(later).toISOString(),
  };
}
