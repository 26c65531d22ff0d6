/** An archive whose content is uncertain, and the entry that causes it. Callers write their own message around it. */

export class UnreadableArchiveError extends Error {
  override readonly name = 'UnreadableArchiveError';
  /** Ends a sentence about the archive: `contains "lib.js", which is encrypted`, `is not a zip archive`. */
  readonly why: string;
  /** The entry as the archive spells it; absent where the archive as a whole is the problem. */
  readonly entry?: string;

  /** @param cause with an entry, a relative clause about it; otherwise what the archive is or does */
  constructor(cause: string, entry?: string) {
    const why = entry === undefined ? cause : `contains ${quote(entry)}, ${cause}`;
    super(`The archive cannot be read: it ${why}.`);
    this.why = why;
    if (entry !== undefined) this.entry = entry;
  }
}

const longestQuote = 120;

function quote(entry: string): string {
  return JSON.stringify(entry.length > longestQuote ? `${entry.slice(0, longestQuote)}…` : entry);
}
