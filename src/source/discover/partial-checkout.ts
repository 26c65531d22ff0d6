/** What a partial checkout leaves out of extensions: whole folders, and files within them. */

import { existsSync, realpathSync } from 'node:fs';
import { basename, dirname, relative, sep } from 'node:path';
import type { UnreadFolder } from '../../core/half-built.js';
import { displayPath } from '../display.js';
import { readNotCheckedOut } from '../git/not-checked-out.js';
import { findNestedTops, findRepositories } from '../git/repository.js';
import type { SourceFiles } from '../git/state.js';
import { isManifestName } from './nested-manifest.js';
import { baseOf, compilePattern, covers, type FolderPattern, reaches, spellPattern } from './pattern.js';

interface Checkout {
  /** Absolute: the config file's folder. */
  readonly root: string;
  /** Absolute: paths for people are relative to it. */
  readonly cwd: string;
  /** The config's patterns. */
  readonly extensions: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
}

interface PartialCheckout {
  /** An extension that may belong to one of these is not gone. */
  readonly unread: readonly UnreadFolder[];
  /** By an extension's folder: paths of files that would be uploaded, relative to it. */
  readonly lacking: ReadonlyMap<string, readonly string[]>;
}

/** Asks git. @throws UserError where it gives no answer, and the checkout may be partial */
export async function readPartialCheckout(
  checkout: Checkout,
  sources: readonly SourceFiles[],
): Promise<PartialCheckout> {
  const { root, extensions, env } = checkout;
  const bases = [...new Set(extensions.map((pattern) => baseOf(pattern, root)))];
  const nested = findNestedTops(
    bases,
    sources.map(({ folder }) => folder),
  );
  const repositories = findRepositories([...bases, ...nested]);
  if (repositories.length === 0) return { unread: [], lacking: new Map() };
  const { files, folders } = await readNotCheckedOut(repositories, env);
  if (files.length + folders.length === 0) return { unread: [], lacking: new Map() };
  const matches = await compileAll(checkout);
  const describe = describeFor(checkout);
  const manifests = files.filter((path) => isManifestName(basename(path)) && matches(dirname(path), covers));
  return {
    unread: [
      ...manifests.map((path) => ({
        ...describe(dirname(path), 'sparse'),
        names: [basename(path).slice(0, -'.qext'.length).normalize('NFC')],
      })),
      ...folders.filter(({ path }) => matches(path, reaches)).map(({ path, kind }) => describe(path, kind)),
    ],
    lacking: findLacking(sources, [...files, ...folders.map(({ path }) => path + sep)]),
  };
}

type Fits = typeof covers;

/** Whether a pattern of the config, and none that excludes, concerns an absolute path without links on the way. */
async function compileAll({ root, extensions }: Checkout): Promise<(path: string, fits: Fits) => boolean> {
  const all = (await Promise.all(extensions.map((source) => compilePattern(source, root)))).flat();
  const patterns = all.map((pattern) => ({ ...pattern, base: realPathOf(pattern.base) }));
  const meets = ({ base, segments }: FolderPattern, path: string, fits: Fits): boolean => {
    const below = relative(base, path);
    if (below === '..' || below.startsWith(`..${sep}`)) return false;
    return fits(segments, below === '' ? [] : below.split(sep));
  };
  return (path, fits) =>
    patterns.some((each) => !each.negative && meets(each, path, fits)) &&
    !patterns.some((each) => each.negative && meets(each, path, covers));
}

function realPathOf(path: string): string {
  return existsSync(path) ? realpathSync(path) : path;
}

function describeFor({ root, cwd }: Checkout): (path: string, lacks: UnreadFolder['lacks']) => UnreadFolder {
  const [realRoot, realCwd] = [realPathOf(root), realPathOf(cwd)];
  return (path, lacks) => ({
    displayFolder: displayPath(realCwd, path),
    lacks,
    leaveOut: `!${spellPattern(displayPath(realRoot, path))}`,
  });
}

/** @param absent absolute; a folder ends with a separator */
function findLacking(sources: readonly SourceFiles[], absent: readonly string[]): PartialCheckout['lacking'] {
  const found = sources.map(({ folder, wants }) => {
    const start = realPathOf(folder) + sep;
    const below = absent.filter((path) => path.startsWith(start)).map((path) => path.slice(start.length));
    const paths = below.map((path) => path.split(sep).join('/')).filter((path) => wants(asFile(path)));
    return [folder, paths] as const;
  });
  return new Map(found.filter(([, paths]) => paths.length > 0));
}

/** What a folder would hold is unknown: it may be any file that runs. */
function asFile(path: string): string {
  return path.endsWith('/') ? `${path}a.js` : path;
}
