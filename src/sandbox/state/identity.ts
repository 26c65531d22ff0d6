/** The tenant's keys and seed, the same for every process that serves a folder. */

import { createHash } from 'node:crypto';
import { linkSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolders } from '../../source/make-folders.js';
import type { Keys } from '../http/auth.js';
import { newId } from '../ids.js';
import { writeFile } from './write-file.js';

/** The sandbox cannot be started or cannot use its folder; the message says what to do. */
class SandboxError extends Error {
  override readonly name = 'SandboxError';
}

export interface Identity {
  readonly keys: Keys;
  readonly seed: number;
}

/** What a folder stores; the rest is derived. */
interface StoredIdentity extends Pick<Keys, 'apiKey' | 'userKey'> {
  readonly seed: number;
}

export function newIdentity(seed: number): Identity {
  return completeIdentity(newStored(seed));
}

function newStored(seed: number): StoredIdentity {
  return { apiKey: `sandbox-admin-${newId()}`, userKey: `sandbox-user-${newId()}`, seed };
}

/** Derived, so that older folders have these keys too, and every process has the same. */
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

/** The folder's identity; the first process creates it with `seed`. */
export function diskIdentity(dir: string, seed: number): Identity {
  makeFolders(dir);
  const path = join(dir, 'tenant.json');
  return completeIdentity(readIdentity(path) ?? makeIdentity(path, newStored(seed)));
}

function readIdentity(path: string): StoredIdentity | undefined {
  const text = readIfExists(path);
  if (text === undefined) return undefined;
  const identity = parseIdentity(text);
  if (identity !== undefined) return identity;
  throw new SandboxError(`${path} is damaged. Delete it to get new keys.`);
}

function readIfExists(path: string): string | undefined {
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
    const isComplete = typeof apiKey === 'string' && typeof userKey === 'string' && typeof seed === 'number';
    return isComplete ? { apiKey, userKey, seed } : undefined;
  } catch {
    return undefined;
  }
}

/** Linking fails if the file exists, so two processes that start together end up with the same keys. */
function makeIdentity(path: string, identity: StoredIdentity): StoredIdentity {
  const temporary = `${path}.${newId()}`;
  try {
    writeFile(temporary, JSON.stringify(identity), { mode: 0o600 });
    linkSync(temporary, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    rmSync(temporary, { force: true });
  }
  return readIdentity(path) ?? identity;
}
