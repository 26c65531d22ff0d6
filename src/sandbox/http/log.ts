/** The requests that the sandbox has received. */

interface LoggedRequest {
  readonly method: string;
  /** As sent, with the query. */
  readonly path: string;
  /** 0 while unanswered, and if the connection was cut instead of an answer. */
  readonly status: number;
  readonly bytesIn: number;
  readonly ms: number;
}

export interface OpenEntry {
  readonly received: (bytes: number) => void;
  readonly answered: (status: number) => void;
}

export interface RequestLog {
  readonly begin: (method: string, path: string) => OpenEntry;
  /** Oldest first, by arrival. */
  readonly list: () => readonly LoggedRequest[];
  readonly clear: () => void;
}

/** Limits memory when a sandbox runs for days. */
const kept = 20_000;

/** For the control calls themselves. */
export const unlogged: OpenEntry = { received: () => undefined, answered: () => undefined };

export function createRequestLog(): RequestLog {
  let entries: LoggedRequest[] = [];

  function begin(method: string, path: string): OpenEntry {
    const started = performance.now();
    const entry = { method, path, status: 0, bytesIn: 0, ms: 0 };
    if (entries.length >= kept) entries = entries.slice(kept / 2);
    entries.push(entry);
    return {
      received: (bytes) => {
        entry.bytesIn = bytes;
      },
      answered: (status) => {
        Object.assign(entry, { status, ms: Math.round((performance.now() - started) * 10) / 10 });
      },
    };
  }

  return {
    begin,
    list: () => entries,
    clear: () => {
      entries = [];
    },
  };
}
