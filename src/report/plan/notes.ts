/** What a plan says of itself beside its changes. Raw words: names of environments may be in there. */

import type { PlanReport } from './report.js';

/** Where its archives come from, where that is not the folders. */
export function describeOrigin({
  undoes,
  promotes,
}: Pick<PlanReport, 'undoes' | 'promotes'>): readonly string[] {
  const runs = undoes?.join(', ');
  return [
    ...(undoes === undefined
      ? []
      : [`Undoes ${undoes.length === 1 ? 'run' : 'writes of the runs'} ${runs}.`]),
    ...(promotes === undefined
      ? []
      : [`Promotes the archives of ${promotes.environment} (${promotes.url}), byte for byte.`]),
  ];
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
