/** Where a tenant departed from the folders, read off the decisions of a plan. Pure. */

import type { ActualSummary, Change, DesiredState, DesiredSummary } from './model.js';
import { byName } from './order.js';

/**
 * `changed-locally` is the folder's own departure: the tenant still holds what this project put there.
 * `marker-lost`: the folder's content under an archive name that is not ours.
 */
export const driftKinds = [
  'changed-on-tenant',
  'missing',
  'disowned',
  'foreign',
  'unmanaged',
  'marker-lost',
  'tags-missing',
  'extra',
  'changed-locally',
] as const;

export type DriftKind = (typeof driftKinds)[number];

export interface Departure {
  readonly name: string;
  readonly kind: DriftKind;
  /** For a person. */
  readonly message: string;
  readonly folder?: DesiredSummary;
  readonly tenant?: ActualSummary;
}

/** In the order of `driftKinds`, then by name. */
export function findDepartures(
  changes: readonly Change[],
  { unread = [] }: Pick<DesiredState, 'unread'>,
): readonly Departure[] {
  const mayHaveFolder = (name: string): boolean =>
    unread.some((folder) => folder.name === undefined || folder.name === name);
  return sortDepartures(
    changes.flatMap((change) => {
      const kind = kindOf(change);
      if (kind === undefined || (kind === 'extra' && mayHaveFolder(change.name))) return [];
      return [departureOf(change, kind)];
    }),
  );
}

export function sortDepartures<T extends Departure>(departures: readonly T[]): readonly T[] {
  const rank = ({ kind }: Departure): number => driftKinds.indexOf(kind);
  return [...departures].sort((a, b) => rank(a) - rank(b) || byName(a, b));
}

export function departureOf(
  { name, blocked, message, desired, actual }: Change,
  kind: DriftKind,
  words: string = describe(kind, blocked?.message ?? message),
): Departure {
  return {
    name,
    kind,
    message: words,
    ...(desired && { folder: desired }),
    ...(actual && { tenant: actual }),
  };
}

function kindOf({ state, reason, desired }: Change): DriftKind | undefined {
  if (reason === 'not-selected') return undefined;
  switch (state) {
    case 'in-sync':
      return reason === 'tags-changed' ? 'tags-missing' : undefined;
    case 'changed':
      return 'changed-locally';
    case 'unmarked':
      // A newer version of this tool has newer markers: nobody departed from anything.
      return reason === 'marker-outdated' ? undefined : 'marker-lost';
    case 'drifted':
      return 'changed-on-tenant';
    case 'unmanaged':
      return desired === undefined ? undefined : 'unmanaged';
    case 'orphan':
      return 'extra';
    case 'missing':
    case 'disowned':
    case 'foreign':
      return state;
    case 'skipped':
      return undefined;
  }
}

function describe(kind: DriftKind, decision: string): string {
  switch (kind) {
    case 'changed-on-tenant':
      return 'its content is not what this project put there';
    case 'missing':
      return 'in the folders, but not on the tenant';
    case 'disowned':
      return 'our archive, but our tag is gone';
    case 'unmanaged':
      return 'what the tenant has under this name was not deployed by qlik-sync';
    case 'marker-lost':
      return 'same content, uploaded by somebody else';
    case 'extra':
      return 'ours, but in no folder';
    case 'changed-locally':
      return 'the folder changed and was not applied yet';
    case 'foreign':
    case 'tags-missing':
      return decision;
  }
}
