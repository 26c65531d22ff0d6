/** Files that are named by their content: written aside and renamed, and believed only as far as they are what they say. */

import { createHash } from 'node:crypto';
import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { exitCodes } from '../../core/errors.js';
import { type Durability, writeAside } from '../../source/write-aside.js';
import { makeOwnPlace, syncFolder, unwritable } from '../own-place.js';

/** The MD5 or SHA-256 that a file is named by; `undefined` for any other name. */
export function contentKey(name: string): string | undefined {
  const [, md5, sha256] = /^(?:([0-9a-f]{32})\.zip|([0-9a-f]{64})\.json)$/.exec(name) ?? [];
  return md5 ?? sha256;
}

/** A name that is no content name is of no file here, whatever it points at. What cannot be read is not there. */
export async function readWhole(folder: string, name: string): Promise<Buffer | undefined> {
  const key = contentKey(name);
  if (key === undefined) return undefined;
  const content = await readFile(join(folder, name)).catch(() => undefined);
  if (content === undefined) return undefined;
  const algorithm = name.endsWith('.zip') ? 'md5' : 'sha256';
  return createHash(algorithm).update(content).digest('hex') === key ? content : undefined;
}

export interface Deposit {
  readonly root: string;
  readonly folder: string;
  readonly name: string;
  readonly content: Uint8Array;
  readonly durability: Durability;
}

export async function deposit({ root, folder, name, content, durability }: Deposit): Promise<void> {
  try {
    if ((await markUsed(folder, name, durability)) && (await readWhole(folder, name)) !== undefined) return;
    await makeOwnPlace(root, folder);
    await writeAside(join(folder, name), content, { mode: 0o600, durability });
    if (durability === 'durable') await syncFolder(folder);
  } catch (error) {
    throw unwritable(error, `The backups in ${folder}`, {
      hint: 'Free some space or make the folder writable, or write without a copy to go back to: --no-backup.',
      exitCode: exitCodes.incomplete,
    });
  }
}

/** Says that the file is in use, before it is looked at: whoever tidies sees it or has taken it away already. */
export async function markUsed(folder: string, name: string, durability: Durability): Promise<boolean> {
  if (contentKey(name) === undefined) return false;
  const handle = await open(join(folder, name), 'r+').catch(() => undefined);
  if (handle === undefined) return false;
  try {
    const now = new Date();
    await handle.utimes(now, now);
    if (durability === 'durable') await handle.sync();
  } finally {
    await handle.close();
  }
  if (durability === 'durable') await syncFolder(folder);
  return true;
}
