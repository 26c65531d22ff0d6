/** Who this tenant is: its keys and its seed, the same for every process that serves a folder. */

import { createHash } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Keys } from '../http/auth.js';
import { newId } from '../ids.js';
import { SandboxError } from '../sandbox-error.js';

export interface Identity {
  readonly keys: Keys;
  readonly seed: number;
}

/** What a folder keeps; the rest follows from it. */
interface StoredIdentity extends Pick<Keys, 'apiKey' | 'userKey'> {
  readonly seed: number;
}

export function newIdentity(seed: number): Identity {
  return completeIdentity(newStored(seed));
}

function newStored(seed: number): StoredIdentity {
  return { apiKey: `sandbox-admin-${newId()}`, userKey: `sandbox-user-${newId()}`, seed };
}

/** Derived, so that folders made before there were these keys have them too, the same for every process. */
function completeIdentity({ apiKey, userKey, seed }: StoredIdentity): Identity {
  const derive = (purpose: string): string =>
    createHash('sha256').update(`${purpose} ${apiKey}`).digest('base64url').slice(0, 32);
  const keys: Keys = {
    apiKey,
    userKey,
    publisherKey: `sandbox-publisher-${derive('publisher')}`,
    clientId: `sandbox-client-${derive('client')}`,
    clientSecret: `sandbox-secret-${derive('secret')}`,
  };
  return { keys, seed };
}

/** The folder's identity; made with `seed` when there is none yet, by whichever process comes first. */
export function diskIdentity(dir: string, seed: number): Identity {
  mkdirSync(dir, { recursive: true });
  const path = join(dir, 'tenant.json');
  return completeIdentity(readIdentity(path) ?? makeIdentity(path, newStored(seed)));
}

function readIdentity(path: string): StoredIdentity | undefined {
  const text = readIfThere(path);
  if (text === undefined) return undefined;
  const identity = parseIdentity(text);
  if (identity !== undefined) return identity;
  throw new SandboxError(`${path} is damaged. Delete it to get new keys.`);
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function parseIdentity(text: string): StoredIdentity | undefined {
  try {
    const { apiKey, userKey, seed } = JSON.parse(text) as Partial<StoredIdentity>;
    const isWhole = typeof apiKey === 'string' && typeof userKey === 'string' && typeof seed === 'number';
    return isWhole ? { apiKey, userKey, seed } : undefined;
  } catch {
    return undefined;
  }
}

/** Linking fails where the file exists, so of two processes that start together both end with the same keys. */
function makeIdentity(path: string, identity: StoredIdentity): StoredIdentity {
  const aside = `${path}.${newId()}`;
  writeFileSync(aside, JSON.stringify(identity), { mode: 0o600 });
  try {
    linkSync(aside, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    rmSync(aside, { force: true });
  }
  return readIdentity(path) ?? identity;
}
