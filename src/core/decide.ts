/** The decision table: from one name, what should be, what is, and what is allowed, to one change. Pure. */

import { summariseActual, summariseDesired } from './change.js';
import { classify, hasSameContent, keepsMarker } from './classify.js';
import { count, describeEndings, formatBytes, onDay } from './format.js';
import { describeHalfBuilt, type UnreadFolder } from './half-built.js';
import { shownVersion } from './manifest/parsed.js';
import { isOwned, markerOf, tagsAfterWrite } from './marker.js';
import type {
  ActualExtension,
  Change,
  ChangeReason,
  DesiredExtension,
  Policy,
  State,
  Write,
} from './model.js';
import { ownersOf } from './owner.js';
import {
  adoptionRail,
  checkVersion,
  describeDrift,
  describeUnread,
  keepsDrift,
  partialRail,
  protectedRail,
  replaceRail,
  stateRail,
} from './rails.js';

/** A replace of an earlier run, which deleted the record and did not create it again. */
export interface UnfinishedReplace {
  /** RFC 3339: when it was deleted. */
  readonly at: string;
  /** The tags that the record had. */
  readonly tags: readonly string[];
  /** The archive name that the record had, if its content comes from the backup instead of the folder. */
  readonly archiveName?: string;
}

/** For a name that only the folders have. */
export function decideMissing(
  desired: DesiredExtension,
  policy: Policy,
  unfinished: UnfinishedReplace | undefined,
): Change {
  const change = {
    name: desired.name,
    state: 'missing',
    desired: summariseDesired(desired),
  } as const;
  if (unfinished !== undefined) {
    const blocked = unfinished.archiveName === undefined ? partialRail(desired, policy) : undefined;
    return { ...change, ...finishReplace(unfinished, policy), ...(blocked && { blocked }) };
  }
  if (!isSelected(desired.name, policy) || policy.adoption !== undefined)
    return { ...change, ...notSelected };
  const blocked = partialRail(desired, policy);
  return {
    ...change,
    action: 'create',
    reason: 'new',
    message: `new, ${count(desired.files.length, 'file')}, ${formatBytes(desired.bytes)}`,
    write: { carries: 'file-and-data', tags: tagsAfterWrite([], policy.tags, policy.project) },
    ...(blocked && { blocked }),
  };
}

/** Also for a name that is not selected: until the extension exists again, sheets that use it are broken. */
function finishReplace({ at, tags, archiveName }: UnfinishedReplace, policy: Policy): Decision {
  const message = `finishes the replace that was interrupted${onDay(at)}`;
  return {
    action: 'create',
    reason: 'unfinished-replace',
    message: archiveName === undefined ? message : `${message}, with its backup`,
    write: {
      carries: 'file-and-data',
      tags: tagsAfterWrite(tags, policy.tags, policy.project),
      ...(archiveName !== undefined && { archiveName }),
    },
  };
}

/** Whether the tenant holds it is unknown, which never counts as absent. @param why a clause */
export function decideUnlisted(desired: DesiredExtension, why: string): Change {
  return {
    name: desired.name,
    action: 'none',
    state: 'unlisted',
    reason: 'unlisted',
    message: `not looked at: ${why}`,
    desired: summariseDesired(desired),
    blocked: { rail: 'unlisted', message: why },
  };
}

/** For a name that only the folders have and that the selection leaves out, so that it is not even read. */
export function decideUnread(name: string): Change {
  return { name, state: 'missing', ...notSelected };
}

/** Why a name that the folders have, or may have, is not deployed from them. */
export type Ignored =
  | { readonly because: 'not-selected' | 'not-deployable' }
  | { readonly because: 'unread'; readonly folder: UnreadFolder };

