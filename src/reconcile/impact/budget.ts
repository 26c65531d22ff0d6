/** What one run may take: apps to open, and time. */

/** Shared by all that the run reads. */
export interface Budget {
  /** Apps that may still be opened. */
  left: number;
  /** Aborted when time is up. */
  readonly time: AbortSignal;
  /** How people call each limit: `--max-apps 100`. */
  readonly apps: string;
  readonly duration: string;
}

/** For reads that the end of the run ends as well, and the end of its time only cuts short. */
export interface TimedReads {
  /** Aborted by either. */
  readonly signal: AbortSignal;
  /** Of a read that failed: the limit that cut it, if one did. @throws the run's own reason */
  readonly cutBy: () => string | undefined;
  /** Whether any was cut so far. */
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
