/** One timer at a time that can be taken back, so that nothing waits for a queue that is empty. */
export interface Alarm {
  isSet(): boolean;
  set(delay: number): void;
  cancel(): void;
}

/** Milliseconds of rest; may reject when the signal aborts. */
export type Sleep = (ms: number, signal: AbortSignal) => Promise<unknown>;

export function createAlarm(sleep: Sleep, ring: () => void): Alarm {
  let pending: AbortController | undefined;

  async function wake(controller: AbortController, delay: number): Promise<void> {
    await sleep(delay, controller.signal).catch(() => undefined);
    if (pending !== controller) return;
    pending = undefined;
    ring();
  }

  return {
    isSet: () => pending !== undefined,
    set(delay) {
      pending?.abort();
      pending = new AbortController();
      void wake(pending, delay);
    },
    cancel() {
      pending?.abort();
      pending = undefined;
    },
  };
}
