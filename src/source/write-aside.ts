/** Files that others may read while they are written: aside under another name first, so that nobody ever sees half of one. */

import { randomBytes } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';

/** `durable`: on the disk before the file has its name. The folder, which holds the name, is the caller's to sync. */
export type Durability = 'durable' | 'light';

export interface AsideOptions {
  /** Permissions of the file; default: what the system gives every file. */
  readonly mode?: number;
  /** Default `light`. */
  readonly durability?: Durability;
}

/** Takes the place of what is there. Where it fails, nothing has changed and nothing is left. @throws Error of the system */
export async function writeAside(
  path: string,
  content: string | Uint8Array,
  { mode, durability }: AsideOptions = {},
): Promise<void> {
  const aside = asideOf(path);
  try {
    const handle = await open(aside, 'wx', mode);
    try {
      await handle.writeFile(content);
      if (durability === 'durable') await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(aside, path);
  } catch (error) {
    await discard(aside);
    throw error;
  }
}

/** A name beside `path` that nothing else has. */
export function asideOf(path: string): string {
  return `${path}.${randomBytes(6).toString('hex')}`;
}

/** The name of the file that was written under this one when somebody died; `undefined` for every other name. */
export function nameOfAside(name: string): string | undefined {
  return /^(.+)\.[0-9a-f]{12}$/s.exec(name)?.[1];
}

/** What cannot be removed stays. */
export async function discard(path: string): Promise<void> {
  await rm(path, { force: true }).catch(() => undefined);
}