/** For a name that only the tenant has. */
export function decideUndesired(
  actual: ActualExtension,
  name: string,
  policy: Policy,
  ignored: Ignored | undefined,
): Change {
  const owned = isOwned(actual, policy.project);
  const change = { name, state: owned ? 'orphan' : 'unmanaged', actual: summariseActual(actual) } as const;
  if (ignored?.because === 'not-selected') return { ...change, ...notSelected };
  if (!owned) return { ...change, action: 'none', reason: 'not-ours', message: 'not ours' };
  if (ignored?.because === 'not-deployable')
    return {
      ...change,
      state: 'skipped',
      action: 'none',
      reason: 'not-deployable',
      message: 'kept: its folder holds neither an extension nor a theme',
    };
  if (!isSelected(name, policy)) return { ...change, ...notSelected };
  return decideOrphan(change, policy, ignored?.because === 'unread' ? ignored.folder : undefined);
}

function decideOrphan(
  change: Pick<Change, 'name' | 'actual'>,
  policy: Policy,
  unread: UnreadFolder | undefined,
): Change {
  const gone = `no longer in ${policy.sources.join(', ')}`;
  const orphan = { ...change, state: 'orphan' } as const;
  if (unread !== undefined)
    return { ...orphan, action: 'none', reason: 'kept', message: describeHalfBuilt(unread) };
  if (!policy.prune)
    return { ...orphan, action: 'none', reason: 'kept', message: `kept: ${gone}; --prune deletes it` };
  const blocked = protectedRail(change.name, policy);
  return {
    ...orphan,
    action: 'delete',
    reason: 'no-longer-desired',
    message: gone,
    ...(blocked && { blocked }),
  };
}

/** For a name that both sides have. */
export function decideShared(desired: DesiredExtension, actual: ActualExtension, policy: Policy): Change {
  const state = classify(desired, actual, policy.project);
  const change = {
    name: desired.name,
    state,
    desired: summariseDesired(desired),
    actual: summariseActual(actual),
    ...(actual.notLookedAt !== undefined && { notLookedAt: actual.notLookedAt }),
    ...(actual.onlyLineEndings !== undefined && { onlyLineEndings: actual.onlyLineEndings }),
  };
  if (!isSelected(desired.name, policy)) return { ...change, ...notSelected };
  if (state === 'in-sync') return { ...change, ...decideTags(desired.name, actual, policy) };
  if (state === 'drifted' && keepsDrift(desired.name, policy))
    return {
      ...change,
      action: 'none',
      reason: 'kept',
      message: `kept: ${describeDrift(actual)}; onDrift is skip`,
    };
  return { ...change, ...decideUpload(state, desired, actual, policy) };
}

type Decision = Pick<Change, 'action' | 'reason' | 'message' | 'warning' | 'blocked' | 'write'>;

const notSelected = { action: 'none', reason: 'not-selected', message: 'not selected' } as const;

/** The content is as desired; if the record lacks tags of the config, that is an update of `data` alone. */
function decideTags(name: string, actual: ActualExtension, policy: Policy): Decision {
  const missing = policy.tags.filter((tag) => !actual.tags.includes(tag));
  if (missing.length === 0) return { action: 'none', reason: 'in-sync', message: 'in sync' };
  const blocked = protectedRail(name, policy);
  return {
    action: 'update',
    reason: 'tags-changed',
    message: `${count(missing.length, 'tag')} missing: ${missing.join(', ')}`,
    write: { carries: 'data', tags: tagsAfterWrite(actual.tags, policy.tags, policy.project) },
    ...(blocked && { blocked }),
  };
}

function decideUpload(
  state: State,
  desired: DesiredExtension,
  actual: ActualExtension,
  policy: Policy,
): Decision {
  const replaces = losesSupernova(desired, actual);
  const { reason, message } = describeUpload(state, desired, actual);
  const version = checkVersion(state, desired, actual, policy);
  const blocked =
    protectedRail(desired.name, policy) ??
    (hasSameContent(desired, actual) ? undefined : partialRail(desired, policy)) ??
    stateRail(state, desired.name, actual, policy) ??
    adoptionRail(desired, actual, policy) ??
    (replaces ? replaceRail(desired.name, policy) : undefined) ??
    version.blocked;
  return {
    action: replaces ? 'replace' : 'update',
    reason: replaces && reason === 'content-changed' ? 'supernova-off' : reason,
    message: replaces ? `${message}; no longer a supernova, so it gets a new id` : message,
    ...(version.warning !== undefined && { warning: version.warning }),
    ...(blocked && { blocked }),
    write: writeFor(state, desired, actual, policy),
  };
}

