/** Which extensions there are, and everything that this depends on. */

import type { UnreadFolder } from '../../core/half-built.js';
import type { Candidate } from '../discover/candidate.js';
import { type Discovery, discover } from '../discover/discover.js';
import { displayPath } from '../display.js';
import { type IgnoreRules, ignoreFile, prepareIgnoreRules } from '../ignore-rules.js';
import { noOwnFiles, type OwnFiles } from '../own-files.js';
import { findPlaces, type Place } from './places.js';
import { type LoneFile, loneFile, type Stamp, stampTarget } from './stamp.js';

export interface StructureOptions {
  readonly root: string;
  readonly cwd: string;
  readonly extensions: readonly string[];
  readonly ignore: readonly string[];
  readonly selection?: (name: string) => boolean;
  /** What this run reads and writes itself: it wakes nothing. Default: nothing. */
  readonly own?: OwnFiles;
}

export interface FoundExtension {
  readonly candidate: Candidate;
  readonly rules: IgnoreRules;
  readonly own: OwnFiles;
  /** The stamp of the folder's own ignore file, taken before the rules were read. */
  readonly ownIgnore: Stamp | undefined;
}

export interface Structure {
  readonly extensions: readonly FoundExtension[];
  readonly places: readonly Place[];
  /** All names, including those that are not selected, or ambiguous. */
  readonly names: readonly string[];
  /** Folders where more may appear soon. */
  readonly unread: readonly UnreadFolder[];
  /** The root's ignore file, stamped before it was read. */
  readonly rootIgnore: LoneFile;
  /** Everything that discovery reports, each with the names that it concerns; none if it concerns no folder. */
  readonly statements: ReadonlyMap<string, readonly string[]>;
}

/** Never throws for mistakes in the folders, which the reader reports. Places are stamped first, so nothing is missed. */
export async function readStructure(options: StructureOptions): Promise<Structure> {
  const { root, cwd, extensions, ignore, selection = () => true, own = noOwnFiles } = options;
  const rootIgnore = rootIgnoreOf(root);
  const { ways, ends } = await findPlaces(root, extensions);
  const discovery = await discover(root, cwd, extensions);
  const folders = new Set(discovery.candidates.map(({ folder }) => folder));
  const rulesFor = prepareRules({ root, displayRoot: displayPath(cwd, root), patterns: ignore });
  const selected = discovery.candidates.filter(({ name }) => selection(name));
  return {
    extensions: await Promise.all(
      selected.map(async (candidate) => ({
        ...{ candidate, own },
        ownIgnore: stampTarget(`${candidate.folder}/${ignoreFile}`),
        rules: await rulesFor(candidate),
      })),
    ),
    places: [...ways, ...ends.filter(({ folder }) => !folders.has(folder))],
    rootIgnore,
    names: [...discovery.candidates.map(({ name }) => name), ...discovery.unclear],
    unread: discovery.unread,
    statements: statementsOf(discovery),
  };
}

export function rootIgnoreOf(root: string): LoneFile {
  return loneFile(`${root}/${ignoreFile}`, 'structure');
}

const silent: IgnoreRules = () => 'silent';

/** An ignore file that cannot be read ignores nothing here: at worst it wakes the reader, which reports the problem. */
function prepareRules(
  sources: Parameters<typeof prepareIgnoreRules>[0],
): (candidate: Candidate) => Promise<IgnoreRules> {
  try {
    const rulesFor = prepareIgnoreRules(sources);
    return (candidate) => rulesFor(candidate).catch(() => silent);
  } catch {
    return async () => silent;
  }
}

function statementsOf({ candidates, remarks, unclear, unread }: Discovery): Structure['statements'] {
  return new Map([
    ...candidates.map(({ name, folder, manifestFile }) => statement([name], name, folder, manifestFile)),
    ...unclear.map((name) => statement([name], name)),
    ...unread.map(({ names = [], ...folder }) => statement(names, JSON.stringify(folder))),
    ...remarks.map(({ finding, names }) => statement(names, JSON.stringify(finding))),
  ]);
}

function statement(names: readonly string[], ...parts: readonly string[]): [string, readonly string[]] {
  return [parts.join('\0'), names];
}

/** The names about which `now` reports something else. */
export function findMovedNames(before: Structure, now: Structure): ReadonlySet<string> | 'all' {
  const moved = [
    ...[...before.statements].filter(([text]) => !now.statements.has(text)),
    ...[...now.statements].filter(([text]) => !before.statements.has(text)),
  ].map(([, names]) => names);
  return moved.some((names) => names.length === 0) ? 'all' : new Set(moved.flat());
}
