/** The command line's flags, merged with `QLIK_SYNC_*` before any command sees them. */

import { readEnvironmentOptions, type SharedOptions } from '../config/environment-variables.js';
import type { MostFailed, Shard } from '../core/fleet.js';
import type { Io } from './io.js';

/** What every command takes. `cache`, `exec` and `store` are always set: true unless `--no-…` is given. */
export type SharedFlags = Partial<SharedOptions>;

/** Flags of a command that can run on several environments. */
export interface ShardedFlags extends SharedFlags {
  readonly shard?: Shard;
}

/** Flags of a command that can change a fleet wave after wave. */
export interface WaveFlags {
  /** `canary/tier=pilot/10%/rest`. */
  readonly waves?: string;
  readonly onWaveFailure?: 'stop' | 'restore';
  /** Milliseconds between two waves. */
  readonly soak?: number;
  /** A program and its arguments, which decides between two waves. */
  readonly gate?: readonly string[];
  readonly maxFailed?: MostFailed;
  /** The id of the run over a fleet that is resumed, or `last`. */
  readonly resume?: string;
}

/** Whether any of them is given. */
export function usesWaves({ waves, onWaveFailure, soak, gate, maxFailed, resume }: WaveFlags): boolean {
  return [waves, onWaveFailure, soak, gate, maxFailed, resume].some((flag) => flag !== undefined);
}

/** Flags of a command that can be given a time limit. */
export interface RunFlags extends SharedFlags {
  /** Milliseconds from the start of the command. */
  readonly maxDuration?: number;
}

/** What a person permits a run to do. Each approval lifts one rail, and only that. */
export interface Approvals {
  /** `false`: not even if the config says so. */
  readonly prune?: boolean;
  readonly onDrift?: 'stop' | 'overwrite' | 'skip';
  readonly overwrite?: readonly string[];
  readonly adopt?: readonly string[];
  readonly takeOwnership?: readonly string[];
  readonly allowPartial?: readonly string[];
  readonly allowReplace?: readonly string[];
  readonly allowRename?: readonly string[];
  readonly allowDowngrade?: true;
  readonly allowDeletes?: number;
  readonly allowUpdates?: number;
  readonly allowOrigins?: number;
  readonly allowOriginRemoval?: number;
  readonly allowEmpty?: true;
  /** Look for the apps that use what changes. */
  readonly impact?: true;
  /** The exact number of apps that may break. */
  readonly acceptImpact?: number;
  /** commander's negation: true unless `--no-backup` is given. */
  readonly backup?: boolean;
  /** Protected environments, as `--env` takes them. */
  readonly confirm?: readonly string[];
}

/**
 * The command line wins over the environment, and a tenant that it names replaces any that the environment names.
 *
 * @param given what commander parsed; options of one command only are passed through
 * @throws UserError (exit 3) with everything that is wrong with the `QLIK_SYNC_*` variables
 */
export function mergeFlags<Given extends SharedFlags>(
  given: Given,
  { env }: Pick<Io, 'env'>,
): Given & SharedFlags {
  const { cache, exec, store, sandbox, sandboxDir, tenant, context, ...rest } = readEnvironmentOptions(env);
  const namesTarget = [given.sandbox, given.sandboxDir, given.tenant, given.context, given.env].some(
    (value) => value !== undefined,
  );
  const target = {
    ...(sandbox && { sandbox }),
    ...(sandboxDir && { sandboxDir }),
    ...(tenant && { tenant }),
    ...(context && { context }),
  };
  return {
    ...rest,
    ...(!namesTarget && target),
    ...given,
    cache: given.cache !== false && cache !== false,
    exec: given.exec !== false && exec !== false,
    store: given.store !== false && store !== false,
  };
}
