/** Why a folder would still differ from the tenant's archive after a `pull`; computed only where an adoption finds a difference. */
export type PullObstacle =
  /** Files of the archive that the folder leaves out by default, and the lines of "ignore" that would keep them. */
  | { readonly kind: 'left-out'; readonly paths: readonly string[]; readonly lines: readonly string[] }
  /** `why` is a clause about the archive: `contains "a?.txt", which …`. */
  | { readonly kind: 'refused'; readonly why: string };
