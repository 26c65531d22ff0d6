/** The grammar of `resourceType`: `app[qvd,chart-monitoring,],qvapp`. */

import type { ItemResourceType } from '../../tenant/wire.js';
import { Refusal } from '../http/answer.js';

interface TypeFilter {
  readonly type: ItemResourceType;
  /** `''` matches items without a subtype; absent: any subtype matches. */
  readonly subtypes?: readonly string[];
}

const known: Readonly<Record<ItemResourceType, true>> = {
  app: true,
  qlikview: true,
  qvapp: true,
  genericlink: true,
  sharingservicetask: true,
  note: true,
  dataasset: true,
  dataset: true,
  automation: true,
  'automl-experiment': true,
  'automl-deployment': true,
};

export function isResourceType(text: unknown): text is ItemResourceType {
  return typeof text === 'string' && Object.hasOwn(known, text);
}

/** @throws {Refusal} 400 */
export function parseTypeFilters(text: string): readonly TypeFilter[] {
  const entries = text.match(/[^,[\]]+(\[[^[\]]*\])?/g) ?? [];
  if (entries.join(',') !== text) throw new Refusal(400, `resourceType is malformed: ${text}`);
  return entries.map((entry) => {
    const [type, list] = entry.split('[');
    if (!isResourceType(type)) throw new Refusal(400, `Unknown resourceType: ${type}`);
    return list === undefined ? { type } : { type, subtypes: list.slice(0, -1).split(',') };
  });
}
