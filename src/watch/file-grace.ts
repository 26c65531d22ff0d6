/**
 * Waits for files that the last upload had, that are gone, and that the remaining code still names. A build that fails may
 * remove its output until the mistake is fixed (esbuild's watch mode does). The wait is limited, as somebody may have
 * removed the file on purpose.
 */

import { readFileSync } from 'node:fs';
import { fileName } from '../core/digest.js';
import type { DesiredExtension, Finding, KeptFile } from '../core/model.js';
import { isSystemError } from '../core/system-error.js';
import type { PlannedRun } from '../pipeline/planned.js';
import { byTheClock, type Rest } from './delete-grace.js';

export interface FileGrace {
  /**
   * Why this content waits, for people; `undefined` if it may be uploaded now. If another file goes, the wait starts
   * again.
   */
  readonly review: (extension: DesiredExtension) => string | undefined;
  /** To be called when the tenant has this content. */
  readonly settled: (extension: DesiredExtension) => void;
  readonly close: () => void;
}

interface FileGraceOptions {
  /** Default: by the clock. */
  readonly rest?: Rest | undefined;
  /** Called when the wait is over: look at this name again. */
  readonly onOver: (name: string) => void;
}

/** Long enough for most mistakes to be fixed; a file that was removed on purpose, but is still named, is late by it. */
const waitMs = 120_000;

interface Wait {
  readonly files: ReadonlySet<string>;
  readonly ending: AbortController;
  isOver: boolean;
}

export function createFileGrace({ rest = byTheClock, onOver }: FileGraceOptions): FileGrace {
  const settled = new Map<string, readonly string[]>();
  const waits = new Map<string, Wait>();

  function end(name: string): void {
    waits.get(name)?.ending.abort();
    waits.delete(name);
  }

  function begin(name: string, files: ReadonlySet<string>): Wait {
    end(name);
    const begun: Wait = { files, ending: new AbortController(), isOver: false };
    waits.set(name, begun);
    rest(waitMs, begun.ending.signal).then(
      () => {
        begun.isOver = true;
        onOver(name);
      },
      () => undefined,
    );
    return begun;
  }

  /** Each file starts one wait, however often it comes and goes while another is gone: so every wait ends. */
  function waitFor(name: string, gone: readonly string[]): Wait {
    const current = waits.get(name);
    const known = current?.files ?? new Set<string>();
    return current !== undefined && gone.every((path) => known.has(path))
      ? current
      : begin(name, new Set([...known, ...gone]));
  }

  return {
    review: (extension) => {
      const { name } = extension;
      const gone = findGone(settled.get(name) ?? [], extension);
      const named = findNamed(gone, extension);
      const [first] = named;
      if (first === undefined) {
        end(name);
        return undefined;
      }
      const { isOver } = waitFor(name, [...named.keys()]);
      if (isOver) return undefined;
      const [path, by] = first;
      return `${path} is gone, and ${by} names it: a build may have failed. It is uploaded without it in ${waitMs / 1000} s unless it comes back; qlik-sync apply ${name} does so at once`;
    },
    settled: ({ name, files }) => {
      end(name);
      settled.set(
        name,
        files.map(({ path }) => path),
      );
    },
    close: () => {
      for (const name of [...waits.keys()]) end(name);
    },
  };
}

/** Leaves out the uploads that have to wait. */
export function holdLosses(
  grace: FileGrace,
  planned: PlannedRun,
): { readonly planned: PlannedRun; readonly waiting: readonly Finding[] } {
  const { plan, desired } = planned;
  const byName = new Map(desired.extensions.map((extension) => [extension.name, extension]));
  const waiting: Finding[] = [];
  for (const { name, action, state } of plan.changes) {
    const extension = byName.get(name);
    if (extension === undefined) continue;
    if (state === 'in-sync') grace.settled(extension);
    const why = action === 'update' || action === 'replace' ? grace.review(extension) : undefined;
    if (why !== undefined) waiting.push({ rule: 'kept', severity: 'info', extension: name, message: why });
  }
  if (waiting.length === 0) return { planned, waiting };
  const changes = plan.changes.filter(({ name }) => !waiting.some(({ extension }) => extension === name));
  return { planned: { ...planned, plan: { ...plan, changes } }, waiting };
}

/** A file that `ignore` leaves out from now on is not gone. */
function findGone(before: readonly string[], { files, leftOut }: DesiredExtension): readonly string[] {
  const there = new Set([...files, ...leftOut].map(({ path }) => path));
  return before.filter((path) => !there.has(path));
}

const code = /\.(?:[cm]?js|html?|css|json|qext)$/i;

/** Those of them that any code names, anywhere in a file, with that file; a name that is found is not searched for again. */
function findNamed(
  gone: readonly string[],
  { folder, files }: DesiredExtension,
): ReadonlyMap<string, string> {
  const named = new Map<string, string>();
  if (gone.length === 0) return named;
  for (const file of files.filter(({ path }) => code.test(path))) {
    const content = contentOf(folder, file);
    for (const path of gone)
      if (!named.has(path) && content.includes(fileName(path))) named.set(path, file.path);
  }
  return named;
}

/** Empty for a file that has gone since it was listed, which wakes the reader again. */
function contentOf(folder: string, { diskPath }: KeptFile): Buffer {
  try {
    return readFileSync(`${folder}/${diskPath}`);
  } catch (error) {
    if (!isSystemError(error)) throw error;
    return Buffer.alloc(0);
  }
}
