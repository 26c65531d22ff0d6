/**
 * Edits that fell between our last read and our write. Qlik's API has no If-Match, so they cannot be prevented; where
 * the record's revision counter (`56.0.0`: meaning inferred, qlik-facts) jumped by more than our own writes, they show.
 */

export interface Revisions {
  /** An overwrite of ours that is known to be done. Where the counter cannot be read, nothing is noted. */
  readonly note: (overwrite: Overwrite) => void;
  /** By name, the sentence a person reads. What was told once is not told again. */
  readonly takeLost: () => ReadonlyMap<string, string>;
}

export interface Overwrite {
  readonly name: string;
  /** The counter in the last read before the write, and in its answer. */
  readonly before: string | null | undefined;
  readonly after: string | null | undefined;
  /** Requests of ours in between. */
  readonly sent: number;
}

interface Jump extends Overwrite {
  /** What one request of ours raised the counter by. */
  readonly step: number;
}

/** One for each tenant and run, or session: how the tenant counts shows in several overwrites together. */
export function createRevisions(): Revisions {
  const steps = new Map<number, number>();
  let untold: Jump[] = [];
  return {
    note: (overwrite) => {
      const jump = measure(overwrite);
      if (jump === undefined) return;
      steps.set(jump.step, (steps.get(jump.step) ?? 0) + 1);
      untold.push(jump);
    },
    takeLost: () => {
      const usual = usualStep(steps);
      const lost = untold.filter(({ step }) => step > usual);
      untold = [];
      return new Map(lost.map((jump) => [jump.name, describe(jump)]));
    },
  };
}

function measure(overwrite: Overwrite): Jump | undefined {
  const [before, after] = [read(overwrite.before), read(overwrite.after)];
  if (before === undefined || after === undefined || after <= before) return undefined;
  return { ...overwrite, step: (after - before) / overwrite.sent };
}

function read(revision: string | null | undefined): number | undefined {
  const [, count] = /^(\d{1,9})\.0\.0$/.exec(revision ?? '') ?? [];
  return count === undefined ? undefined : Number(count);
}

/** A tenant that counts in larger steps does so every time: two overwrites or more, all alike. */
function usualStep(steps: ReadonlyMap<number, number>): number {
  const [only, another] = [...steps];
  return only !== undefined && another === undefined && only[1] > 1 ? Math.max(1, only[0]) : 1;
}

function describe({ before, after, sent }: Jump): string {
  const ours = sent === 1 ? 'one write of ours' : `${sent} writes of ours`;
  return `somebody changed it between our last read and our write, and that change is lost: the revision went from ${before} to ${after} with ${ours}`;
}
