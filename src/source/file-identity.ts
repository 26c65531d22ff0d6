/** A file as the disk knows it, whatever its name. */

import type { BigIntStats } from 'node:fs';

/** Open descriptors of the process. */
export type Streams = Partial<Readonly<Record<'stdout' | 'stderr', number>>>;

/** `piped`: another program writes it from the output of this run. */
export type OwnRole = 'file' | 'stdout' | 'stderr' | 'piped';

export interface Identity {
  readonly role: OwnRole;
  /** Rounded, as `Stats` has it: on Windows two files may share it. */
  readonly ino: number;
  readonly id: string;
}

/** None for what does not exist, and for a terminal, a pipe or a device. */
export function identify(role: Identity['role'], look: () => BigIntStats): readonly Identity[] {
  try {
    const stats = look();
    return stats.isFile() ? [{ role, ino: Number(stats.ino), id: `${stats.dev}:${stats.ino}` }] : [];
  } catch {
    return [];
  }
}
