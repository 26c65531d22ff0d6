/**
 * Edits between our last read and our write. Qlik's API has no If-Match, so they cannot be prevented; but they show if the
 * record's revision counter (`56.0.0`; its meaning is inferred) rises by more than our own writes.
 */

export interface Revisions {
  /** The revisions of the run's list, from before it wrote anything: records at rest show how the tenant counts. */
  readonly noteAtRest: (revisions: readonly (string | null | undefined)[]) => void;
  /** Notes an overwrite that this run completed, unless its counter cannot be parsed. */
  readonly note: (overwrite: Overwrite) => void;
  /** By name, a sentence for people. Each lost edit is returned once. */
  readonly takeLost: () => ReadonlyMap<string, string>;
}

interface Overwrite {
  readonly name: string;
  /** The counter in the last read before the last send, and after it: one request of this run lies in between. */
  readonly before: string | null | undefined;
  readonly after: string | null | undefined;
  /** All our requests. Those before the last had taken no effect when the record was read. */
  readonly sent: number;
}

interface Jump extends Overwrite {
  /** How much the counter rose. */
  readonly step: number;
}

/** One per tenant and run or session: only several overwrites together show how the tenant counts. */
export function createRevisions(): Revisions {
  const steps = new Map<number, number>();
  let atRest: readonly number[] = [];
  let unexplained: Jump[] = [];
  return {
    noteAtRest: (revisions) => {
      atRest = revisions.map(read).filter((count) => count !== undefined);
    },
    note: (overwrite) => {
      const jump = measure(overwrite);
      if (jump === undefined) return;
      steps.set(jump.step, (steps.get(jump.step) ?? 0) + 1);
      unexplained.push(jump);
    },
    takeLost: () => {
      const usual = usualStep(steps, atRest);
      const lost = unexplained.filter(({ step }) => step > usual);
      unexplained = [];
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
 * A tenant that counts in larger steps does so every time: in two overwrites or more, all alike. But so do two runs that
 * overtake each other, so records at rest must confirm it.
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
    ? `it was changed between our last read and our write, and that change is lost: ${went} with one of our writes`
    : `it may have been changed between our last read and our write, and that change would be lost; otherwise one of our writes that got no answer arrived late: ${went} with the last of ${sent}`;
}
