/** Texts that an extension wrote, as much of them as is kept. */

/** A copy: what V8 cuts from a long text keeps all of that in memory. */
export function cutText(text: string, most: number): string {
  return Buffer.from(text.slice(0, most), 'utf16le').toString('utf16le');
}

/** The first that is not empty, cut. */
export function firstLineOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return cutText(/\S[^\n]{0,299}/.exec(text)?.[0] ?? '', 300).trimEnd();
}
