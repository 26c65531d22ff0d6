/** Where runs of one user meet that start from different folders: beside the other state of that user's programs. */

import { createHash } from 'node:crypto';
import { realpathSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { dirOfSandbox } from '../../config/sandbox-place.js';
import type { LockPlace } from '../../reconcile/lock/lock.js';
import { tenantKey } from '../../reconcile/own-place.js';
import type { Connection } from '../connect.js';
import type { Io } from '../io.js';

export interface LockedTenant extends Pick<Connection, 'kind' | 'identity'> {
  /** Absolute: the folder of the config. */
  readonly root: string;
}

/** `undefined` where the environment tells of no home. */
export function findMachineLocks(tenant: LockedTenant, env: Io['env']): LockPlace | undefined {
  const root = findState(env);
  return root === undefined
    ? undefined
    : { root, folder: join(root, 'qlik-sync', 'locks', machineKey(tenant)) };
}

/** The XDG base directory specification, by which paths that are not absolute do not count; Windows has one of its own. */
function findState({ XDG_STATE_HOME, LOCALAPPDATA, HOME }: Io['env']): string | undefined {
  const usual = HOME === undefined ? undefined : join(HOME, '.local', 'state');
  return [XDG_STATE_HOME, LOCALAPPDATA, usual].find((path) => path !== undefined && isAbsolute(path));
}

/** What an embedded tenant is called tells where it lies from the config's folder; two folders may mean the same one. */
function machineKey({ kind, identity, root }: LockedTenant): string {
  if (kind === 'tenant') return tenantKey(identity);
  const dir = realPath(dirOfSandbox(identity, { root }));
  return `sandbox-${createHash('sha256').update(dir).digest('hex').slice(0, 16)}`;
}

function realPath(dir: string): string {
  try {
    return realpathSync.native(dir);
  } catch {
    return dir;
  }
}
