/**
 * What we leave on the tenant, written in the same request as the file: who owns an extension (one tag) and
 * what its content was when we uploaded it (the archive name). They replace a state file.
 */

import { oldestComparable, ruleVersion } from './digest.js';
import type { ActualExtension, DesiredExtension } from './model.js';
import { ownersOf, ownerTag } from './owner.js';

const archiveNamePattern = /^qs(\d+)-([0-9a-f]{32})-([0-9a-f]{12})\.zip$/;

/** A record without a file is never owned, whatever its tags say: nothing can be deployed to it. */
export function isOwned(actual: ActualExtension, project: string): boolean {
  const owners = ownersOf(actual.tags);
  return !actual.bundled && actual.name !== undefined && owners.length === 1 && owners[0] === project;
}

/**
 * The tags that a record has after a write: those it has, in their order, then the config's and our own where missing.
 * Other projects' claims are dropped; only a change that takes ownership explicitly gets that far.
 */
export function tagsAfterWrite(
  present: readonly string[],
  configured: readonly string[],
  project: string,
): string[] {
  const own = ownerTag(project);
  const stay = present.filter((tag) => tag === own || ownersOf([tag]).length === 0);
  return [...new Set([...stay, ...configured, own])];
}

/** The multipart file name that carries the digest; it comes back as `file.originalname`. ASCII only. */
export function archiveName(digest: string, md5: string): string {
  return `qs${ruleVersion}-${digest.slice(0, 32)}-${md5.slice(0, 12)}.zip`;
}

/** A name that any server accepts as a multipart file name; archives that we did not make can have any name. */
export function sendableName(name: string): string {
  return name.replace(/[^\x20-\x7e]|["\\/%]/g, '_');
}

/** What an archive name says about a record's content. */
type Marker =
  | { readonly kind: 'ours'; readonly digestStart: string; readonly rules: 'current' | 'older' }
  | { readonly kind: 'outdated' }
  | { readonly kind: 'none' };

/**
 * Ours only if `file.md5` begins with its md5 part: that shows an archive that was edited and uploaded under our name.
 * `outdated` is a valid marker of a rule version so old that its digest cannot be compared with today's.
 */
export function markerOf(actual: ActualExtension): Marker {
  const match = archiveNamePattern.exec(actual.archiveName ?? '');
  const [, version, digestStart, md5Start] = match ?? [];
  if (version === undefined || digestStart === undefined || md5Start === undefined) return { kind: 'none' };
  if (actual.md5?.startsWith(md5Start) !== true) return { kind: 'none' };
  const rules = Number(version);
  if (rules > ruleVersion) return { kind: 'none' };
  if (rules < oldestComparable) return { kind: 'outdated' };
  return { kind: 'ours', digestStart, rules: rules === ruleVersion ? 'current' : 'older' };
}

/**
 * Whether the archive name shows that the record holds this content. Files that an older rule version uploads and today's
 * leaves out make no difference, whether they are in the archive or were added to the folder later.
 */
export function isMarkedAs({ digest, olderDigest }: DesiredExtension, actual: ActualExtension): boolean {
  const marker = markerOf(actual);
  if (marker.kind !== 'ours') return false;
  return digest.startsWith(marker.digestStart) || olderDigest?.startsWith(marker.digestStart) === true;
}
