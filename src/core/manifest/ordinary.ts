/** The manifest that nothing is wrong with, recognised without a walk over its tokens: nearly every one, every time. */

import type { Manifest } from './parsed.js';
import { findPlaceholder } from './placeholder.js';

/** `undefined` wherever there may be anything to say; then the thorough way finds out. */
export function readOrdinary(fields: Readonly<Record<string, unknown>>, text: string): Manifest | undefined {
  const { name, type, version, supernova } = fields;
  if (!isBuiltText(name) || !isBuiltText(type)) return undefined;
  if (version !== undefined && (typeof version !== 'string' || version === '')) return undefined;
  if (supernova !== undefined && typeof supernova !== 'boolean') return undefined;
  if (countKeys(fields, 0) !== text.match(/"\s*:/g)?.length) return undefined;
  const manifest = { displayName: name, type, supernova: supernova === true, fields, text };
  return version === undefined ? manifest : { ...manifest, version };
}

function isBuiltText(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && findPlaceholder(value) === undefined;
}

const shallow = 3;

/** Each key is a quote and a colon in the text, so more of those than keys may be a key that is given twice. */
function countKeys(value: unknown, depth: number): number {
  if (typeof value !== 'object' || value === null) return 0;
  if (depth > shallow) return Number.NaN;
  const own = Array.isArray(value) ? 0 : Object.keys(value).length;
  return Object.values(value).reduce((sum: number, child) => sum + countKeys(child, depth + 1), own);
}
