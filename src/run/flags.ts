import type { SharedOptions } from '../config/environment-variables.js';
import type { Shard } from '../core/fleet.js';

/** What was given. commander sets `cache` and `exec` always: true unless `--no-cache` or `--no-exec` is given. */
export type SharedFlags = Partial<SharedOptions>;

export interface ApprovalOptions {
  readonly prune?: true;
  readonly onDrift?: 'stop' | 'overwrite' | 'skip';
  readonly overwrite?: readonly string[];
  readonly adopt?: readonly string[];
  readonly takeOwnership?: readonly string[];
  readonly allowReplace?: readonly string[];
  readonly allowRename?: readonly string[];
  readonly allowDowngrade?: true;
  readonly allowDeletes?: number;
  readonly allowUpdates?: number;
  readonly allowEmpty?: true;
  /** Look for the apps that use what changes. */
  readonly impact?: true;
  /** The exact number of apps that may break. */
  readonly acceptImpact?: number;
  /** commander's negation: true unless `--no-backup` is given. */
  readonly backup?: boolean;
}

export interface ShardedFlags extends SharedFlags {
  readonly shard?: Shard;
}
