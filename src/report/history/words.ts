import type { ChangeCounts, SourceState } from '../../core/past-run.js';
import type { PastRun } from './report.js';

/** `a1b2c3d4e5 (main, uncommitted changes)`; empty where nothing is known. Raw words. */
export function describeCommit({ commit, branch, dirty }: SourceState): string {
  if (commit === undefined) return '';
  const notes = [branch, dirty === true ? 'uncommitted changes' : undefined].flatMap((note) => note ?? []);
  const about = notes.length === 0 ? '' : ` (${notes.join(', ')})`;
  return `${commit.slice(0, 10)}${about}`;
}

export function describeResult({ result, exitCode }: PastRun): string {
  if (result !== 'ended') return result;
  return exitCode === 0 ? 'done' : `exit ${exitCode}`;
}

const words: readonly (readonly [keyof ChangeCounts, string])[] = [
  ['created', 'created'],
  ['updated', 'updated'],
  ['replaced', 'replaced'],
  ['deleted', 'deleted'],
  ['failed', 'failed'],
  ['notAttempted', 'not attempted'],
];

export function describeCounts(counts: ChangeCounts): string {
  const parts = words.filter(([key]) => counts[key] > 0).map(([key, word]) => `${counts[key]} ${word}`);
  return parts.length === 0 ? 'nothing changed' : parts.join(', ');
}
