/** What a person can do on the administration page: upload a file, change tags, rename the archive. */

import { type Kind, kinds } from '../../core/kind.js';
import type { ExtensionRecord } from '../../tenant/wire.js';
import { Refusal } from '../http/answer.js';
import type { Behaviour } from '../options.js';
import type { Sandbox } from '../sandbox.js';
import { changeRecord, createExtension, documentOf } from './actions.js';
import { readArchive, type Upload } from './upload.js';
import { patchRecord } from './write-record.js';

interface Edit {
  /** `qextFilename` */
  readonly name: string;
  /** Absent: an extension. */
  readonly kind?: Kind;
  /** Base64 of a zip. */
  readonly file?: string;
  readonly tags?: readonly string[];
  /** Becomes `file.originalname`; `<name>.zip` when a file comes without one. */
  readonly filename?: string;
}

/** Changes the extension or theme of that name, or imports it when there is none. @throws {Refusal} 400, 422 */
export async function editExtension(sandbox: Sandbox, body: unknown): Promise<ExtensionRecord> {
  const edit = parseEdit(body);
  const upload = uploadOf(edit, sandbox.behaviour);
  const { kind = 'extension' } = edit;
  const { records } = documentOf(sandbox, kind).read();
  const known = records.some((record) => record.qextFilename === edit.name);
  return known ? changeKnown(sandbox, edit, upload) : createExtension(sandbox, kind, upload);
}

function parseEdit(body: unknown): Edit {
  const edit = body as Partial<Edit> | null;
  const optional = [edit?.file, edit?.filename].every((value) =>
    ['string', 'undefined'].includes(typeof value),
  );
  const tagged = edit?.tags === undefined || Array.isArray(edit.tags);
  const known = edit?.kind === undefined || kinds.includes(edit.kind);
  if (typeof edit?.name === 'string' && optional && tagged && known) return edit as Edit;
  throw new Refusal(
    400,
    'An edit names an extension (or a theme, with its kind) and may carry file (base64), tags and filename.',
  );
}

function uploadOf({ name, file, tags, filename = `${name}.zip` }: Edit, behaviour: Behaviour): Upload {
  const data = { qextFilename: name, ...(tags === undefined ? {} : { tags }) };
  if (file === undefined) return { data };
  const sent = { originalname: filename, contentType: 'application/zip' };
  const archive = readArchive(Buffer.from(file, 'base64'), sent, behaviour);
  const found = archive.manifest.qextFilename;
  if (found !== name) throw new Refusal(422, `The archive holds ${found}.qext, not ${name}.qext.`);
  return { data, archive };
}

/** The page keeps tags and applies metadata, whatever the API does. */
function changeKnown(sandbox: Sandbox, edit: Edit, upload: Upload): Promise<ExtensionRecord> {
  const behaviour: Behaviour = {
    ...sandbox.behaviour,
    tagsOnFileOnlyPatch: 'keep',
    metadataOnPatch: 'apply',
  };
  const { name: idOrName, kind = 'extension' } = edit;
  return changeRecord(sandbox, { kind, idOrName }, upload.archive, (current, record) => {
    const others = current.records.filter((other) => other !== record);
    const changed = patchRecord(others, record, upload, { kind, behaviour, now: sandbox.clock() });
    const renamed = edit.filename !== undefined && changed.file;
    return renamed ? { ...changed, file: { ...changed.file, originalname: edit.filename } } : changed;
  });
}
