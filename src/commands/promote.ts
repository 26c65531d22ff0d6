/** `qlik-sync promote`: put the archives that one environment holds on another, or on waves of others. */

import { type Command, Option } from 'commander';
import { UserError } from '../core/errors.js';
import type { ExitCode } from '../core/exit-codes.js';
import { parseWaves, type Waves } from '../core/fleet.js';
import { openSourceEnvironment } from '../pipeline/plan-promotion.js';
import { assertKnown } from '../run/environments.js';
import type { Io } from '../run/io.js';
import { stopSignal } from '../run/on-tenant.js';
import { loadSettings, type SettingsSource } from '../run/settings.js';
import {
  addApprovals,
  addConfirm,
  addExamples,
  addImpactGate,
  addMaxDuration,
  addShared,
  type Finish,
  type SourceOf,
  sourceOf,
} from './options.js';
import { type PromoteFlags, promoteTo } from './promote/promote-to.js';

/** @param words the environment to promote to, unless there are waves, then names or globs of extensions */
export async function promote(
  from: string,
  words: readonly string[],
  flags: PromoteFlags,
  io: Io,
): Promise<ExitCode> {
  const signal = stopSignal(flags, io);
  const settings = await loadSettings({ ...withoutTenant(flags), env: [from] }, io);
  const { waves, names } = readGoal(from, words, flags, settings);
  const source = await openSourceEnvironment({ settings: settings.settingsFor(from), io }, from, names);
  try {
    const [only] = waves.flat();
    if (flags.waves === undefined && only !== undefined) {
      return await promoteTo({ settings: settings.settingsFor(only), io, signal }, source, flags);
    }
    const { promoteWaves } = await import('./promote/waves.js');
    return await promoteWaves({ source, waves, flags, settings, io, signal });
  } finally {
    await source.close();
  }
}

/** Environment variables that choose a tenant are for other commands. */
function withoutTenant(flags: PromoteFlags): PromoteFlags {
  const { tenant: _, context: __, sandbox: ___, sandboxDir: ____, ...rest } = flags;
  return rest;
}

/** @throws UserError where the command line chooses one tenant, as for other commands */
function assertNoTenant(sourceOf: SourceOf): void {
  const options = [
    ['env', '--env'],
    ['tenant', '--tenant'],
    ['context', '--context'],
    ['sandbox', '--sandbox'],
    ['sandboxDir', '--sandbox'],
  ] as const;
  const [, option] = options.find(([key]) => sourceOf(key) === 'flag') ?? [];
  if (option === undefined) return;
  throw new UserError(
    `${option} cannot be combined with promote: it goes from one environment of the config to others.`,
    { hint: usage },
  );
}

const usage =
  'qlik-sync promote <from> <to> [name…], or qlik-sync promote <from> --waves canary/eu,us [name…]';

interface Goal {
  readonly waves: Waves;
  readonly names: readonly string[];
}

/** @throws UserError */
function readGoal(
  from: string,
  words: readonly string[],
  { waves: given, onWaveFailure, acceptImpact }: PromoteFlags,
  settings: SettingsSource,
): Goal {
  const [to, ...rest] = words;
  if (given === undefined && to === undefined) {
    throw new UserError(`promote ${from}: the environment to promote to is missing.`, { hint: usage });
  }
  if (given === undefined && onWaveFailure !== undefined) {
    throw new UserError('--on-wave-failure is for --waves.', { hint: usage });
  }
  const waves = given === undefined ? [[to ?? '']] : parseWaves(given);
  const targets = waves.flat();
  if (acceptImpact !== undefined && targets.length > 1) {
    throw new UserError(`--accept-impact is for one tenant, and --waves has ${targets.length}.`, {
      hint: `Promote to each that asks for a number on its own: qlik-sync promote ${from} <to> --accept-impact=<n>`,
    });
  }
  assertKnown([from, ...targets], given === undefined ? 'promote' : '--waves', settings);
  if (targets.includes(from)) {
    throw new UserError(`${from} is what is promoted from, so it cannot be promoted to.`, { hint: usage });
  }
  return { waves, names: given === undefined ? rest : words };
}

export function addPromote(program: Command, io: Io, finish: Finish): void {
  const command = addImpactGate(addApprovals(addShared(program.command('promote'))))
    .argument('<from>', 'environment whose archives are promoted')
    .argument('[to|name...]', 'environment to promote to, then names or globs')
    .description('put the archives that one environment holds on another')
    .option('--waves <list>', 'to several, wave after wave: canary/eu,us')
    .addOption(new Option('--on-wave-failure <what>', 'a wave that failed').choices(['stop', 'restore']));
  addExamples(command, [
    ['qlik-sync promote staging prod', 'everything'],
    ['qlik-sync promote staging prod kpi-card', 'one extension'],
    ['qlik-sync promote staging --waves canary/eu,us', 'to three, in two waves'],
  ]);
  addMaxDuration(addConfirm(command), 'start nothing').action(
    async (from: string, words: string[], flags: PromoteFlags, action: Command) => {
      assertNoTenant(sourceOf(action));
      finish(await promote(from, words, flags, io));
    },
  );
}
