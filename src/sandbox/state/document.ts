/** One piece of the tenant's state, and the only way to change it. */

export interface Decision<T, R> {
  readonly next: T;
  readonly result: R;
}

export interface Document<T> {
  readonly read: () => T;
  /**
   * Runs decisions one after the other, each on the result of the previous one. A decision may run more than once, so
   * it must be pure; if it throws, nothing changes.
   */
  readonly change: <R>(decide: (current: T) => Decision<T, R>) => Promise<R>;
}

export function memoryDocument<T>(initial: () => T): Document<T> {
  let value: { readonly current: T } | undefined;
  const read = () => {
    value ??= { current: initial() };
    return value.current;
  };
  return {
    read,
    change: async (decide) => {
      const { next, result } = decide(read());
      value = { current: next };
      return result;
    },
  };
}
