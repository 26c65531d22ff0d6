/** The `data` part: the documented fields, each with its type. */

import type { ExtensionData } from '../../tenant/wire.js';
import { Refusal } from '../http/answer.js';

type Kind = 'text' | 'flag' | 'texts' | 'object';

/** Fields that a client may set. The server sets the others of a record (ids, times, `file`, the `version` counter). */
const fields: Readonly<Record<Exclude<keyof ExtensionData, 'version'>, Kind>> = {
  name: 'text',
  type: 'text',
  icon: 'text',
  tags: 'texts',
  author: 'text',
  bundle: 'object',
  bundled: 'flag',
  license: 'text',
  preview: 'text',
  checksum: 'text',
  homepage: 'text',
  keywords: 'text',
  loadpath: 'text',
  supplier: 'text',
  supernova: 'flag',
  deprecated: 'text',
  repository: 'text',
  description: 'text',
  qextVersion: 'text',
  dependencies: 'object',
  qextFilename: 'text',
};

/** `null` counts as not sent. Unknown fields are ignored. @throws {Refusal} 415 for anything but an object, 422 */
export function parseData(text: string): ExtensionData {
  const sent = parseObject(text);
  const known = Object.entries(fields).flatMap(([name, kind]) => {
    const value = sent[name] ?? undefined;
    if (value === undefined) return [];
    if (!isKind(kind, value)) throw new Refusal(422, `${name} has the wrong type.`, { pointer: `/${name}` });
    return [[name, value]];
  });
  return Object.fromEntries(known) as ExtensionData;
}

function parseObject(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    if (isKind('object', value)) return value as Readonly<Record<string, unknown>>;
  } catch {
    // Handled below, like JSON that is not an object.
  }
  throw new Refusal(415, 'Body of the payload is not a valid JSON object.');
}

function isKind(kind: Kind, value: unknown): boolean {
  switch (kind) {
    case 'text':
      return typeof value === 'string';
    case 'flag':
      return typeof value === 'boolean';
    case 'texts':
      return Array.isArray(value) && value.every((entry) => typeof entry === 'string');
    case 'object':
      return typeof value === 'object' && value !== null && !Array.isArray(value);
  }
}
