/** Puts the environments of a wave that failed back to what they held before it: its runs are undone, as rollback does. */

import { readRuns } from '../../reconcile/runs.js';
import { type Effect, effectsOf } from '../../reconcile/undo.js';
import type { EnvironmentResult } from '../../report/environments-report.js';
import { runSideBySide } from '../environments/side-by-side.js';
import { type RollbackFlags, undo } from '../rollback.js';
import { runAt } from '../tenant-run.js';
import type { PromoteWaves } from './promoting.js';

/** @param runs the ids of this promote's runs, by environment */
export async function restoreWave(
  wave: readonly string[],
  runs: ReadonlyMap<string, string>,
  input: PromoteWaves,
): Promise<readonly EnvironmentResult[]> {
  const { waves, given, source, io, governorFor } = input;
  if (given.onWaveFailure !== 'restore') return [];
  if (io.interrupted.aborted) {
    io.stderr.write('The wave is not restored, since the run was interrupted.\n');
    return [];
  }
  const effects = await findEffects(wave, runs, input);
  io.stderr.write(`Restoring the wave: ${[...effects.keys()].join(', ') || 'nothing was changed in it'}\n`);
  if (effects.size > 0 && source.flags.json !== true) io.stdout.write('\n');
  return runSideBySide([...effects.keys()], {
    ...{ command: 'rollback', source, io, governorFor },
    among: waves.flat(),
    confirm: given.confirm ?? [],
    work: (site) =>
      runAt('rollback', site, io.interrupted, (place, running) =>
        undo(
          effects.get(site.settings.config.environment?.name ?? '') ?? [],
          backAgain(given),
          place,
          running,
        ),
      ),
  });
}

/** Of the environments that were written to. */
async function findEffects(
  wave: readonly string[],
  ids: ReadonlyMap<string, string>,
  { source: { loaded } }: PromoteWaves,
): Promise<ReadonlyMap<string, readonly Effect[]>> {
  const journals = new Map((await readRuns({ root: loaded.root })).map((run) => [run.start.id, run]));
  const found = wave.flatMap((name) => {
    const run = journals.get(ids.get(name) ?? '');
    const effects = run === undefined ? [] : effectsOf(run);
    return effects.length === 0 ? [] : [[name, effects] as const];
  });
  return new Map(found);
}

/** The numbers that were approved are those of the way there. */
function backAgain({
  allowDeletes: _,
  allowUpdates: __,
  acceptImpact: ___,
  ...given
}: RollbackFlags): RollbackFlags {
  return given;
}
