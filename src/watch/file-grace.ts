/**
 * Files that the last upload had, that are gone, and that the code left behind still names. A build that fails may remove
 * its output until the mistake is mended (esbuild's watch mode does): such a file is waited for, but not for ever, as
 * somebody may have meant to remove it.
 */

import { readFileSync } from 'node:fs';
import { fileName } from '../core/digest.js';
import type { DesiredExtension, Finding, KeptFile } from '../core/model.js';
import { isSystemError } from '../core/system-error.js';
import type { PlannedRun } from '../pipeline/planned.js';
import { byTheClock, type Rest } from './delete-grace.js';

export interface FileGrace {
  /** Why this content waits, for people; `undefined` where it may be uploaded now. Other files that are gone begin another wait. */
  readonly review: (extension: DesiredExtension) => string | undefined;
  /** The tenant has this content. */
  readonly settled: (extension: DesiredExtension) => void;
  readonly close: () => void;
}

interface FileGraceOptions {
  /** Default: by the clock. */
  readonly rest?: Rest | undefined;
  /** The wait is over: look at this name again. */
  readonly onOver: (name: string) => void;
}

/** A mistake is often mended within it; what was removed on purpose, with its name left in the code, is late by it. */
const waitMs = 120_000;

interface Wait {
  readonly gone: string;
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

  function begin(name: string, gone: string): Wait {
    end(name);
    const begun: Wait = { gone, ending: new AbortController(), isOver: false };
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

  return {
    review: (extension) => {
      const { name } = extension;
      const gone = findGone(settled.get(name) ?? [], extension);
      const named = gone.length === 0 ? undefined : findNamed(gone, extension);
      if (named === undefined) {
        end(name);
        return undefined;
      }
      const key = JSON.stringify(gone);
      const current = waits.get(name);
      if ((current?.gone === key ? current : begin(name, key)).isOver) return undefined;
      return `${named.path} is gone, and ${named.by} names it: a build may have failed. It is uploaded without it in ${waitMs / 1000} s unless it comes back; qlik-sync apply ${name} does so at once`;
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

/** Without the uploads that have to wait. */
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

/** What `ignore` leaves out from now on is not gone. */
function findGone(before: readonly string[], { files, leftOut }: DesiredExtension): readonly string[] {
  const there = new Set([...files, ...leftOut].map(({ path }) => path));
  return before.filter((path) => !there.has(path));
}

const code = /\.(?:[cm]?js|html?|css|json|qext)$/i;

/** The first of them that some code names, wherever in it: only a name that is left is looked for. */
function findNamed(
  gone: readonly string[],
  { folder, files }: DesiredExtension,
): { readonly path: string; readonly by: string } | undefined {
  for (const file of files.filter(({ path }) => code.test(path))) {
    const content = contentOf(folder, file);
    const path = gone.find((each) => content.includes(fileName(each)));
    if (path !== undefined) return { path, by: file.path };
  }
  return undefined;
}

/** Empty for one that is gone since it was listed, which wakes the reader again. */
function contentOf(folder: string, { diskPath }: KeptFile): Buffer {
  try {
    return readFileSync(`${folder}/${diskPath}`);
  } catch (error) {
    if (!isSystemError(error)) throw error;
    return Buffer.alloc(0);
  }
}
