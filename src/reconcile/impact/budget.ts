/** The limits of one run: apps to open, and time. */

/** Shared by all reads of the run. */
export interface Budget {
  /** Apps that may still be opened. */
  left: number;
  /** Aborted when time is up. */
  readonly time: AbortSignal;
  /** Each limit as people write it: `--max-apps 100`. */
  readonly apps: string;
  readonly duration: string;
}

/** For reads that stop when the run is aborted, and that the end of its time only cuts short. */
export interface TimedReads {
  /** Aborted by either. */
  readonly signal: AbortSignal;
  /** The limit that cut short a failed read, if one did. @throws the run's own abort reason */
  readonly cutBy: () => string | undefined;
  /** Whether any read was cut short so far. */
  readonly wasCut: () => boolean;
}

export function limitReads(run: AbortSignal, { time, duration }: Budget): TimedReads {
  let cut = false;
  return {
    signal: AbortSignal.any([run, time]),
    cutBy() {
      run.throwIfAborted();
      cut ||= time.aborted;
      return time.aborted ? duration : undefined;
    },
    wasCut: () => cut,
  };
}
