/** `qlik-sync promote`: the archives that one environment holds, to another or to waves of others. */

import { type Command, Option } from 'commander';
import { UserError } from '../core/errors.js';
import type { ExitCode } from '../core/exit-codes.js';
import { parseWaves } from '../core/fleet.js';
import { openHeld } from '../pipeline/plan-promotion.js';
import { openGovernors } from '../run/connect.js';
import { assertKnown } from '../run/environments.js';
import type { Io } from '../run/io.js';
import { stopSignal } from '../run/on-tenant.js';
import { openSettings, type SettingsSource } from '../run/settings.js';
import type { Finish } from './command.js';
import {
  addApprovals,
  addConfirm,
  addExamples,
  addImpactGate,
  addMaxDuration,
  addShared,
} from './options.js';
import { type PromoteFlags, promoteTo } from './promote/promote-to.js';

/** @param words the environment to promote to, unless there are waves, then names or globs of extensions */
export async function promote(
  from: string,
  words: readonly string[],
  given: PromoteFlags,
  io: Io,
): Promise<ExitCode> {
  const signal = stopSignal(given, io);
  const source = await openEnvironments(from, given, io);
  const { waves, names } = readGoal(from, words, given, source);
  const governorFor = openGovernors();
  const site = { settings: source.settingsFor(from), io, governorFor };
  const held = await openHeld(from, names, site);
  try {
    const [only] = waves.flat();
    if (given.waves === undefined && only !== undefined) {
      return await promoteTo(held, given, { ...site, settings: source.settingsFor(only) }, { signal });
    }
    const { promoteWaves } = await import('./promote/waves.js');
    return await promoteWaves({ held, waves, given, source, io, governorFor, signal });
  } finally {
    await held.close();
  }
}

/** What chooses one tenant for other commands has no meaning here. @throws UserError */
async function openEnvironments(from: string, given: PromoteFlags, io: Io): Promise<SettingsSource> {
  const { env, tenant, context, sandbox, sandboxDir } = given;
  const options = [
    env && '--env',
    tenant && '--tenant',
    context && '--context',
    (sandbox || sandboxDir) && '--sandbox',
  ];
  const option = options.find((each) => typeof each === 'string');
  if (option !== undefined) {
    throw new UserError(
      `${option} has no say in a promote, which is from one environment of the config to others.`,
      {
        hint: usage,
      },
    );
  }
  return openSettings({ ...given, env: [from] }, io);
}

const usage =
  'qlik-sync promote <from> <to> [name…], or qlik-sync promote <from> --waves canary/eu,us [name…]';

interface Goal {
  readonly waves: ReturnType<typeof parseWaves>;
  readonly names: readonly string[];
}

/** @throws UserError */
function readGoal(
  from: string,
  words: readonly string[],
  { waves: given, onWaveFailure, acceptImpact }: PromoteFlags,
  source: SettingsSource,
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
  assertKnown([from, ...targets], given === undefined ? 'promote' : '--waves', source);
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
    async (from: string, words: string[], flags: PromoteFlags) => {
      finish(await promote(from, words, flags, io));
    },
  );
}
