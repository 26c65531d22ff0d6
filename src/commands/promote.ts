/** `qlik-sync promote`: put the archives that one environment holds on another, or on waves of others. */

import type { Command } from 'commander';
import { UserError } from '../core/errors.js';
import type { ExitCode } from '../core/exit-codes.js';
import { omit } from '../core/json.js';
import { addDeclaredOrigins } from '../pipeline/add-origins.js';
import { applyPlanned, type Recorded } from '../pipeline/apply.js';
import { addImpact } from '../pipeline/impact.js';
import { openSourceEnvironment, planPromotion, type SourceEnvironment } from '../pipeline/plan-promotion.js';
import { assertKnown } from '../run/environments.js';
import { type Approvals, type RunFlags, usesWaves, type WaveFlags } from '../run/flags.js';
import type { Io } from '../run/io.js';
import { runOn, stopSignal } from '../run/on-tenant.js';
import type { Run } from '../run/run.js';
import { loadSettings, meantByWaves, type SettingsSource } from '../run/settings.js';
import {
  addApprovals,
  addConfirm,
  addExamples,
  addImpactGate,
  addMaxDuration,
  addShared,
  addWaves,
  type Finish,
  type SourceOf,
  sourceOf,
} from './options.js';
import type { WaveWork } from './waves/run-waves.js';

type PromoteFlags = RunFlags & Approvals & WaveFlags;

/**
 * @param words the environment to promote to, unless there are waves, then names or globs of extensions
 * @param targets every `--env` of the command line: with waves, those to promote to
 */
export async function promote(
  from: string,
  words: readonly string[],
  flags: PromoteFlags,
  io: Io,
  targets: readonly string[] = [],
): Promise<ExitCode> {
  const signal = stopSignal(flags, io);
  if (usesWaves(flags)) return promoteInWaves(from, words, { ...flags, env: targets }, { io, signal });
  const [to, ...names] = words;
  const settings = await loadSettings(
    { ...withoutTenant(flags), env: [from] },
    io,
    to === undefined ? [] : [to],
  );
  assertGoal(from, to, settings);
  const source = await openSourceEnvironment({ settings: settings.settingsFor(from), io }, from, names);
  try {
    return await promoteTo({ settings: settings.settingsFor(to), io, signal }, source, flags);
  } finally {
    await source.close();
  }
}

/** Through the same plan, rails, approval and journal as apply. */
function promoteTo(
  target: Pick<Run, 'settings' | 'io' | 'signal'>,
  source: SourceEnvironment,
  flags: PromoteFlags,
  onJournal: NonNullable<Recorded['onJournal']> = async () => undefined,
): Promise<ExitCode> {
  return runOn('promote', target, async (run) => {
    const withApps = await addImpact(run, await planPromotion(run, source, flags), flags);
    const planned = await addDeclaredOrigins(run, withApps, 'tell');
    return applyPlanned(run, planned, flags, { command: 'promote', onJournal });
  });
}

async function promoteInWaves(
  from: string,
  names: readonly string[],
  flags: PromoteFlags,
  run: Pick<Run, 'io' | 'signal'>,
): Promise<ExitCode> {
  const { io } = run;
  const [{ assertWaves, readScope }, { runWaves }, { digestOf, verify }] = await Promise.all([
    import('./waves/goal.js'),
    import('./waves/run-waves.js'),
    import('./waves/content.js'),
  ]);
  assertWaves(flags);
  const settings = await loadSettings(withoutTenant(flags), io, [from, ...meantByWaves(flags)]);
  const selected = settings.asked.filter((name) => name !== from || flags.env?.includes(from));
  const command = { command: 'promote', names, from, settings, flags, io } as const;
  const scope = readScope({ ...command, selected: selected.length === 0 ? undefined : selected });
  assertNoNumber(from, scope.members.length, flags);
  const source = await openSourceEnvironment({ settings: settings.settingsFor(from), io }, from, names);
  try {
    const held = source.extensions.map(({ name, digest, archiveMd5 }) => `${name}\0${archiveMd5 ?? digest}`);
    const work = {
      content: async () => ({ digest: digestOf(held) }),
      apply: (target, onJournal) => promoteTo(target, source, flags, onJournal),
      verify: (target) => verify('promote', target, (each) => planPromotion(each, source, flags)),
    } satisfies WaveWork;
    return await runWaves({ ...scope, flags }, work, run);
  } finally {
    await source.close();
  }
}

/** Environment variables that choose a tenant are for other commands. */
function withoutTenant(flags: PromoteFlags): PromoteFlags {
  return omit(flags, ['tenant', 'context', 'sandbox', 'sandboxDir']);
}

/** @throws UserError if the command line chooses one tenant, as for other commands */
function assertNoTenant(sourceOf: SourceOf, flags: PromoteFlags): void {
  const options = [
    ...(usesWaves(flags) ? [] : ([['env', '--env']] as const)),
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

/** @throws UserError */
function assertGoal(from: string, to: string | undefined, settings: SettingsSource): asserts to is string {
  if (to === undefined) {
    throw new UserError(`promote ${from}: the environment to promote to is missing.`, { hint: usage });
  }
  assertKnown([from, to], 'promote', settings);
  if (to === from) {
    throw new UserError(`${from} is what is promoted from, so it cannot be promoted to.`, { hint: usage });
  }
}

/** @throws UserError for a number that belongs to one tenant */
function assertNoNumber(from: string, targets: number, { acceptImpact }: PromoteFlags): void {
  if (acceptImpact === undefined || targets < 2) return;
  throw new UserError(`--accept-impact is for one tenant, and --waves has ${targets}.`, {
    hint: `Promote to each that asks for a number on its own: qlik-sync promote ${from} <to> --accept-impact=<n>`,
  });
}

export function addPromote(program: Command, io: Io, finish: Finish): void {
  const command = addWaves(addImpactGate(addApprovals(addShared(program.command('promote')))))
    .argument('<from>', 'environment whose archives are promoted')
    .argument('[to|name...]', 'environment to promote to, then names or globs');
  addExamples(command, [
    ['qlik-sync promote staging prod', 'everything'],
    ['qlik-sync promote staging prod kpi-card', 'one extension'],
    ['qlik-sync promote staging --waves canary/eu,us', 'to three, in two waves'],
  ]);
  addMaxDuration(addConfirm(command), 'start nothing').action(
    async (from: string, words: string[], flags: PromoteFlags, action: Command) => {
      const source = sourceOf(action);
      assertNoTenant(source, flags);
      finish(await promote(from, words, flags, io, source('env') === 'flag' ? flags.env : []));
    },
  );
}
