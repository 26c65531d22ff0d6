/** Where a run keeps what outlives it: folders below `.qlik-sync/`, one per tenant, readable by their owner only. */

import { accessSync, constants, existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { UserError, type UserErrorOptions } from '../core/errors.js';
import type { TenantIdentity } from '../core/model.js';
import { isSystemError, reasonOf } from '../core/system-error.js';
import { findLink, hideOwnFolder, ownFolder } from '../source/own-folder.js';
import { type Durability, makeFolder } from '../source/write-atomically.js';

const purposes = ['runs', 'backups', 'locks', 'cache', 'fleets'] as const;

type Purpose = (typeof purposes)[number];

/** The name of a tenant's file or folder: `acme.eu.qlikcloud.com`, `127.0.0.1_8080`, `sandbox`. */
export function tenantKey(tenant: TenantIdentity): string {
  return tenant
    .toLowerCase()
    .replace(/^https?:\/\//, '')
    .replace(/[^a-z0-9.-]/g, '_')
    .replace(/^\.+/, '_')
    .slice(0, 200);
}

/** Absolute. Nothing is created. */
export function ownPlace(root: string, purpose: Purpose, ...parts: readonly string[]): string {
  return join(root, ownFolder, purpose, ...parts);
}

/**
 * What keeps a run from reading and writing below `.qlik-sync`: `… cannot be written: read-only file system`. `undefined`
 * where nothing does. Nothing is created.
 */
export function findObstacle(root: string): string | undefined {
  const own = join(root, ownFolder);
  if (!existsSync(own)) return obstacleAt(root);
  const places = purposes.flatMap((purpose) => {
    const place = join(own, purpose);
    return existsSync(place) ? [place, ...foldersIn(place)] : [];
  });
  return [own, ...places].map(obstacleAt).find((obstacle) => obstacle !== undefined);
}

function obstacleAt(folder: string): string | undefined {
  try {
    accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK);
    return undefined;
  } catch (error) {
    return `${folder} cannot be read and written: ${reasonOf(error)}`;
  }
}

/** None where it cannot be read, which its own look tells. */
function foldersIn(folder: string): readonly string[] {
  try {
    const entries = readdirSync(folder, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory()).map(({ name }) => join(folder, name));
  } catch {
    return [];
  }
}

/** Whether the folder really is below `root`: no part of its path is a link to another place. */
export function isOwnPlace(root: string, folder: string): boolean {
  return findLink(root, folder) === undefined;
}

/**
 * Creates the folder and its parents, readable by their owner only.
 *
 * @param durability `light`: it need not survive a loss of power
 * @throws Error for a link
 */
export async function makeOwnPlace(
  root: string,
  folder: string,
  durability: Durability = 'durable',
): Promise<void> {
  const link = findLink(root, folder);
  if (link !== undefined) throw new Error(`${link} is a link to another place`);
  hideOwnFolder(root, folder);
  await makeFolder(folder, durability);
}

/**
 * The names in a folder below `.qlik-sync`; empty if it does not exist. A folder that cannot be read is not an empty one.
 *
 * @param what begins the message: `The journals`
 * @throws UserError if it cannot be read, or is a link to another place
 */
export function listOwnFolder(folder: string, what: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    return unlessMissing(error, folder, what) ?? [];
  }
}

/** Makes sure that a path to read is below `root`. @throws UserError if a part of it is a link to another place */
export function assertOwnPlace(root: string, path: string, what: string): void {
  const link = findLink(root, path);
  if (link !== undefined) throw unreadable(new Error(`${link} is a link to another place`), path, what);
}

/** @throws UserError for any error except that `path` does not exist */
export function unlessMissing(error: unknown, path: string, what: string): undefined {
  if (isSystemError(error) && error.code === 'ENOENT') return undefined;
  throw unreadable(error, path, what);
}

function unreadable(error: unknown, path: string, what: string): UserError {
  return new UserError(`${what} in ${path} cannot be read: ${reasonOf(error)}.`, {
    hint: 'It may hold what this run has to know: make it readable, or move it away.',
    cause: error,
  });
}

/** A failed system call as an error that a person can fix. @param what `The journal in …` */
export function unwritable(error: unknown, what: string, options: UserErrorOptions): UserError {
  return new UserError(`${what} cannot be written: ${reasonOf(error)}.`, { ...options, cause: error });
}
