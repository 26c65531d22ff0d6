/** Which environments a run is for. */

import { UserError } from '../../core/errors.js';
import { chooseShard, type Shard } from '../../core/shard.js';
import type { ShardShare } from '../../report/environments/report.js';
import type { Io } from '../io.js';
import type { SettingsSource } from '../settings.js';
import { tenantOf } from './tenant-of.js';

export interface Chosen {
  readonly names: readonly string[];
  readonly share?: ShardShare;
}

/** @throws UserError where there is nothing to divide, or it cannot be told which environments share a tenant */
export function chooseEnvironments(source: SettingsSource, shard: Shard | undefined, io: Io): Chosen {
  const { asked } = source;
  if (shard === undefined) return { names: asked };
  if (asked.length === 0) {
    throw new UserError('--shard divides environments, and none are named.', {
      hint: 'Give --env all, or --env for each.',
    });
  }
  const members = asked.map((environment) => ({ environment, tenant: tellTenant(environment, source, io) }));
  const names = chooseShard(members, shard);
  return { names, share: { ...shard, elsewhere: asked.filter((name) => !names.includes(name)) } };
}

/** Every job has to come to the same division, so nothing is guessed. */
function tellTenant(environment: string, source: SettingsSource, io: Io): string {
  const tenant = tenantOf(environment, source, io);
  if (tenant !== undefined) return tenant;
  throw new UserError(
    `--shard has to know every environment's tenant, and ${source.loaded.displayFile} gives none that can be used for ${environment}.`,
    { hint: `Set environments.${environment}.tenant, and its variables, for every job of the pipeline.` },
  );
}
