/** The differences between an extension's two sides, file by file, and field by field in the manifest. Data only. */

export interface ExtensionComparison {
  readonly name: string;
  /** Sorted by the UTF-8 bytes of `path`. */
  readonly files: readonly FileChange[];
  /** The `.qext`, field by field; sorted by `field`. */
  readonly manifest: readonly FieldChange[];
  /** Why the tenant's side could not be read; `files` is empty then. */
  readonly unavailable?: string;
}

export interface FileSide {
  readonly bytes: number;
  /** 64 lower-case hex digits. */
  readonly sha256: string;
}

export interface FileChange {
  readonly path: string;
  readonly kind: 'added' | 'changed' | 'removed';
  /** The tenant's side. */
  readonly before?: FileSide;
  /** The folder's side. */
  readonly after?: FileSide;
  /** A unified diff without file headers, where both sides are text that people write. */
  readonly patch?: string;
  /** Why there is none; minified and binary files are shown as sizes and digests. */
  readonly noPatch?: 'binary' | 'minified' | 'large' | 'line-endings';
}

export interface FieldChange {
  /** Dotted path such as `dependencies.qlik-sense`. */
  readonly field: string;
  /** JSON text; absent where that side does not have the field. */
  readonly before?: string;
  readonly after?: string;
}
