/** What a plan says of itself beside its changes. Raw words: names of environments may be in there. */

import type { PlanReport } from './report.js';

/** Where its archives come from, where that is not the folders. */
export function describeOrigin({
  undoes,
  undoGoal,
  promotes,
}: Pick<PlanReport, 'undoes' | 'undoGoal' | 'promotes'>): readonly string[] {
  return [
    ...(undoes === undefined ? [] : [`Undoes ${describeRuns(undoes, undoGoal)}.`]),
    ...(promotes === undefined
      ? []
      : [`Promotes the archives of ${promotes.environment} (${promotes.url}), byte for byte.`]),
  ];
}

function describeRuns(runs: readonly string[], goal: PlanReport['undoGoal']): string {
  const what = runs.length === 1 ? 'run' : 'the runs';
  return `${goal === 'names' ? `writes of ${what}` : what} ${runs.join(', ')}`;
}

/** Copies of what would be overwritten or deleted. */
export function describeBackups(backups: PlanReport['backups']): readonly string[] {
  if (backups === undefined) return [];
  if (backups === 'off') return ['No backup is kept.'];
  const { stored, download } = backups;
  const known = stored === 0 ? [] : [`${stored} stored already`];
  const missing =
    download === 0 ? [] : [`${download} to download (needs the key of a tenant or analytics admin)`];
  return [`Backups: ${[...known, ...missing].join(', ')}.`];
}
