/**
 * Notices a loop: something writes a file in an extension's folder whenever that extension is synced, which syncs it
 * again. It looks like many syncs in a row for the same single file, each right after the sync before.
 */

import type { DesiredExtension, KeptFile } from '../core/model.js';
import { findUnreferenced } from '../core/modules/tooling.js';

export interface Brake {
  /**
   * The file for which an upload would only go round once more; `undefined` for any other upload. Once held, it stays
   * held until another file changes, or the file is gone or left out.
   *
   * @param changedAt when the change was noticed, by the clock of the brake
   */
  readonly holds: (extension: DesiredExtension, changedAt: number) => string | undefined;
  /** To be called when the upload is done. */
  readonly synced: (extension: DesiredExtension) => void;
}

interface Round {
  readonly files: ReadonlyMap<string, string>;
  readonly syncedAt: number;
  /** The single file that was written after the sync before, and for how many syncs in a row. */
  readonly path?: string;
  readonly count: number;
}

interface Limit {
  /** Syncs in a row for one file. */
  readonly count: number;
  /** How soon after the sync before, in milliseconds. */
  readonly withinMs: number;
}

/** A log, a stamp, a status: nothing that the extension loads. */
const forOthers: Limit = { count: 5, withinMs: 2_000 };

/** Some editors save a second after the last key, so a person can look like a loop of one second. */
const forCode: Limit = { count: 20, withinMs: 300 };

/** @param now milliseconds */
export function createBrake(now: () => number = () => performance.now()): Brake {
  const rounds = new Map<string, Round>();
  const next = new Map<string, Pick<Round, 'path' | 'count'>>();
  return {
    holds: (extension, changedAt) => {
      const { name } = extension;
      const last = rounds.get(name);
      const path = last && findOnlyWritten(last.files, extension.files);
      next.set(name, { count: 0 });
      if (last === undefined || path === undefined) return undefined;
      const before = last.path === path ? last.count : 0;
      const limit = isCode(extension, path) ? forCode : forOthers;
      if (before >= limit.count) return path;
      if (changedAt - last.syncedAt <= limit.withinMs) next.set(name, { path, count: before + 1 });
      return undefined;
    },
    synced: (extension) => {
      const { name, files } = extension;
      rounds.set(name, {
        files: new Map(files.map((file) => [file.path, file.sha256])),
        syncedAt: now(),
        ...(next.get(name) ?? { count: 0 }),
      });
    },
  };
}

/** The only file that is new or different, if nothing else is, and nothing is gone. */
function findOnlyWritten(
  before: ReadonlyMap<string, string>,
  files: readonly KeptFile[],
): string | undefined {
  const written = files.filter(({ path, sha256 }) => before.get(path) !== sha256);
  const [only, ...others] = written;
  const stayed = files.filter(({ path }) => before.has(path)).length;
  return others.length === 0 && stayed === before.size ? only?.path : undefined;
}

const codeName = /\.(?:[cm]?[jt]sx?|css|less|s[ac]ss|html?|svg|qext)$/i;

/** What a person edits, or the extension loads. */
function isCode(extension: DesiredExtension, path: string): boolean {
  return codeName.test(path) || !findUnreferenced(extension).includes(path);
}
