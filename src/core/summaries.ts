/** Both sides of a change as a plan, a journal and a drift report keep them. */

/** What the tenant should hold afterwards. */
export interface DesiredSummary {
  readonly digest: string;
  readonly version?: string;
  readonly files: number;
  readonly bytes: number;
}

/** What the tenant holds now; also the precondition of a write. */
export interface ActualSummary {
  readonly id: string;
  readonly digest?: string;
  readonly md5?: string;
  readonly version?: string;
  readonly revision?: string;
  readonly updatedAt?: string;
  readonly userId?: string;
  /** `file.originalname`. */
  readonly archiveName?: string;
  readonly tags?: readonly string[];
}
