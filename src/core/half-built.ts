/**
 * Folders of the config that are not deployed, or not yet. Half-built is not gone: an extension that may belong to a
 * folder without its `.qext` is never an orphan to delete.
 */

import { nameFolder } from './format.js';
import { stemOf } from './kind.js';

/** A folder that the config lists and that is never deployed (a mashup …). */
export interface SkippedFolder {
  readonly name: string;
  readonly displayFolder: string;
  readonly reason: string;
}

/** A folder that the config lists and that may be half-built: an extension that may belong there is not gone. */
export interface UnreadFolder {
  readonly displayFolder: string;
  /**
   * What is missing: its `.qext`, or the whole folder though its parent exists; or git has it, and a sparse checkout or a
   * submodule that is not checked out leaves it out.
   */
  readonly lacks: 'manifest' | 'folder' | 'sparse' | 'submodule';
  /** The stems that it can hold, of either kind; absent if it may hold any. */
  readonly names?: readonly string[];
  /** The entry of `extensions` that would leave it out, for people. */
  readonly leaveOut: string;
}

/** For each name the folder that may hold it; of several, the one whose path contains the name. */
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

/** No option lifts this: build the folder, or leave it out in the config. */
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
