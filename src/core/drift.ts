/** Drift: where the tenant and the folders differ, read from the decisions of a plan. Pure. */

import { describeEndings } from './format.js';
import { findHalfBuilt } from './half-built.js';
import type { Change, DesiredState, Plan } from './model.js';
import { byName } from './order.js';
import { shellOption } from './shell-word.js';
import type { ActualSummary, DesiredSummary } from './summaries.js';

/**
 * `unreadable`: it is unknown whether the content differs.
 * `line-endings`: only the line endings of some files differ.
 * `changed-locally`: only the folder changed, and the tenant still holds what this project deployed.
 * `marker-lost`: the folder's content under an archive name that is not ours.
 */
export const driftKinds = [
  'changed-on-tenant',
  'unreadable',
  'missing',
  'disowned',
  'foreign',
  'unmanaged',
  'marker-lost',
  'tags-missing',
  'extra',
  'changed-locally',
  'line-endings',
] as const;

export type DriftKind = (typeof driftKinds)[number];

/** `known`: in the baseline. `ignored`: by `driftIgnore`. Only `new` drift makes a run exit with 2. */
export type DriftAlarm = 'new' | 'known' | 'ignored';

export interface DriftEntry {
  readonly name: string;
  readonly kind: DriftKind;
  /** For a person. */
  readonly message: string;
  /** How many files differ; only if nothing but their line endings does. */
  readonly onlyLineEndings?: number;
  readonly folder?: DesiredSummary;
  readonly tenant?: ActualSummary;
}

/** In the order of `driftKinds`, then by name. */
export function findDrift(
  changes: readonly Change[],
  { unread }: Pick<DesiredState, 'unread'>,
): readonly DriftEntry[] {
  const halfBuilt = findHalfBuilt(unread);
  return sortDrift(
    changes.flatMap((change) => {
      const kind = kindOf(change);
      if (kind === undefined || (kind === 'extra' && halfBuilt(change.name) !== undefined)) return [];
      return [driftEntryOf(change, kind)];
    }),
  );
}

export function sortDrift<T extends DriftEntry>(entries: readonly T[]): readonly T[] {
  const rank = ({ kind }: DriftEntry): number => driftKinds.indexOf(kind);
  return [...entries].sort((a, b) => rank(a) - rank(b) || byName(a, b));
}

export function driftEntryOf(
  { name, blocked, message, onlyLineEndings, desired, actual }: Change,
  kind: DriftKind,
  words: string = blocked?.rail === 'partial' && isChangedLocally(kind)
    ? `${blocked.message}, so it cannot be compared`
    : blocked?.rail === 'unlisted'
      ? `${message}; it is unknown whether the tenant holds it`
      : describe(kind, name, blocked?.message ?? message, onlyLineEndings),
): DriftEntry {
  return {
    name,
    kind,
    message: words,
    ...(onlyLineEndings !== undefined && { onlyLineEndings }),
    ...(desired && { folder: desired }),
    ...(actual && { tenant: actual }),
  };
}

function isChangedLocally(kind: DriftKind): boolean {
  return kind === 'changed-locally' || kind === 'line-endings';
}

function kindOf({ state, reason, desired }: Change): DriftKind | undefined {
  if (reason === 'not-selected') return undefined;
  switch (state) {
    case 'in-sync':
      return reason === 'tags-changed' ? 'tags-missing' : undefined;
    case 'changed':
      if (reason === 'line-endings') return 'line-endings';
      return reason === 'unreadable' ? 'unreadable' : 'changed-locally';
    case 'unmarked':
      // A newer version of this tool has newer markers: nothing has drifted.
      return reason === 'marker-outdated' ? undefined : 'marker-lost';
    case 'drifted':
      return reason === 'unreadable' ? 'unreadable' : 'changed-on-tenant';
    case 'unmanaged':
      return desired === undefined ? undefined : 'unmanaged';
    case 'orphan':
      return 'extra';
    case 'missing':
    case 'disowned':
    case 'foreign':
      return state;
    case 'unlisted':
      return 'unreadable';
    case 'skipped':
      return undefined;
  }
}

function describe(
  kind: DriftKind,
  name: string,
  decision: string,
  onlyLineEndings: number | undefined,
): string {
  const endings = onlyLineEndings === undefined ? undefined : describeEndings(onlyLineEndings);
  switch (kind) {
    case 'changed-on-tenant':
      return `its content is not what this project deployed${endings === undefined ? '' : `; ${endings}`}`;
    case 'unreadable':
      return `${decision}; ${overwriteHint(name)}`;
    case 'missing':
      return 'in the folders, but not on the tenant';
    case 'disowned':
      return 'our archive, but our tag is gone';
    case 'unmanaged':
      return 'what the tenant has under this name was not deployed by qlik-sync';
    case 'marker-lost':
      return 'same content, uploaded by someone else';
    case 'extra':
      return 'ours, but in no folder';
    case 'line-endings':
      return endings ?? decision;
    case 'changed-locally':
      return 'the folder changed and has not been applied yet';
    case 'foreign':
    case 'tags-missing':
      return decision;
  }
}

/** What to do about content that cannot be read. */
function overwriteHint(name: string): string {
  return `qlik-sync apply ${shellOption('--overwrite', name)} replaces it by the folder's`;
}

/** Selected names that both sides have. */
export function findCompared({ changes }: Pick<Plan, 'changes'>): readonly string[] {
  return changes
    .filter(({ desired, reason }) => desired !== undefined && reason !== 'not-selected')
    .map(({ name }) => name);
}
