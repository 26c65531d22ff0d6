/** One file of an extension's folder that Qlik gets. */

export interface KeptEntry {
  /** Relative to the folder, with `/`, in Unicode NFC. */
  readonly path: string;
  /** As the disk spells it. */
  readonly diskPath: string;
  /** `link`: leads to a file within the folder, whose content counts. */
  readonly kind: 'file' | 'link';
}
