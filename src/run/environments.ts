/** One command on several environments: side by side, one result, the worst exit code. */

import { suggestEnvironment } from '../config/choose-environment.js';
import { UserError } from '../core/errors.js';
import { type ExitCode, worstExitCode } from '../core/exit-codes.js';
import { chooseShard, type FleetCommand, type Shard } from '../core/fleet.js';
import { listNames } from '../core/format.js';
import type { EnvironmentsReport, ShardShare } from '../report/report.js';
import type { RunFlags, ShardedFlags } from './flags.js';
import type { Io } from './io.js';
import { tenantOf } from './location.js';
import { print } from './reporting.js';
import type { Place } from './run.js';
import type { SettingsSource } from './settings.js';
import { assertConfirmed, runSideBySide } from './side-by-side.js';

/** A command that may run on several environments. */
export interface SeveralEnvironments {
  readonly command: FleetCommand;
  readonly flags: ShardedFlags & RunFlags & { readonly confirm?: readonly string[] };
  readonly io: Io;
  /** Options in use that belong to one tenant, such as a plan file; `undefined` for each that is not. */
  readonly singleTenantOptions: readonly (string | undefined)[];
}

/** @throws UserError for what cannot be done on several environments */
export async function runSeveral(
  several: SeveralEnvironments,
  source: SettingsSource,
  work: (place: Place) => Promise<ExitCode>,
): Promise<ExitCode> {
  const { command, flags, io } = several;
  assertForSeveral(several, source);
  assertKnown(source.asked, '--env', source);
  const confirm = flags.confirm ?? [];
  // All jobs of a pipeline are refused alike, whichever of them has the protected environment.
  if (command === 'apply') assertConfirmed(source.asked, confirm, { source, io });
  const { names, share } = chooseEnvironments(source, flags.shard, io);
  if (share !== undefined) io.stderr.write(`${describeShare(names, share)}\n`);
  const environments = await runSideBySide(names, {
    ...{ command, source, io, work, confirm },
    among: names,
  });
  const report: EnvironmentsReport = {
    kind: 'environments',
    header: { command, tool: io.tool, project: '' },
    environments,
    ...(share !== undefined && { shard: share }),
    reports: environments.map(({ part }) => part),
    exitCode: worstExitCode(environments.map(({ exitCode }) => exitCode)),
  };
  print(report, source.flags, io);
  return report.exitCode;
}

/** @throws UserError for what belongs to one tenant */
export function assertForSeveral(
  { singleTenantOptions }: Pick<SeveralEnvironments, 'singleTenantOptions'>,
  { flags, asked }: SettingsSource,
): void {
  const { tenant, context, sandbox, sandboxDir } = flags;
  const targets = [tenant && '--tenant', context && '--context', (sandbox || sandboxDir) && '--sandbox'];
  const given = [...singleTenantOptions, ...targets].find(
    (option) => typeof option === 'string' && option !== '',
  );
  if (given === undefined) return;
  throw new UserError(
    `${given} is for one tenant, and --env asks for ${asked.length}: ${listNames(asked, 10)}.`,
    {
      hint: 'Give one --env, once for each environment.',
    },
  );
}

function describeShare(names: Chosen['names'], { index, of }: NonNullable<Chosen['share']>): string {
  const what = names.length === 0 ? 'no environment, so there is nothing to do' : listNames(names, 20);
  return `Shard ${index}/${of}: ${what}.`;
}

/** The environments that a run is for. */
interface Chosen {
  readonly names: readonly string[];
  readonly share?: ShardShare;
}

/** @throws UserError if there is nothing to divide, or it is unknown which environments share a tenant */
function chooseEnvironments(source: SettingsSource, shard: Shard | undefined, io: Io): Chosen {
  const { asked } = source;
  if (shard === undefined) return { names: asked };
  if (asked.length === 0) {
    throw new UserError('--shard divides environments, and none are named.', {
      hint: 'Give --env all, or --env for each.',
    });
  }
  const members = asked.map((environment) => ({
    environment,
    tenant: assertTenant(environment, source, io),
  }));
  const names = chooseShard(members, shard);
  const own = new Set(names);
  return { names, share: { ...shard, elsewhere: asked.filter((name) => !own.has(name)) } };
}

/** Every job has to divide them in the same way, so nothing is guessed. */
function assertTenant(environment: string, source: SettingsSource, io: Io): string {
  const tenant = tenantOf(environment, source, io);
  if (tenant !== undefined) return tenant;
  throw new UserError(
    `--shard has to know every environment's tenant, and ${source.loaded.displayFile} gives none that can be used for ${environment}.`,
    { hint: `Set environments.${environment}.tenant, and its variables, for every job of the pipeline.` },
  );
}

/**
 * A typo stops the command before any environment is touched.
 *
 * @param asking what names them: `--env`, `promote`
 * @throws UserError
 */
export function assertKnown(
  names: readonly string[],
  asking: string,
  { environments, loaded }: SettingsSource,
): void {
  const known = new Set(environments);
  const unknown = names.find((name) => !known.has(name));
  if (unknown === undefined) return;
  throw new UserError(`${loaded.displayFile} has no environment "${unknown}", which ${asking} asks for.`, {
    hint: suggestEnvironment(unknown, environments),
  });
}
