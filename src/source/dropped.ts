/**
 * Qlik silently drops files without a name (`.gitignore`) and files without a suffix (`LICENSE`), so they
 * are no part of an extension's content.
 */
export function isDroppedByQlik(path: string): boolean {
  const start = path.lastIndexOf('/') + 1;
  const dot = path.lastIndexOf('.');
  return dot <= start || dot === path.length - 1;
}
