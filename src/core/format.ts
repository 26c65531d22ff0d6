/** Numbers as people read them in plans, findings and reports. */

/** Decimal units, as Qlik's own pages use them: `212 kB`, `1.2 MB`. */
export function formatBytes(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  if (bytes < 999_500) return `${Math.round(bytes / 1000)} kB`;
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}

/** ` on 2026-11-23` for an RFC 3339 time; empty where it is unknown. */
export function onDay(time: string | undefined): string {
  return time === undefined ? '' : ` on ${time.slice(0, 10)}`;
}

/** `1 file`, `14 files`. */
export function count(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? '' : 's'}`;
}

/** For content that differs in nothing else: `only line endings differ (3 files)`. */
export function describeEndings(files: number): string {
  return `only line endings differ (${count(files, 'file')})`;
}

/** `a, b`, and with more than `most` names `a, b and 3 more`; with `or` where one of them is meant. */
export function listNames(names: readonly string[], most: number, joint: 'and' | 'or' = 'and'): string {
  const rest = names.length > most ? ` ${joint} ${names.length - most} more` : '';
  return `${names.slice(0, most).join(', ')}${rest}`;
}

/** A folder within a sentence, or at its `start`; the working directory has no name of its own. */
export function nameFolder(displayFolder: string, place: 'start' | 'within' = 'within'): string {
  if (displayFolder !== '.') return displayFolder;
  return place === 'start' ? 'This folder' : 'this folder';
}

/** `path` below a folder that is already spelled for people. */
export function displayBelow(displayFolder: string, path: string): string {
  return displayFolder === '.' ? path : `${displayFolder}/${path}`;
}
