/**
 * The files that this run itself reads or writes: its config, its reports, a file that a shell directs stdout to. They are
 * recognized by their identity on the disk, so that no name, link or spelling makes one of them look like content.
 */

import { fstatSync, realpathSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { suffixOf } from '../core/digest.js';
import { withSlashes } from './display.js';
import { type Identity, identify, type OwnRole, type Streams } from './file-identity.js';
import type { IgnoreRules, Verdict } from './ignore-rules.js';
import { createPipelineLook, type PipelineLook } from './pipeline-files.js';

export interface NamedFiles {
  /** Absolute; they need not exist. */
  readonly paths: readonly string[];
  readonly streams: Streams;
}

export interface OwnFiles {
  /** @param path absolute. @param state absent if the file need not exist. */
  readonly roleOf: (path: string, state?: FileState) => OwnRole | undefined;
}

/** As `Stats` has it. */
interface FileState {
  readonly ino: number;
  readonly size: number;
  readonly mtimeMs: number;
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
  const roleInPipeline = followPipes(createPipelineLook(streams));
  return {
    roleOf: (path, state) => {
      if (named.has(withSlashes(path))) return 'file';
      if (state === undefined) return undefined;
      const found = findRole(identities, path, state.ino);
      return found ?? roleInPipeline?.(path, state);
    },
  };
}

function findRole(identities: readonly Identity[], path: string, ino: number): OwnRole | undefined {
  if (!identities.some((identity) => identity.ino === ino)) return undefined;
  const [exact] = identify('file', () => statSync(path, { bigint: true }));
  return identities.find(({ id }) => id === exact?.id)?.role;
}

/** A file that a page loads counts as output only while it is still empty. */
const loadedSuffixes: ReadonlySet<string> = new Set(
  'js mjs cjs css html htm json map qext svg png jpg jpeg gif webp ico woff woff2 ttf eot otf md'.split(' '),
);

/** How many milliseconds before this process the others of its pipeline may have begun. */
const leadMs = 2_000;

/**
 * The files that the programs behind our pipes write: the log of `qlik-sync apply | tee apply.log`. A file that was
 * recognized as one stays one, as it grows while `watch` runs.
 */
function followPipes(
  look: PipelineLook | undefined,
): ((path: string, state: FileState) => OwnRole | undefined) | undefined {
  if (look === undefined) return undefined;
  const known = new Map<string, OwnRole>();
  return (path, { ino, size, mtimeMs }) => {
    const isEmptyAndNew = size === 0 && mtimeMs >= processBegan() - leadMs;
    const isLoaded = loadedSuffixes.has(suffixOf(path));
    const before = known.get(`${path}\0${ino}`);
    if (before !== undefined || (isLoaded && !isEmptyAndNew)) return before;
    const found = look();
    // If the system cannot tell, an empty file that appeared with this process, and that no page loads, is the log.
    const guess = isEmptyAndNew && !isLoaded ? 'stdout' : undefined;
    const role = found === 'unknown' ? guess : findRole(found, path, ino);
    if (role !== undefined) known.set(`${path}\0${ino}`, role);
    return role;
  };
}

function processBegan(): number {
  return Date.now() - performance.now();
}

/** Also leaves out those that are named, whether they exist already or an archive would bring them. */
export function leaveOutOwn(rules: IgnoreRules, folder: string, own: OwnFiles): IgnoreRules {
  const judge = (path: string): Verdict =>
    own.roleOf(join(folder, path)) === undefined ? rules(path) : 'ignored';
  return Object.assign(judge, rules.patternFor && { patternFor: rules.patternFor });
}

function streamsOf(streams: Streams): readonly (readonly ['stdout' | 'stderr', number])[] {
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
