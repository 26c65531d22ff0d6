/** Which folder is meant if several contain the same extension. */

import { readFileSync } from 'node:fs';
import { parseManifest } from '../../core/manifest.js';
import { compareVersions } from '../../core/version.js';

/** One folder with the extension. */
export interface Copy {
  /** With `/`. */
  readonly folder: string;
  /** Absolute: its `.qext`. */
  readonly manifest: string;
  /** Whether its script exists. */
  readonly isComplete: boolean;
  /** Whether checking it finds errors; absent: it was not checked. */
  readonly isBroken?: boolean;
}

/**
 * A folder with its script and no errors comes before one with errors, and that before one without its script; then the
 * highest version; then the built one.
 *
 * @param because what to say after the folder, beginning with a space; empty if the order of folders decided
 */
export function chooseOne<T>(
  group: readonly T[],
  copyOf: (each: T) => Copy,
): { readonly keep: T; readonly because: string } {
  const copies = group.map((each) => ({ each, ...copyOf(each) }));
  const complete = copies.filter(({ isComplete }) => isComplete);
  const sound = complete.filter(({ isBroken }) => isBroken !== true);
  const from = [sound, complete].find(({ length }) => length > 0) ?? copies;
  const versions = new Map(from.map((copy) => [copy, versionOf(copy.manifest)]));
  const highest = [...from].sort((a, b) => compareVersions(versions.get(b), versions.get(a)) ?? 0)[0];
  const best = from.filter(
    (copy) => compareVersions(versions.get(copy), highest && versions.get(highest)) === 0,
  );
  const folders = (best.length > 0 ? best : from).map(({ folder }) => folder);
  const chosen = copies.find(({ folder }) => folder === preferBuilt(folders)) ?? from[0];
  if (chosen === undefined) throw new Error('a group of extensions is never empty');
  const isHigher = best.length > 0 && best.length < from.length;
  return {
    keep: chosen.each,
    because: isHigher ? ` with the highest version, ${versions.get(chosen)}` : '',
  };
}

function versionOf(manifest: string): string | undefined {
  try {
    return parseManifest(readFileSync(manifest)).manifest?.version;
  } catch {
    return undefined;
  }
}

/**
 * nebula.js builds to `*-ext`, other tools to `dist` or `build`, some of them twice (`build/dev` and `build/release`,
 * `dist_dev` and `dist`): what is for developers comes last. A folder's own name counts before those above it.
 * @param folders with `/`
 */
function preferBuilt(folders: readonly string[]): string | undefined {
  const ranked = folders.map((folder) => ({ folder, rank: rankOf(folder), late: isForDevelopers(folder) }));
  const [best] = ranked.sort((a, b) => a.rank - b.rank || Number(a.late) - Number(b.late));
  return best?.folder;
}

const built = [/-ext$/, /^dist$/, /^build$/, /^(?:dist|build)[._-]/];

function isForDevelopers(folder: string): boolean {
  return folder.split('/').some((name) => /(?:^|[._-])(?:dev|develop|development|debug)$/i.test(name));
}

function rankOf(folder: string): number {
  const ranks = folder.split('/').map((name) => built.findIndex((pattern) => pattern.test(name)));
  const own = ranks.at(-1) ?? -1;
  if (own >= 0) return own;
  return built.length + Math.min(built.length, ...ranks.filter((rank) => rank >= 0));
}
