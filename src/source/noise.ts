/** Files that no extension needs at run time, such as a list of files that an old editor kept beside it. */

const names: ReadonlySet<string> = new Set(['thumbs.db', 'wbfolder.wbl']);

/** Whether an extension is the same with and without this file. @param path with `/` */
export function isNoise(path: string): boolean {
  const parts = path.toLowerCase().split('/');
  if (parts.some((part) => part.startsWith('.') || part === '__macosx')) return true;
  const name = parts.at(-1) ?? '';
  return names.has(name) || name.startsWith('~$');
}
