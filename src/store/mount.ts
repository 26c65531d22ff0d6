/** Folders that a program mounts, where the kernel tells (Linux). */

import { readFileSync, realpathSync } from 'node:fs';

/** A mount that does not show at once what other machines did: no lock can rely on it. */
export interface LateMount {
  readonly program: string;
  /** What other machines did. */
  readonly what: string;
}

/** By the type of the file system; as seen with two mounts of one place, with the times that the manuals give. */
const lateMounts: ReadonlyMap<string, LateMount> = new Map([
  // 1.60.1: a list is remembered for five minutes, and a file of one's own only added to it.
  ['fuse.rclone', { program: 'rclone', what: 'files of other machines' }],
  // 1.90: names are asked for each time, sizes and times remembered for fifteen minutes.
  ['fuse.s3fs', { program: 's3fs', what: 'signs of life of other machines' }],
]);

/** `undefined` for every other folder, and where nothing can be known. */
export function findLateMount(folder: string): LateMount | undefined {
  try {
    const type = typeOfMount(readFileSync('/proc/self/mountinfo', 'utf8'), realpathSync(folder));
    return lateMounts.get(type ?? '');
  } catch {
    return undefined;
  }
}

/** Of the innermost mount that holds the folder. @param mountinfo as proc(5) describes it */
export function typeOfMount(mountinfo: string, folder: string): string | undefined {
  let found: { readonly point: string; readonly type: string | undefined } | undefined;
  for (const line of mountinfo.split('\n')) {
    const fields = line.split(' ');
    const point = unescapeOctal(fields[4] ?? '');
    const type = fields[fields.indexOf('-', 6) + 1];
    const isAbove = point === '/' || `${folder}/`.startsWith(`${point}/`);
    // Of two at one point, the later one covers the other.
    if (point !== '' && isAbove && point.length >= (found?.point.length ?? 0)) found = { point, type };
  }
  return found?.type;
}

function unescapeOctal(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 8)),
  );
}
