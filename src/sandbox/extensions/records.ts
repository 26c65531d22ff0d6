/** The extensions of one tenant, or its themes: present and deleted. */

import type { Kind } from '../../core/kind.js';
import type { ExtensionRecord } from '../../tenant/wire.js';
import { Refusal } from '../http/answer.js';

/** What the API still shows of a soft-deleted record. */
interface Gone {
  readonly id: string;
  readonly name?: string;
}

export interface Extensions {
  readonly records: readonly ExtensionRecord[];
  readonly gone: readonly Gone[];
}

/** @throws {Refusal} 410 for one that was deleted, 404 for one that never existed */
export function findRecord(extensions: Extensions, idOrName: string, kind: Kind): ExtensionRecord {
  const { records, gone } = extensions;
  const found =
    records.find((record) => record.id === idOrName) ??
    records.find((record) => record.qextFilename === idOrName);
  if (found !== undefined) return found;
  const deleted = gone.some((entry) => entry.id === idOrName || entry.name === idOrName);
  throw deleted
    ? new Refusal(410, `The ${kind} with ${idOrName} has been deleted.`)
    : new Refusal(404, `Could not find the ${kind} with ${idOrName}.`);
}

export function removeRecord({ records, gone }: Extensions, record: ExtensionRecord): Extensions {
  const name = record.qextFilename;
  return {
    records: records.filter((other) => other !== record),
    gone: [...gone, { id: record.id, ...(name ? { name } : {}) }],
  };
}

/** @throws {Refusal} 409 */
export function requireFree(records: readonly ExtensionRecord[], identity: string): void {
  if (records.some((record) => (record.qextFilename || record.name) === identity)) {
    throw new Refusal(409, 'The name is taken already.', { resourceName: identity });
  }
}
