/**
 * Folders of the config that are not deployed, or not yet. Half-built is not gone: what a folder without its `.qext` may
 * hold is never an orphan to delete.
 */

import { nameFolder } from './format.js';
import { stemOf } from './kind.js';

/** A folder that the config lists but that is not deployed (a mashup …). */
export interface SkippedFolder {
  readonly name: string;
  readonly displayFolder: string;
  readonly reason: string;
}

/** A folder that the config lists and that may be half-built: an extension that it may hold is not gone. */
export interface UnreadFolder {
  readonly displayFolder: string;
  /**
   * What is not there: its `.qext`, or the whole folder below one that is there; or git has it, and a sparse checkout or a
   * submodule that is not checked out leaves it away.
   */
  readonly lacks: 'manifest' | 'folder' | 'sparse' | 'submodule';
  /** The stems of all that it can hold, of either kind; absent where it may hold any. */
  readonly names?: readonly string[];
  /** The entry of `extensions` that leaves it out, for people. */
  readonly leaveOut: string;
}

/** By name: the folder that may hold it; where several may, the one whose path has the name. */
export function findHalfBuilt(
  unread: readonly UnreadFolder[] = [],
): (name: string) => UnreadFolder | undefined {
  const anywhere = unread.filter(({ names }) => names === undefined);
  const byPath = new Map(
    anywhere.flatMap((folder) => folder.displayFolder.split('/').map((part) => [part, folder])),
  );
  const byStem = new Map(unread.flatMap((folder) => (folder.names ?? []).map((name) => [name, folder])));
  return (name) => {
    const stem = stemOf(name);
    return byStem.get(stem) ?? (anywhere.length > 1 ? byPath.get(stem) : undefined) ?? anywhere[0];
  };
}

/** No option lifts this: the folder is built, or the config leaves it out. */
export function describeHalfBuilt({ displayFolder, lacks, leaveOut }: UnreadFolder): string {
  const otherwise = `or add ${JSON.stringify(leaveOut)} to "extensions"`;
  switch (lacks) {
    case 'manifest':
      return `kept: it may be in ${nameFolder(displayFolder)}, which holds no .qext; build it, ${otherwise}`;
    case 'folder':
      return `kept: it may be in ${nameFolder(displayFolder)}, which is not there; build it, ${otherwise}`;
    case 'sparse':
      return `kept: it may be in ${nameFolder(displayFolder)}, which git has and this checkout leaves out; check it out, ${otherwise}`;
    case 'submodule':
      return `kept: it may be in ${nameFolder(displayFolder)}, a submodule that is not checked out; git submodule update --init, ${otherwise}`;
  }
}
