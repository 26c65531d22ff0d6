/** The fields that the documents of all commands share. */

import type { PlanDocument } from './documents/documents.js';
import type { RunHeader } from './run-header.js';

export function headOf({
  tool,
  project,
}: RunHeader): Pick<PlanDocument, 'schemaVersion' | 'tool' | 'project'> {
  return { schemaVersion: 1, tool, project };
}

type Place = Pick<PlanDocument, 'environment' | 'tenant'>;

export function placeOf(header: RunHeader): Place {
  const place = knownPlaceOf(header);
  if (place === undefined) throw new Error('this report needs a tenant');
  return place;
}

/** `undefined` if no tenant was chosen. */
export function knownPlaceOf({ tenant }: RunHeader): Place | undefined {
  if (tenant === undefined) return undefined;
  const { url, environment, identity, source } = tenant;
  return {
    ...(environment !== undefined && { environment }),
    tenant: { url, ...(identity !== undefined && { identity }), source },
  };
}
