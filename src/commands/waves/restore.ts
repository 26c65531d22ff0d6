/** Restores what the environments of a failed wave held before it: their runs are rolled back, as by `rollback`. */

import { nameTenant } from '../../config/tenant/target.js';
import type { ExitCode } from '../../core/exit-codes.js';
import type { Limits } from '../../core/guard.js';
import { omit } from '../../core/json.js';
import { type NamedApproval, namedApprovals } from '../../core/names.js';
import { applyPlanned } from '../../pipeline/apply.js';
import {
  noWrites,
  planRollback,
  type RolledBackWrites,
  rolledBackRun,
  writesOfRuns,
} from '../../pipeline/plan-rollback.js';
import { fetchRuns } from '../../reconcile/journal/fetch-runs.js';
import { readRuns } from '../../reconcile/journal/runs.js';
import { printable } from '../../report/paint.js';
import type { EnvironmentResult, RestoredEnvironment } from '../../report/report.js';
import { resumeCommand, rollbackCommand } from '../../report/resume-command.js';
import type { Approvals, WaveFlags } from '../../run/flags.js';
import { runOn } from '../../run/on-tenant.js';
import type { Place, Run } from '../../run/run.js';
import type { SettingsSource } from '../../run/settings.js';
import { runSideBySide } from '../../run/side-by-side.js';
import { openStoreOf } from '../../run/store.js';

interface RestoreWave extends Pick<Run, 'io'> {
  readonly flags: Approvals & WaveFlags;
  readonly settings: SettingsSource;
  /** Every environment of the run. */
  readonly among: readonly string[];
}

/**
 * Does nothing unless it is requested.
 *
 * @param runs ids of the journals of this run over the fleet, oldest first, by environment
 */
export async function restoreWave(
  wave: readonly string[],
  runs: ReadonlyMap<string, readonly string[]>,
  input: RestoreWave,
): Promise<readonly RestoredEnvironment[]> {
  const { flags, settings, io, among } = input;
  if (flags.onWaveFailure !== 'restore') return [];
  const toRollBack = await findWrites(wave, runs, input);
  if (io.interrupted.aborted) {
    io.stderr.write(describeUnrestored(toRollBack));
    return [];
  }
  io.stderr.write(
    `Restoring the wave: ${[...toRollBack.keys()].join(', ') || 'nothing was changed in it'}\n`,
  );
  if (toRollBack.size > 0 && settings.flags.json !== true) io.stdout.write('\n');
  const results = await runSideBySide([...toRollBack.keys()], {
    ...{ command: 'rollback', source: settings, io, among },
    confirm: flags.confirm ?? [],
    work: (place) => restore(place, toRollBack.get(nameOf(place)) ?? noWrites, flags),
  });
  return results.map((result) => addResume(result, toRollBack.get(result.environment) ?? noWrites));
}

/** With the command that continues it. A rollback that failed before its plan has everything left to do. */
function addResume(result: EnvironmentResult, writes: RolledBackWrites): RestoredEnvironment {
  const { report, environment } = result;
  const isPlanned = report?.kind === 'plan' || report?.kind === 'apply';
  const resume =
    isPlanned && writes.runIds.length < 2 ? resumeCommand(report) : restoreCommand(environment, writes);
  return { ...result, ...(resume !== undefined && result.exitCode !== 0 && { resume }) };
}

/** One run at a time, the newest first. */
function restoreCommand(environment: string, { runIds, effects, origins }: RolledBackWrites): string {
  const deletes = [...effects, ...origins].some(({ before }) => before === undefined);
  const commands = runIds.map((id) =>
    rollbackCommand([id, ...(deletes ? ['--prune'] : [])], { environment }),
  );
  return commands.reverse().join(' && ');
}

function describeUnrestored(toRollBack: ReadonlyMap<string, RolledBackWrites>): string {
  const commands = [...toRollBack].map(([name, writes]) => `  ${printable(restoreCommand(name, writes))}\n`);
  const how = commands.length === 0 ? '' : ' To restore it:';
  return `The wave is not restored, since the run was interrupted.${how}\n${commands.join('')}`;
}

export function nameOf({ settings }: Pick<Place, 'settings'>): string {
  return settings.config.environment?.name ?? '';
}

/** The time limit ends the run, but not the restore: only an interrupt does. */
function restore(place: Place, writes: RolledBackWrites, flags: Approvals): Promise<ExitCode> {
  const approvals = restoreApprovals(flags, writes);
  return runOn('rollback', { ...place, signal: place.io.interrupted }, async (run) => {
    const planned = await planRollback(run, writes, approvals, noLimits);
    return applyPlanned(run, planned, approvals, { command: 'rollback', ...rolledBackRun(writes) });
  });
}

/** By environment; only of those that were written to. */
async function findWrites(
  wave: readonly string[],
  ids: ReadonlyMap<string, readonly string[]>,
  input: RestoreWave,
): Promise<ReadonlyMap<string, RolledBackWrites>> {
  const { root } = input.settings.loaded;
  const read = async () => new Map((await readRuns({ root })).map((run) => [run.start.id, run]));
  let journals = await read();
  const elsewhere = wave.filter((name) => ids.get(name)?.some((id) => !journals.has(id)));
  if (elsewhere.length > 0) {
    for (const name of elsewhere) await fetchJournals(name, input);
    journals = await read();
  }
  const found = wave.flatMap((name) => {
    const runs = (ids.get(name) ?? []).flatMap((id) => journals.get(id) ?? []);
    if (runs.length === 0) return [];
    const writes = writesOfRuns(runs);
    const { effects, origins, lost } = writes;
    return effects.length + origins.length + lost.length === 0 ? [] : [[name, writes] as const];
  });
  return new Map(found);
}

/** Of the machine that this run began on. */
async function fetchJournals(environment: string, { settings: source, io }: RestoreWave): Promise<void> {
  const settings = source.settingsFor(environment);
  const { config, cwd, flags } = settings;
  const tenant = await nameTenant({ options: flags, env: io.env, config, cwd });
  const store = await openStoreOf(settings, io);
  try {
    if (tenant === undefined || store === undefined) return;
    const of = { tenant: tenant.identity, project: config.project };
    await fetchRuns({ root: config.root, store, of, which: 'all' });
  } finally {
    await store?.close();
  }
}

/** Everything rolled back was written by this very run, by id, so no number can be unexpected. */
const noLimits: Limits = {
  maxDeletes: Number.POSITIVE_INFINITY,
  maxDeletePercent: 100,
  maxUpdatePercent: 100,
  allowOrigins: 'any',
  allowOriginRemoval: 'any',
  allowEmpty: 'refuse-empty',
};

/**
 * Numbers that were approved belong to what is undone; of the names, those that were written here stay approved. What
 * others changed since is not approved.
 */
function restoreApprovals(flags: Approvals, { effects, lost }: RolledBackWrites): Approvals {
  const written = [...effects, ...lost].map(({ name }) => name);
  const own = (names: readonly string[] = []): string[] => names.filter((name) => written.includes(name));
  const byName = Object.keys(namedApprovals) as readonly NamedApproval[];
  const named = Object.fromEntries(byName.map((approval) => [approval, own(flags[approval])]));
  const numbers = [
    ...(['allowDeletes', 'allowUpdates', 'acceptImpact'] as const),
    ...(['allowOrigins', 'allowOriginRemoval'] as const),
  ];
  const others = omit(flags, numbers);
  return { ...others, ...named, prune: true, onDrift: 'stop', overwrite: [], allowRename: written };
}
