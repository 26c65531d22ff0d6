/** How far a run over a fleet got, from the names of its objects: `env~<name>~<attempt>~end~<exit code>`. */

import type { StoredObject } from '../store/store.js';
import { isRunId } from './journal/run-id.js';

/** How far it got on all machines together. */
export interface RecordedProgress {
  /** By environment: how it ended the last time, and the journals of what was written to it. */
  readonly environments: ReadonlyMap<string, EnvironmentProgress>;
  /** When a wave, by index, ended without a failure that stops; in milliseconds, by the clock of the store. */
  readonly endedMsAgo: ReadonlyMap<number, number>;
  /** The waves, by index, after which the next may begin. */
  readonly passed: ReadonlySet<number>;
}

interface EnvironmentProgress {
  /** Absent if it began and did not end. */
  readonly exitCode?: number;
  /** Ids of journals, oldest first. */
  readonly runs: readonly string[];
}

export interface Known extends StoredObject {
  /** Milliseconds by its store's clock. */
  readonly age: number;
}

interface Noted {
  readonly attempt: number;
  readonly what: string;
  readonly detail: string;
}

export function readProgress(objects: readonly Known[]): {
  readonly progress: RecordedProgress;
  readonly attempts: number;
} {
  const notes = new Map<string, Noted[]>();
  const [endedMsAgo, passed] = [new Map<number, number>(), new Set<number>()];
  let attempts = 1;
  for (const { name, age } of objects) {
    const [kind, key = '', third = '', what = '', detail = ''] = name
      .slice(name.lastIndexOf('/') + 1)
      .split('~');
    if (kind === 'wave') {
      if (third === 'ended') endedMsAgo.set(Number(key), age);
      if (third === 'passed') passed.add(Number(key));
      attempts = Math.max(attempts, third === 'begun' ? attemptOf(what) : 1);
    } else if (kind === 'env') {
      const attempt = attemptOf(third);
      attempts = Math.max(attempts, attempt);
      notes.set(key, [...(notes.get(key) ?? []), { attempt, what, detail }]);
    }
  }
  const environments = new Map([...notes].map(([name, own]) => [name, standingOf(own)]));
  return { progress: { environments, endedMsAgo, passed }, attempts };
}

function attemptOf(text: string): number {
  return /^\d{1,6}$/.test(text) ? Number(text) : 1;
}

/** What was undone counts as never done. If two machines resumed the run at once, the one that succeeded counts. */
function standingOf(notes: readonly Noted[]): EnvironmentProgress {
  const undone = Math.max(0, ...notes.flatMap(({ what, attempt }) => (what === 'undone' ? [attempt] : [])));
  const standing = notes.filter(({ attempt }) => attempt > undone);
  const runs = standing.flatMap(({ what, detail }) => (what === 'run' && isRunId(detail) ? [detail] : []));
  const ends = standing.filter(({ what, detail }) => what === 'end' && /^\d{1,3}$/.test(detail));
  const latest = Math.max(0, ...ends.map(({ attempt }) => attempt));
  const codes = ends.filter(({ attempt }) => attempt === latest).map(({ detail }) => Number(detail));
  const exitCode = codes.includes(0) ? 0 : codes[0];
  return { runs: runs.sort(), ...(exitCode !== undefined && { exitCode }) };
}
