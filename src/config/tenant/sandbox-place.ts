/** Where the embedded tenant keeps its state, and the identity that follows from that. */

import { relative, resolve, sep } from 'node:path';
import type { Config } from '../config.js';

type SandboxRequest = {
  readonly options: { readonly sandboxDir?: string | undefined };
  readonly config: Pick<Config, 'root'>;
  readonly cwd: string;
};

/** Absolute. */
export function sandboxDir({ options, config, cwd }: SandboxRequest): string {
  return options.sandboxDir === undefined ? usualDir(config) : resolve(cwd, options.sandboxDir);
}

/**
 * Its name in plans, journals, backups and locks, since its port differs from run to run: `sandbox`, or `sandbox:<dir>`
 * with the path from the config's folder, as every folder holds a separate tenant.
 */
export function sandboxIdentity(dir: string, config: SandboxRequest['config']): string {
  if (dir === usualDir(config)) return 'sandbox';
  return `sandbox:${relative(config.root, dir).split(sep).join('/') || '.'}`;
}

/** The folder of a `sandboxIdentity`; absolute. */
export function dirOfSandbox(identity: string, config: SandboxRequest['config']): string {
  if (identity === 'sandbox') return usualDir(config);
  return resolve(config.root, identity.slice('sandbox:'.length));
}

function usualDir({ root }: SandboxRequest['config']): string {
  return resolve(root, '.qlik-sync/sandbox');
}
