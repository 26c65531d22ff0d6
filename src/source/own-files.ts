/**
 * The files that this run itself reads or writes: its config, its reports, a file that a shell directs stdout to. They are
 * known by what they are on the disk, so that no name, link or spelling makes one of them look like content.
 */

import { fstatSync, realpathSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { withSlashes } from './display.js';
import type { IgnoreRules, Verdict } from './ignore-rules.js';

export interface NamedFiles {
  /** Absolute; they need not exist. */
  readonly paths: readonly string[];
  /** Open descriptors of the process. */
  readonly streams: Partial<Readonly<Record<Stream, number>>>;
}

export type Stream = 'stdout' | 'stderr';

export interface OwnFiles {
  /** @param path absolute. @param ino its inode, as `Stats` has it. */
  readonly roleOf: (path: string, ino: number) => 'file' | Stream | undefined;
}

export const noOwnFiles: OwnFiles = { roleOf: () => undefined };

export function identifyOwnFiles({ paths, streams }: NamedFiles): OwnFiles {
  const named = new Set(paths.flatMap((path) => [withSlashes(path), withSlashes(realPathOf(path))]));
  const identities: readonly Identity[] = [
    ...paths.flatMap((path) => identify('file', () => statSync(path, { bigint: true }))),
    ...streamsOf(streams).flatMap(([stream, descriptor]) =>
      identify(stream, () => fstatSync(descriptor, { bigint: true })),
    ),
  ];
  return {
    roleOf: (path, ino) => {
      if (named.has(withSlashes(path))) return 'file';
      if (!identities.some((identity) => identity.ino === ino)) return undefined;
      const [exact] = identify('file', () => statSync(path, { bigint: true }));
      return identities.find(({ id }) => id === exact?.id)?.role;
    },
  };
}

/** With those that are named left out, whether they are there already or an archive would bring them. */
export function leaveOutOwn(rules: IgnoreRules, folder: string, own: OwnFiles): IgnoreRules {
  const judge = (path: string): Verdict =>
    own.roleOf(join(folder, path), Number.NaN) === undefined ? rules(path) : 'ignored';
  return Object.assign(judge, rules.patternFor && { patternFor: rules.patternFor });
}

interface Identity {
  readonly role: 'file' | Stream;
  /** Rounded, as `Stats` has it: on Windows two files may share it. */
  readonly ino: number;
  readonly id: string;
}

interface ExactStats {
  readonly dev: bigint;
  readonly ino: bigint;
  readonly isFile: () => boolean;
}

/** None for what does not exist, and for a terminal, a pipe or a device. */
function identify(role: Identity['role'], look: () => ExactStats): readonly Identity[] {
  try {
    const stats = look();
    return stats.isFile() ? [{ role, ino: Number(stats.ino), id: `${stats.dev}:${stats.ino}` }] : [];
  } catch {
    return [];
  }
}

function streamsOf(streams: NamedFiles['streams']): readonly (readonly [Stream, number])[] {
  return (['stdout', 'stderr'] as const).flatMap((stream) => {
    const descriptor = streams[stream];
    return descriptor === undefined ? [] : [[stream, descriptor] as const];
  });
}

function realPathOf(path: string): string {
  try {
    return realpathSync.native(path);
  } catch {
    return path;
  }
}
