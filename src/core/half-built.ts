/** Half-built is not gone: what a folder without its `.qext` may hold is never an orphan to delete. */

/** A folder that the config lists and that may be half-built: an extension that it may hold is not gone. */
export interface UnreadFolder {
  readonly displayFolder: string;
  /** What is not there: its `.qext`, or the whole folder below one that is there. */
  readonly lacks: 'manifest' | 'folder';
  /** The only extensions it can hold; absent where it may hold any. */
  readonly names?: readonly string[];
  /** The entry of `extensions` that leaves it out, for people. */
  readonly leaveOut: string;
}

/** By name: the folder that may hold it. */
export function findHalfBuilt(
  unread: readonly UnreadFolder[] = [],
): (name: string) => UnreadFolder | undefined {
  const anywhere = unread.find(({ names }) => names === undefined);
  const byName = new Map(unread.flatMap((folder) => (folder.names ?? []).map((name) => [name, folder])));
  return (name) => byName.get(name) ?? anywhere;
}

/** No option lifts this: the folder is built, or the config leaves it out. */
export function describeHalfBuilt({ displayFolder, lacks, leaveOut }: UnreadFolder): string {
  const state = lacks === 'manifest' ? 'holds no .qext' : 'is not there';
  return `kept: it may be in ${displayFolder}, which ${state}; build it, or add ${JSON.stringify(leaveOut)} to "extensions"`;
}
