/** Two manifests, field by field: formatting alone does not count as a change. */

import type { FieldChange } from '../../core/comparison.js';
import type { Manifest } from '../../core/manifest/parsed.js';

/** Longest text of one side; a `preview` may hold a whole picture. */
const longestValue = 500;

const deepest = 8;

/** A manifest that cannot be read counts as one without fields. */
export function compareFields(
  before: Manifest | undefined,
  after: Manifest | undefined,
): readonly FieldChange[] {
  const [left, right] = [leavesOf(before), leavesOf(after)];
  const fields = [...new Set([...left.keys(), ...right.keys()])].sort();
  return fields
    .filter((field) => left.get(field) !== right.get(field))
    .map((field) => {
      const [old, now] = [left.get(field), right.get(field)];
      return {
        field,
        ...(old !== undefined && { before: cut(old) }),
        ...(now !== undefined && { after: cut(now) }),
      };
    });
}

function cut(json: string): string {
  return json.length > longestValue ? `${json.slice(0, longestValue)}…` : json;
}

/** JSON text by dotted path. */
function leavesOf(manifest: Manifest | undefined): ReadonlyMap<string, string> {
  const leaves = new Map<string, string>();
  if (manifest === undefined) return leaves;
  collect(manifest.fields, '', 0, leaves);
  // A number keeps its spelling: 1.10 is not 1.1.
  if (typeof manifest.fields['version'] === 'number' && manifest.version !== undefined) {
    leaves.set('version', manifest.version);
  }
  return leaves;
}

/** A list is one value: a position in it is not a name. */
function collect(value: unknown, path: string, depth: number, leaves: Map<string, string>): void {
  const isBranch = typeof value === 'object' && value !== null && !Array.isArray(value);
  if (!isBranch || depth > deepest || (path !== '' && Object.keys(value).length === 0)) {
    leaves.set(path, JSON.stringify(value));
    return;
  }
  for (const [key, child] of Object.entries(value)) collect(child, join(path, key), depth + 1, leaves);
}

function join(path: string, key: string): string {
  if (!/^[\w$-]+$/.test(key)) return `${path}[${JSON.stringify(key)}]`;
  return path === '' ? key : `${path}.${key}`;
}
