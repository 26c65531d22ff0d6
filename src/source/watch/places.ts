/** Folders where an extension may appear or disappear: those along the patterns, and those that the patterns match. */

import { type Dirent, readdirSync } from 'node:fs';
import { basename, dirname, normalize } from 'node:path';
import { isManifestName } from '../discover/nested-manifest.js';
import { compilePattern, isHidden, type Segment } from '../discover/pattern.js';
import { identityOf, isSameStamp, type Stamp, stampEntry, stampTarget } from './stamp.js';

type EntryKind = 'file' | 'folder' | 'link';

/** Whether an entry matters. */
type Wants = (name: string, kind: EntryKind) => boolean;

export interface Place {
  readonly folder: string;
  /** Taken before the listing, so that later changes show in the next look. */
  readonly stamp: Stamp;
  readonly wants: Wants;
  /** The entries that matter. */
  readonly listing: ReadonlySet<string>;
}

interface Places {
  /** Along the patterns. */
  readonly ways: readonly Place[];
  /** Matched by the patterns. */
  readonly ends: readonly Place[];
}

interface Found {
  readonly ways: Map<string, Wants[]>;
  readonly ends: Set<string>;
}

export async function findPlaces(root: string, patterns: readonly string[]): Promise<Places> {
  const compiled = (await Promise.all(patterns.map((source) => compilePattern(source, root)))).flat();
  const found: Found = { ways: new Map(), ends: new Set() };
  for (const { negative, base, segments } of compiled) {
    if (negative) continue;
    if (isFolder(base)) walk(found, base, segments);
    else waitFor(found, base);
  }
  return {
    ways: [...found.ways].flatMap(([folder, wants]) => lookAtPlace(folder, anyOf(wants)) ?? []),
    ends: [...found.ends].flatMap((folder) => lookAtPlace(folder, decidesOnExtension) ?? []),
  };
}

function want({ ways }: Found, folder: string, wants: Wants): void {
  const path = normalize(folder);
  ways.set(path, [...(ways.get(path) ?? []), wants]);
}

function anyOf(all: readonly Wants[]): Wants {
  return (name, kind) => all.some((wants) => wants(name, kind));
}

/** The nearest existing folder shows when the next one is created. */
function waitFor(found: Found, path: string): void {
  const [parent, name] = [dirname(path), basename(path)];
  if (parent === path) return;
  if (isFolder(parent)) want(found, parent, (entry) => entry === name);
  else waitFor(found, parent);
}

function walk(found: Found, folder: string, segments: readonly Segment[]): void {
  const [segment, ...rest] = segments;
  if (segment === undefined) found.ends.add(normalize(folder));
  else if (segment.kind === 'literal') walkLiteral(found, folder, segment.name, rest);
  else if (segment.kind === 'match') {
    walkAll(found, folder, (name, kind) => kind !== 'file' && segment.matches(name), rest);
  } else {
    walk(found, folder, rest);
    walkAll(found, folder, (name, kind) => kind === 'folder' && !isHidden(name), segments);
  }
}

/** An existing folder shows when it is removed, so only a missing one is looked for in the folder above. */
function walkLiteral(found: Found, folder: string, name: string, rest: readonly Segment[]): void {
  const path = `${folder}/${name}`;
  if (isFolder(path)) walk(found, path, rest);
  else waitFor(found, path);
}

function walkAll(found: Found, folder: string, wants: Wants, rest: readonly Segment[]): void {
  want(found, folder, wants);
  for (const name of list(folder, wants)) {
    if (isFolder(`${folder}/${name}`)) walk(found, `${folder}/${name}`, rest);
  }
}

/** What makes a folder an extension, or one that is not built yet. */
function decidesOnExtension(name: string): boolean {
  return isManifestName(name) || name === 'package.json';
}

function isFolder(path: string): boolean {
  return stampTarget(path)?.kind === 'folder';
}

function list(folder: string, wants: Wants): ReadonlySet<string> {
  try {
    const entries = readdirSync(folder, { withFileTypes: true });
    return new Set(entries.filter((entry) => wants(entry.name, kindOf(entry))).map(({ name }) => name));
  } catch {
    return new Set();
  }
}

function kindOf(entry: Dirent): EntryKind {
  if (entry.isSymbolicLink()) return 'link';
  return entry.isDirectory() ? 'folder' : 'file';
}

function lookAtPlace(folder: string, wants: Wants): Place | undefined {
  const stamp = stampTarget(folder);
  return stamp === undefined ? undefined : { folder, stamp, wants, listing: list(folder, wants) };
}

/** Whether an event about this entry may mean that an extension was added or removed. */
export function concernsPlace({ folder, wants, listing }: Place, name: string | undefined): boolean {
  if (name === undefined || listing.has(name)) return true;
  const stamp = stampEntry(`${folder}/${name}`);
  return stamp !== undefined && wants(name, stamp.kind);
}

/** The place as it is now, or `undefined` if something relevant has changed. */
export function refreshPlace(place: Place): Place | undefined {
  const stamp = stampTarget(place.folder);
  if (isSameStamp(place.stamp, stamp)) return place;
  if (stamp === undefined || identityOf(stamp) !== identityOf(place.stamp)) return undefined;
  const listing = list(place.folder, place.wants);
  const isSame = listing.size === place.listing.size && [...listing].every((name) => place.listing.has(name));
  return isSame ? { ...place, stamp } : undefined;
}
