/** Files that editors and tools put beside the one they save, and take away again. */

/**
 * Only names that are hardly ever content: a real file taken for a temporary one would be noticed late. What starts
 * with a dot (vim's swap file, emacs' lock) and what has no suffix (vim's 4913, sed's sedXXXXXX) is left out anyway.
 */
const patterns: readonly RegExp[] = [
  /~$/,
  /^#.*#$/,
  /^\.#/,
  /^\..*\.sw[a-z]$/,
  /^\d{4,5}$/,
  /___jb_(?:tmp|old|bak)___$/,
  /\.tmp(?:[-_][\w-]+|\.?\d+)?$/i,
  /\.\d{7,}$/,
];

export function isTemporary(name: string): boolean {
  return patterns.some((pattern) => pattern.test(name));
}
