/** Background work of a command that goes on for hours: its first bug ends the command. */

export interface Crash {
  /** Rejects with the first bug. */
  readonly happened: Promise<never>;
  /** What runs in the background must not fail unheard. */
  readonly guard: <T>(work: () => Promise<T>, otherwise: T) => Promise<T>;
}

export function createCrash(): Crash {
  let fail: (error: unknown) => void = () => undefined;
  const happened = new Promise<never>((_resolve, reject) => {
    fail = reject;
  });
  happened.catch(() => undefined);
  return {
    happened,
    guard: (work, otherwise) =>
      work().catch((error: unknown) => {
        fail(error);
        return otherwise;
      }),
  };
}
