/** What the tenant reads from a `.qext` file. */

import type { ExtensionData } from '../../tenant/wire.js';
import { Refusal } from '../http/answer.js';

export interface Manifest {
  /** The file's stem: the extension's identity. */
  readonly qextFilename: string;
  readonly data: ExtensionData;
}

/** Only if they are text: the author is often an object, and is then left out. */
const textFields = [
  'author',
  'license',
  'homepage',
  'keywords',
  'supplier',
  'deprecated',
  'repository',
] as const;

/** @throws {Refusal} 422 */
export function parseManifest(path: string, content: Buffer): Manifest {
  const qextFilename = path.replace(/^.*\//, '').replace(/\.qext$/, '');
  const fields = parseFields(path, content);
  const text = (name: string) => (typeof fields[name] === 'string' ? fields[name] : undefined);
  const type = text('type');
  if (!type) throw new Refusal(422, `${path} has no type.`);
  const optional = textFields.flatMap((name) => (text(name) ? [[name, text(name)]] : []));
  const objects = (['bundle', 'dependencies'] as const).flatMap((name) =>
    isObject(fields[name]) ? [[name, fields[name]]] : [],
  );
  return {
    qextFilename,
    data: {
      name: text('name') || qextFilename,
      type,
      ...versionOf(fields['version']),
      loadpath: text('loadpath') || qextFilename,
      description: text('description') ?? '',
      icon: text('icon') || 'extension',
      preview: text('preview') ?? '',
      supernova: fields['supernova'] === true,
      ...Object.fromEntries([...optional, ...objects]),
    },
  };
}

function parseFields(path: string, content: Buffer): Readonly<Record<string, unknown>> {
  try {
    const fields: unknown = JSON.parse(content.toString('utf8').replace(/^\ufeff/, ''));
    if (isObject(fields)) return fields;
  } catch {
    // Handled below, like JSON that is not an object.
  }
  throw new Refusal(422, `${path} is not a valid JSON object.`);
}

function versionOf(version: unknown): Pick<ExtensionData, 'qextVersion'> {
  const known = typeof version === 'string' || typeof version === 'number';
  return known ? { qextVersion: String(version) } : {};
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
