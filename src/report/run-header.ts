/** Identifies a run: the first line of every text, the first fields of every document. */

import type { TenantIdentity } from '../core/model.js';

export interface RunHeader {
  readonly command:
    | 'validate'
    | 'plan'
    | 'apply'
    | 'pack'
    | 'init'
    | 'pull'
    | 'preview'
    | 'adopt'
    | 'drift'
    | 'history'
    | 'rollback'
    | 'promote'
    | 'impact'
    | 'config'
    | 'doctor'
    | 'fleet';
  /** `qlik-sync/<version>`. */
  readonly tool: string;
  readonly project: string;
  /** Absent for commands that need no tenant. */
  readonly tenant?: TenantHeader;
}

export interface TenantHeader {
  readonly url: string;
  /** The chosen environment's name. */
  readonly environment?: string;
  /** What a plan is bound to. */
  readonly identity?: TenantIdentity;
  /** Where the tenant and its credentials come from: `config`, `--tenant`, `--sandbox` … */
  readonly source: string;
}