/** A disowned record that still holds our exact content only needs its tag back. */
function writeFor(state: State, desired: DesiredExtension, actual: ActualExtension, policy: Policy): Write {
  const tags = tagsAfterWrite(actual.tags, policy.tags, policy.project);
  return { carries: lacksOnlyTags(state, desired, actual) ? 'data' : 'file-and-data', tags };
}

function lacksOnlyTags(state: State, desired: DesiredExtension, actual: ActualExtension): boolean {
  return state === 'disowned' && hasSameContent(desired, actual) && keepsMarker(desired, actual);
}

/** PATCH can turn `supernova` on, never off (reported by a client's author), so turning it off needs a new record. */
function losesSupernova(desired: DesiredExtension, actual: ActualExtension): boolean {
  return actual.supernova && !desired.manifest.supernova && !hasSameContent(desired, actual);
}

function isSelected(name: string, policy: Policy): boolean {
  return policy.selection === undefined || policy.selection.has(name);
}

/** Why an upload replaces what the tenant holds, for programs and for people. */
function describeUpload(
  state: State,
  desired: DesiredExtension,
  actual: ActualExtension,
): { readonly reason: ChangeReason; readonly message: string } {
  const versions = describeVersions(actual.qextVersion, shownVersion(desired.manifest));
  switch (state) {
    case 'changed':
      if (actual.onlyLineEndings !== undefined) {
        const message = `${describeEndings(actual.onlyLineEndings)}${versions}`;
        return { reason: 'line-endings', message };
      }
      return actual.unreadable === undefined
        ? { reason: 'content-changed', message: `${whatChanged(desired, actual)}${versions}` }
        : { reason: 'unreadable', message: `${describeUnread(actual)}${versions}` };
    case 'unmarked':
      return markerOf(actual).kind !== 'none'
        ? { reason: 'marker-outdated', message: 'same content, uploaded once to renew its marker' }
        : { reason: 'marker-missing', message: 'same content, uploaded once to mark it as ours' };
    case 'drifted':
      return {
        reason: actual.unreadable === undefined ? 'changed-on-tenant' : 'unreadable',
        message: `overwritten: ${describeDrift(actual)}${versions}`,
      };
    case 'disowned':
    case 'unmanaged':
      return { reason: 'adopted', message: `adopted${describeTakenOver(state, desired, actual)}` };
    case 'foreign':
      return {
        reason: 'ownership-taken',
        message: `ownership taken from ${ownersOf(actual.tags).join(', ')}${describeTakenOver(state, desired, actual)}`,
      };
    case 'missing':
    case 'in-sync':
    case 'orphan':
    case 'skipped':
    case 'unlisted':
      throw new Error(`no upload is decided for state ${state}`);
  }
}

/** A new archive of the same content carries our marker. */
function describeTakenOver(state: State, desired: DesiredExtension, actual: ActualExtension): string {
  if (lacksOnlyTags(state, desired, actual)) return ': same content, only tags are written';
  if (hasSameContent(desired, actual)) return ': same content, new archive';
  return describeVersions(actual.qextVersion, shownVersion(desired.manifest));
}

/** If the exact archive counts, the tenant may hold a different archive of the same files. */
function whatChanged({ archiveMd5, digest }: DesiredExtension, actual: ActualExtension): string {
  const marker = markerOf(actual);
  const isSame = archiveMd5 !== undefined && marker.kind === 'ours' && digest.startsWith(marker.digestStart);
  return isSame ? 'same files in another archive' : 'content changed';
}

function describeVersions(before: string | undefined, after: string | undefined): string {
  if (before === undefined || after === undefined) return '';
  return before === after ? `, version still ${after}` : `, ${before} → ${after}`;
}
