/** What one file's bytes say about it; computed once when it is read, kept in the stat index. */

/** An address on another host that the code would load something from. */
export interface OriginUse {
  /** Scheme and host, e.g. `https://cdn.example.com`. */
  readonly origin: string;
  readonly line: number;
  readonly column: number;
}

/** Empty for the ordinary file. */
export interface ContentFacts {
  /** libmagic's name of the content type, only where it is among those that may make an upload fail. */
  readonly riskyType?: string;
  readonly origins?: readonly OriginUse[];
}

export function inspectContent(_path: string, _content: Buffer): ContentFacts {
  throw new Error('helper rules writes this');
}
