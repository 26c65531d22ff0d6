/** What a session has written without an approval by number: its limits are those of the whole session, not of one look. */

import type { Counted, Limits } from '../core/guard.js';
import type { Outcome } from '../core/outcome.js';

export interface Tally {
  /** What counts besides a plan that updates these names. */
  readonly countedBeside: (updates: ReadonlySet<string>) => Counted;
  readonly note: (outcomes: readonly Outcome[], approved: ApprovedNumbers) => void;
}

type ApprovedNumbers = Pick<Limits, 'allowDeletes' | 'allowUpdates'>;

interface TallyOptions {
  /** Milliseconds after which a write no longer counts; `undefined`: never. */
  readonly periodMs: () => number | undefined;
  /** Milliseconds. */
  readonly now?: () => number;
}

interface Entry {
  readonly name: string;
  readonly kind: 'delete' | 'update';
  readonly at: number;
}

export function createTally({ periodMs, now = () => performance.now() }: TallyOptions): Tally {
  let entries: readonly Entry[] = [];
  return {
    countedBeside: (updates) => {
      const period = periodMs();
      if (period !== undefined) entries = entries.filter(({ at }) => now() - at < period);
      const names = (kind: Entry['kind']): readonly string[] =>
        entries.filter((entry) => entry.kind === kind).map(({ name }) => name);
      return {
        deletes: names('delete').length,
        updates: new Set(names('update').filter((name) => !updates.has(name))).size,
        since: period === undefined ? 'in this session' : `in ${describePeriod(period)}`,
      };
    },
    note: (outcomes, { allowDeletes, allowUpdates }) => {
      const added = outcomes.flatMap(({ name, action, status }): readonly Entry[] => {
        if (status !== 'done') return [];
        if (action === 'delete')
          return allowDeletes === undefined ? [{ name, kind: 'delete', at: now() }] : [];
        const isUpdate = action === 'update' || action === 'replace';
        return isUpdate && allowUpdates === undefined ? [{ name, kind: 'update', at: now() }] : [];
      });
      const again = new Set(added.filter(({ kind }) => kind === 'update').map(({ name }) => name));
      entries = [...entries.filter(({ kind, name }) => kind === 'delete' || !again.has(name)), ...added];
    },
  };
}

function describePeriod(ms: number): string {
  const units = [
    [3_600_000, 'h'],
    [60_000, 'min'],
  ] as const;
  const [size, unit] = units.find(([each]) => ms % each === 0) ?? ([1000, 's'] as const);
  return `${ms / size} ${unit}`;
}
