/**
 * What src/README.md says about decisions and about applying them, written a second time and as simply as possible: the
 * decision table over plain facts, without markers, tags or digests. Written from the text, not from the code; where the
 * two disagree, one of them is wrong.
 */

import { stemOf } from '../../src/core/kind.js';

export interface Local {
  readonly name: string;
  /** The same word is the same content. */
  readonly content: string;
  readonly version: string | undefined;
  readonly supernova: boolean;
}

export interface Remote {
  readonly name: string;
  readonly content: string;
  readonly version: string | undefined;
  readonly supernova: boolean;
  readonly bundled: boolean;
  /** Projects whose tag it carries; `us` is ours. */
  readonly owners: readonly string[];
  /** Tags that people read. */
  readonly tags: readonly string[];
  /** Whose the archive name is, and whether it still belongs to the bytes. */
  readonly archive: 'ours' | 'older-rules' | 'newer-rules' | 'edited' | 'by-hand';
  /** Whether reading showed the content behind an archive name that is not ours. */
  readonly resolved: boolean;
}

export interface World {
  readonly locals: readonly Local[];
  /** Names of folders that hold no visualization. */
  readonly skipped: readonly string[];
  /** Names that the selection left unread. */
  readonly unread: readonly string[];
  /** Folders without a `.qext`, by the only name each can hold; `*` may be any. */
  readonly unbuilt: readonly string[];
  /** Whether a folder that the config names is not there at all. */
  readonly folderMissing: boolean;
  readonly remotes: readonly Remote[];
  /** Records that no file belongs to. */
  readonly nameless: number;
  readonly allows: Allows;
}

export interface Allows {
  readonly tags: readonly string[];
  readonly prune: boolean;
  readonly onDrift: 'stop' | 'overwrite' | 'skip';
  readonly versionPolicy: 'off' | 'warn' | 'enforce';
  readonly selection: readonly string[] | undefined;
  readonly protect: readonly string[];
  readonly adopt: readonly string[];
  readonly takeOwnership: readonly string[];
  readonly overwrite: readonly string[];
  readonly allowReplace: readonly string[];
  readonly allowDowngrade: boolean;
  readonly maxDeletes: number;
  readonly maxDeletePercent: number;
  readonly maxUpdatePercent: number;
  readonly allowDeletes: number | undefined;
  readonly allowUpdates: number | undefined;
  readonly allowEmpty: boolean;
}

export type Count = 'create' | 'update' | 'replace' | 'delete' | 'blocked' | 'unchanged' | 'kept';

export interface Verdict {
  readonly action: 'create' | 'update' | 'replace' | 'delete' | 'none';
  readonly state: string;
  readonly rail?: string | undefined;
  readonly counted: Count | 'notSelected' | 'unmanaged';
}

const none = (state: string, counted: Verdict['counted']): Verdict => ({ action: 'none', state, counted });

/** The decision table of src/README.md for one name. */
export function decideByTable(name: string, world: World): Verdict {
  const { locals, remotes, allows } = world;
  const local = locals.find((each) => each.name === name);
  const remote = remotes.find((each) => each.name === name);
  if (local === undefined) return decideUndesired(name, remote, world);
  const state = remote === undefined ? 'missing' : stateOf(local, remote);
  if (!isSelected(name, allows)) return none(state, 'notSelected');
  if (remote === undefined) return blockedOr('create', state, undefined);
  return decideBoth(local, remote, state, allows);
}

/** Rows whose first column says "no". What the selection left unread is neither desired nor undesired. */
function decideUndesired(name: string, remote: Remote | undefined, world: World): Verdict {
  const { skipped, unread, unbuilt, allows } = world;
  const state = remote === undefined ? 'missing' : isOurs(remote) ? 'orphan' : 'unmanaged';
  if (unread.includes(name)) return none(state, 'notSelected');
  if (state !== 'orphan') return none('unmanaged', 'unmanaged');
  if (skipped.includes(name)) return none('skipped', 'kept');
  if (!isSelected(name, allows)) return none('orphan', 'notSelected');
  if (!allows.prune || unbuilt.some((each) => stemOf(each) === stemOf(name)) || unbuilt.includes('*'))
    return none('orphan', 'kept');
  return blockedOr('delete', 'orphan', allows.protect.includes(name) ? 'protected' : undefined);
}

function isSelected(name: string, { selection }: Allows): boolean {
  return selection === undefined || selection.includes(name);
}

function decideBoth(local: Local, remote: Remote, state: string, allows: Allows): Verdict {
  const isProtected = allows.protect.includes(local.name) ? 'protected' : undefined;
  if (state === 'in-sync') {
    const tagged = allows.tags.every((tag) => remote.tags.includes(tag));
    return tagged ? none(state, 'unchanged') : blockedOr('update', state, isProtected);
  }
  if (state === 'drifted' && allows.onDrift === 'skip' && !allows.overwrite.includes(local.name))
    return none(state, 'kept');
  const replaces = remote.supernova && !local.supernova && !isKnownEqual(local, remote);
  const rail =
    isProtected ??
    ownerRail(local, remote, state, allows) ??
    (replaces && !allows.allowReplace.includes(local.name) ? 'replace' : undefined) ??
    versionRail(local, remote, state, allows);
  return blockedOr(replaces ? 'replace' : 'update', state, rail);
}

