/** The `.qext` file. */

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
