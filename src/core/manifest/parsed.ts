/** The result of parsing a `.qext` file. */

export interface Manifest {
  /** `name`: what people see; not the identity. */
  readonly displayName: string;
  readonly type: string;
  /** The version exactly as the source spells it (`1.10` stays `1.10`, also where it is a JSON number). */
  readonly version?: string;
  readonly supernova: boolean;
  /** Every field as parsed. */
  readonly fields: Readonly<Record<string, unknown>>;
  /** The source text, decoded, without a byte order mark. */
  readonly text: string;
}

type ManifestProblemCode =
  | 'not-utf8'
  | 'syntax'
  | 'not-an-object'
  | 'missing-name'
  | 'missing-type'
  | 'wrong-type'
  | 'respelled-version'
  | 'duplicate-key'
  | 'not-built';

/** What the tenant shows as its version: for a number, not the source's spelling. */
export function shownVersion({ fields, version }: Manifest): string | undefined {
  const given = fields['version'];
  return typeof given === 'number' ? String(given) : version;
}

/** One thing wrong with a manifest, at a place a person can open. */
export interface ManifestProblem {
  readonly code: ManifestProblemCode;
  readonly severity: 'error' | 'warning';
  readonly message: string;
  readonly hint?: string;
  /** 1-based. */
  readonly line: number;
  /** 1-based, in UTF-16 code units. */
  readonly column: number;
}

export interface ParsedManifest {
  /** Present where at least `name` and `type` can be read, whatever else is wrong. */
  readonly manifest?: Manifest;
  readonly problems: readonly ManifestProblem[];
}
