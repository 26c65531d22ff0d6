/** How a record is created and changed: pure decisions over the extensions of one tenant. */

import type { ExtensionData, ExtensionRecord } from '../../tenant/wire.js';
import { Refusal } from '../http/answer.js';
import { newId } from '../ids.js';
import type { Behaviour } from '../options.js';
import { type Extensions, requireFree } from './records.js';
import type { Archive, Upload } from './upload.js';

interface Author {
  readonly tenantId: string;
  readonly userId: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** The identity comes from the file, if there is one; for other fields, sent data wins. @throws {Refusal} 409, 422 */
export function createRecord(
  extensions: Extensions,
  { data = {}, archive }: Upload,
  behaviour: Behaviour,
  author: Author,
): ExtensionRecord {
  const qextFilename = archive?.manifest.qextFilename ?? data.qextFilename;
  const name = data.name || archive?.manifest.data.name || qextFilename;
  if (!name) throw new Refusal(422, 'A name is required.', { pointer: '/name' });
  requireFree(extensions, qextFilename || name);
  const created = new Date(author.now).toISOString();
  return {
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
}

/** Keeps id, identity and creation. A different `.qext` name is refused: apps refer to it. @throws {Refusal} 409, 422 */
export function patchRecord(
  extensions: Extensions,
  record: ExtensionRecord,
  { data = {}, archive }: Upload,
  behaviour: Behaviour,
  now: number,
): ExtensionRecord {
  const applied = behaviour.metadataOnPatch === 'apply' ? settable(data, archive, behaviour) : {};
  const manifest = archive?.manifest.data;
  const { file, ...base } = archive === undefined ? record : withoutManifest(record);
  return {
    ...base,
    ...(archive === undefined ? {} : identityOf(extensions, record, archive)),
    ...manifest,
    ...applied,
    supernova: [record.supernova, manifest?.supernova, applied.supernova].includes(true),
    tags: patchedTags(record, { data, ...(archive && { archive }) }, behaviour),
    ...nextRevision(record, behaviour, now),
    ...(archive === undefined ? file && { file } : { file: archive.file }),
  };
}

const recordDefaults = {
  type: 'visualization',
  description: '',
  icon: 'extension',
  preview: '',
  bundled: false,
  supernova: false,
};

/** Sent fields that the record takes as they are. */
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
  extensions: Extensions,
  record: ExtensionRecord,
  { manifest: { qextFilename } }: Archive,
): Pick<ExtensionData, 'qextFilename'> {
  if (record.qextFilename === qextFilename) return { qextFilename };
  if (record.qextFilename) {
    throw new Refusal(
      422,
      `The archive holds ${qextFilename}.qext, the extension is ${record.qextFilename}.`,
      {
        resourceName: record.qextFilename,
        pointer: '/qextFilename',
      },
    );
  }
  requireFree(
    { ...extensions, records: extensions.records.filter((other) => other !== record) },
    qextFilename,
  );
  return { qextFilename };
}

function patchedTags(record: ExtensionRecord, { data, archive }: Upload, behaviour: Behaviour) {
  if (behaviour.tags === 'drop') return [];
  if (data?.tags) return data.tags;
  const lost = archive !== undefined && behaviour.tagsOnFileOnlyPatch === 'lose';
  return lost ? [] : (record.tags ?? []);
}

/** Every write raises the major revision and moves `updatedAt`, however fast writes follow each other. */
function nextRevision({ version, updatedAt }: ExtensionRecord, { revisionStep }: Behaviour, now: number) {
  const later = Math.max(now, Date.parse(updatedAt ?? '') + 1 || 0);
  return {
    version: `${Number.parseInt(version ?? '0', 10) + revisionStep}.0.0`,
    updatedAt: new Date(later).toISOString(),
  };
}