function stateOf(local: Local, remote: Remote): string {
  if (remote.bundled) return 'unmanaged';
  if (remote.owners.length === 0) return remote.archive === 'ours' ? 'disowned' : 'unmanaged';
  if (!isOurs(remote)) return 'foreign';
  if (remote.archive === 'ours') return isKnownEqual(local, remote) ? 'in-sync' : 'changed';
  if (isKnownEqual(local, remote)) return 'unmarked';
  return remote.archive === 'older-rules' ? 'changed' : 'drifted';
}

/** Unknown counts as different. */
function isKnownEqual(local: Local, remote: Remote): boolean {
  return (remote.archive === 'ours' || remote.resolved) && local.content === remote.content;
}

export function isOurs({ bundled, owners }: Remote): boolean {
  return !bundled && owners.length === 1 && owners[0] === 'us';
}

function ownerRail({ name }: Local, remote: Remote, state: string, allows: Allows): string | undefined {
  if (remote.bundled) return 'bundled';
  if (state === 'drifted')
    return allows.onDrift === 'overwrite' || allows.overwrite.includes(name) ? undefined : 'drift';
  if (state === 'disowned' || state === 'unmanaged') return allows.adopt.includes(name) ? undefined : state;
  return state === 'foreign' && !allows.takeOwnership.includes(name) ? 'foreign' : undefined;
}

/** Versions of worlds are `<major>.0.0`, words without an order, or absent. */
function versionRail(local: Local, remote: Remote, state: string, allows: Allows): string | undefined {
  if (allows.versionPolicy !== 'enforce' || isKnownEqual(local, remote)) return undefined;
  if (local.version === undefined || remote.version === undefined) return undefined;
  if (local.version === remote.version) return state === 'changed' ? 'version' : undefined;
  const isLower = Number.parseInt(local.version, 10) < Number.parseInt(remote.version, 10);
  return isLower && !allows.allowDowngrade ? 'downgrade' : undefined;
}

function blockedOr(
  action: Exclude<Verdict['action'], 'none'>,
  state: string,
  rail: string | undefined,
): Verdict {
  return { action, state, rail, counted: rail === undefined ? action : 'blocked' };
}

/** Every name either side knows, but for folders that are not deployed and that the tenant does not hold. */
export function namesOf({ locals, unread, remotes }: World): readonly string[] {
  return [...new Set([...locals, ...remotes].map(({ name }) => name).concat(unread))].sort();
}

/** Names that differ only in case, and one name held twice, where any of them is to be deployed or ours. */
export function hasTwins({ locals, skipped, unread, remotes }: World): boolean {
  const folders = [...locals.map(({ name }) => name), ...unread];
  const concerned = [...folders, ...remotes.filter(isOurs).map(({ name }) => name)];
  return concerned.some((name) => {
    const isTwin = (other: string): boolean => other.toLowerCase() === name.toLowerCase();
    const records = remotes.map((remote) => remote.name).filter(isTwin);
    const spellings = new Set([...folders, ...skipped, ...records].filter(isTwin));
    return spellings.size > 1 || records.length > 1;
  });
}

/** Which rails of the whole run refuse. */
export function refusalsOf(
  world: World,
  planned: { readonly deletes: number; readonly updates: number },
): readonly string[] {
  const { allows, locals, unread, remotes, folderMissing } = world;
  const found = locals.length + unread.length;
  const owned = remotes.filter(isOurs).length;
  const share = (percent: number): number => Math.max(1, Math.floor((owned * percent) / 100));
  const tooMany = (given: number | undefined, number: number, most: number): boolean =>
    given === undefined ? number > most : number !== given;
  const mostDeletes = Math.min(allows.maxDeletes, share(allows.maxDeletePercent));
  // 100 % is the default and no limit: adopting adds to the updates, but not to what is owned before.
  const mostUpdates = allows.maxUpdatePercent >= 100 ? Infinity : share(allows.maxUpdatePercent);
  const rails = [
    [found === 0 && owned > 0 && !allows.allowEmpty, 'empty'],
    [found > 0 && folderMissing && planned.deletes > 0 && !allows.allowEmpty, 'folder-missing'],
    [tooMany(allows.allowDeletes, planned.deletes, mostDeletes), 'deletes'],
    [tooMany(allows.allowUpdates, planned.updates, mostUpdates), 'updates'],
  ] as const;
  return rails.flatMap(([refuses, rail]) => (refuses ? [rail] : []));
}

/** What the tenant holds after the changes of these names, as far as a difference is visible. */
export function applyByTable(world: World, done: (name: string) => boolean): readonly Remote[] {
  return namesOf(world).flatMap((name) => {
    const remote = world.remotes.find((each) => each.name === name);
    const local = world.locals.find((each) => each.name === name);
    const { action, rail } = decideByTable(name, world);
    const stays = remote === undefined ? [] : [remote];
    if (action === 'none' || rail !== undefined || !done(name)) return stays;
    return action === 'delete' || local === undefined ? [] : [written(local, remote, action, world.allows)];
  });
}

/** Supernova is never turned off by an update; a replace begins anew. Tags that are there stay. */
function written(local: Local, remote: Remote | undefined, action: string, allows: Allows): Remote {
  const tags = [...new Set([...(remote?.tags ?? []), ...allows.tags])];
  const needsOnlyTags = remote?.archive === 'ours' && isKnownEqual(local, remote) && isOursOrNobodys(remote);
  if (needsOnlyTags) return { ...remote, owners: ['us'], tags };
  const supernova = local.supernova || (action === 'update' && remote?.supernova === true);
  return { ...local, supernova, tags, bundled: false, owners: ['us'], archive: 'ours', resolved: false };
}

function isOursOrNobodys(remote: Remote): boolean {
  return remote.owners.length === 0 || isOurs(remote);
}
