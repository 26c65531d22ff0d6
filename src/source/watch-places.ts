/** Folders that hold no extension, but where one may come or go: those that the patterns list on their way. */

import { type Dirent, readdirSync } from 'node:fs';
import { dirname, normalize } from 'node:path';
import { isManifestName } from './nested-manifest.js';
import { compilePattern, isHidden, type Segment } from './pattern.js';
import { identityOf, isSameStamp, type Stamp, stampEntry, stampTarget } from './watch-stamp.js';

/** Whether an entry matters. @param isFile neither a folder nor a link. */
export type Wants = (name: string, isFile: boolean) => boolean;

export interface Place {
  readonly folder: string;
  readonly stamp: Stamp;
  readonly wants: Wants;
  /** The entries that matter. */
  readonly listing: ReadonlySet<string>;
}

/** @param fixed further folders and what matters there; they need not exist. */
export async function findPlaces(
  root: string,
  patterns: readonly string[],
  fixed: readonly (readonly [string, Wants])[],
): Promise<ReadonlyMap<string, Place>> {
  const compiled = (await Promise.all(patterns.map((source) => compilePattern(source, root)))).flat();
  const found: Found = new Map();
  for (const [folder, wants] of fixed) want(found, folder, wants);
  for (const { negative, base, segments } of compiled) if (!negative) walk(found, base, segments);
  const places = [...found].flatMap(([folder, wants]) => lookAtPlace(folder, anyOf(wants)) ?? []);
  return new Map(places.map((place) => [place.folder, place]));
}

type Found = Map<string, Wants[]>;

function want(found: Found, folder: string, wants: Wants): void {
  const path = normalize(folder);
  found.set(path, [...(found.get(path) ?? []), wants]);
}

function anyOf(all: readonly Wants[]): Wants {
  return (name, isFile) => all.some((wants) => wants(name, isFile));
}

function walk(found: Found, folder: string, segments: readonly Segment[]): void {
  const [segment, ...rest] = segments;
  if (segment === undefined) want(found, folder, decidesOnExtension);
  else if (segment.kind === 'literal') walkLiteral(found, folder, segment.name, rest);
  else if (segment.kind === 'match') {
    walkAll(found, folder, (name, isFile) => !isFile && segment.matches(name), rest);
  } else {
    walk(found, folder, rest);
    walkAll(found, folder, (name, isFile) => !isFile && !isHidden(name), segments);
  }
}

/** A folder that is there tells itself when it goes, so only a missing one is waited for. */
function walkLiteral(found: Found, folder: string, name: string, rest: readonly Segment[]): void {
  const path = `${folder}/${name}`;
  if (stampTarget(path)?.kind === 'folder') walk(found, path, rest);
  else want(found, nearestFolder(folder), () => true);
}

function nearestFolder(folder: string): string {
  const isThere = stampTarget(folder)?.kind === 'folder' || dirname(folder) === folder;
  return isThere ? folder : nearestFolder(dirname(folder));
}

function walkAll(found: Found, folder: string, wants: Wants, rest: readonly Segment[]): void {
  want(found, nearestFolder(folder), wants);
  for (const name of list(folder, wants)) {
    const path = `${folder}/${name}`;
    if (stampTarget(path)?.kind === 'folder') walk(found, path, rest);
  }
}

/** What makes a folder an extension, or an extension that nobody built yet. */
function decidesOnExtension(name: string): boolean {
  return isManifestName(name) || name === 'package.json';
}

function list(folder: string, wants: Wants): ReadonlySet<string> {
  try {
    const entries = readdirSync(folder, { withFileTypes: true });
    return new Set(entries.filter((entry) => wants(entry.name, isFile(entry))).map(({ name }) => name));
  } catch {
    return new Set();
  }
}

function isFile(entry: Dirent): boolean {
  return !entry.isDirectory() && !entry.isSymbolicLink();
}

/** The stamp first: what comes after it shows in the next look. */
function lookAtPlace(folder: string, wants: Wants): Place | undefined {
  const stamp = stampTarget(folder);
  return stamp === undefined ? undefined : { folder, stamp, wants, listing: list(folder, wants) };
}

/** Whether a hint about this entry may mean that an extension came or went. */
export function concernsPlace({ folder, wants, listing }: Place, name: string | undefined): boolean {
  if (name === undefined || listing.has(name)) return true;
  const stamp = stampEntry(`${folder}/${name}`);
  return stamp !== undefined && wants(name, stamp.kind === 'file');
}

/** The place as it is now: the same one where nothing that matters moved, `undefined` where something did. */
export function refreshPlace(place: Place): Place | undefined {
  const stamp = stampTarget(place.folder);
  if (isSameStamp(place.stamp, stamp)) return place;
  if (stamp === undefined || identityOf(stamp) !== identityOf(place.stamp)) return undefined;
  const listing = list(place.folder, place.wants);
  const isSame = listing.size === place.listing.size && [...listing].every((name) => place.listing.has(name));
  return isSame ? { ...place, stamp } : undefined;
}
