/** Where the embedded tenant keeps its state, and what it is therefore called. */

import { relative, resolve, sep } from 'node:path';
import type { Config } from '../config.js';

export type SandboxRequest = {
  readonly options: { readonly sandboxDir?: string | undefined };
  readonly config: Pick<Config, 'root'>;
  readonly cwd: string;
};

/** Absolute. */
export function sandboxDir({ options, config, cwd }: SandboxRequest): string {
  return options.sandboxDir === undefined ? usualDir(config) : resolve(cwd, options.sandboxDir);
}

/**
 * What plans, journals, backups and locks know it by: its port differs from run to run, its folder does not. `sandbox`,
 * or `sandbox:<dir>` with the path from the config's folder, since every folder holds a tenant of its own.
 */
export function sandboxIdentity(dir: string, config: SandboxRequest['config']): string {
  if (dir === usualDir(config)) return 'sandbox';
  return `sandbox:${relative(config.root, dir).split(sep).join('/') || '.'}`;
}

/** The folder that `sandboxIdentity` tells of; absolute. */
export function dirOfSandbox(identity: string, config: SandboxRequest['config']): string {
  if (identity === 'sandbox') return usualDir(config);
  return resolve(config.root, identity.slice('sandbox:'.length));
}

function usualDir({ root }: SandboxRequest['config']): string {
  return resolve(root, '.qlik-sync/sandbox');
}
