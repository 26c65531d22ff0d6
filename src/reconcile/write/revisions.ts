/**
 * Edits that fell between our last read and our write. Qlik's API has no If-Match, so they cannot be prevented; where
 * the record's revision counter (`56.0.0`: meaning inferred, qlik-facts) jumped by more than our own writes, they show.
 */

export interface Revisions {
  /** What the run's list gave, before it wrote anything: how the tenant counts shows in the records at rest. */
  readonly noteAtRest: (revisions: readonly (string | null | undefined)[]) => void;
  /** An overwrite of ours that is known to be done. Where the counter cannot be read, nothing is noted. */
  readonly note: (overwrite: Overwrite) => void;
  /** By name, the sentence a person reads. What was told once is not told again. */
  readonly takeLost: () => ReadonlyMap<string, string>;
}

interface Overwrite {
  readonly name: string;
  /** The counter in the last read before the last send, and after it: one request of ours lies in between. */
  readonly before: string | null | undefined;
  readonly after: string | null | undefined;
  /** Requests of ours in all. Those before the last had no effect when the record was read. */
  readonly sent: number;
}

interface Jump extends Overwrite {
  /** What the counter rose by. */
  readonly step: number;
}

/** One for each tenant and run, or session: how the tenant counts shows in several overwrites together. */
export function createRevisions(): Revisions {
  const steps = new Map<number, number>();
  let atRest: readonly number[] = [];
  let untold: Jump[] = [];
  return {
    noteAtRest: (revisions) => {
      atRest = revisions.map(read).filter((count) => count !== undefined);
    },
    note: (overwrite) => {
      const jump = measure(overwrite);
      if (jump === undefined) return;
      steps.set(jump.step, (steps.get(jump.step) ?? 0) + 1);
      untold.push(jump);
    },
    takeLost: () => {
      const usual = usualStep(steps, atRest);
      const lost = untold.filter(({ step }) => step > usual);
      untold = [];
      return new Map(lost.map((jump) => [jump.name, describe(jump)]));
    },
  };
}

function measure(overwrite: Overwrite): Jump | undefined {
  const [before, after] = [read(overwrite.before), read(overwrite.after)];
  if (before === undefined || after === undefined || after <= before) return undefined;
  return { ...overwrite, step: after - before };
}

function read(revision: string | null | undefined): number | undefined {
  const [, count] = /^(\d{1,9})\.0\.0$/.exec(revision ?? '') ?? [];
  return count === undefined ? undefined : Number(count);
}

/** Written at least once since they were created. */
const enoughAtRest = 5;

/**
 * A tenant that counts in larger steps does so every time: two overwrites or more, all alike. So do two runs that
 * overtake each other, wherefore the records that nobody is writing must bear it out.
 */
function usualStep(steps: ReadonlyMap<number, number>, atRest: readonly number[]): number {
  const [only, another] = [...steps];
  if (only === undefined || another !== undefined || only[1] < 2) return 1;
  const [step] = only;
  const written = atRest.filter((count) => count > 1);
  const fits = atRest.every((count) => (count - 1) % step === 0);
  return fits && written.length >= enoughAtRest ? step : 1;
}

function describe({ before, after, sent }: Jump): string {
  const went = `the revision went from ${before} to ${after}`;
  return sent === 1
    ? `somebody changed it between our last read and our write, and that change is lost: ${went} with one write of ours`
    : `somebody may have changed it between our last read and our write, and that change would be lost; else a write of ours that got no answer came late: ${went} with the last of ${sent}`;
}
