/** A config folder of its own for one test, and journals to put into it. */

import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { RunOptions } from '../../src/reconcile/journal/journal.js';
import type { RunLine, RunStart, StepAfter, StepBefore } from '../../src/reconcile/run-record.js';

export const tenant = 'https://acme.eu.qlikcloud.com';
export const tenantFolder = 'acme.eu.qlikcloud.com';

export interface Place {
  readonly root: string;
  readonly path: (below: string) => string;
  readonly write: (below: string, content: string | Buffer) => void;
  /** Names below a folder, sorted; empty where there is none. */
  readonly list: (below: string) => readonly string[];
  /** Permission bits. */
  readonly mode: (below: string) => number;
  readonly remove: () => void;
}

export function createPlace(): Place {
  const root = mkdtempSync(join(tmpdir(), 'qlik-sync-reconcile-'));
  const path = (below: string): string => join(root, '.qlik-sync', below);
  return {
    root,
    path,
    write: (below, content) => {
      mkdirSync(dirname(path(below)), { recursive: true });
      writeFileSync(path(below), content);
    },
    list: (below) => {
      try {
        return readdirSync(path(below)).sort();
      } catch {
        return [];
      }
    },
    mode: (below) => statSync(path(below)).mode & 0o777,
    remove: () => rmSync(root, { recursive: true, force: true }),
  };
}

export function runOptions(root: string, more: Partial<RunOptions> = {}): RunOptions {
  return {
    root,
    command: 'apply',
    tool: 'qlik-sync/0.0.0-test',
    project: 'acme',
    tenant,
    who: { user: 'ana', host: 'build-7', pid: 4711 },
    source: {},
    ...more,
  };
}

export const noCounts = { created: 0, updated: 0, replaced: 0, deleted: 0, failed: 0, notAttempted: 0 };

/** The first line of a run that began so many minutes after a fixed time. */
export function start(minute: number, more: Partial<RunStart> = {}): RunStart {
  const startedAt = new Date(Date.UTC(2026, 10, 1, 0, minute)).toISOString();
  const id = `${startedAt.replace(/[-:]|\.\d+/g, '')}-0000`;
  const { root: _, ...options } = runOptions('');
  return { kind: 'run', version: 1, id, startedAt, ...options, ...more };
}

export function requested(step: number, name: string, more: Partial<StepBefore> = {}): StepBefore {
  const at = '2026-11-01T00:00:01.000Z';
  return { kind: 'before', at, step, name, action: 'update', request: 'patch', ...more };
}

export function answered(
  step: number,
  result: StepAfter['result'] = 'done',
  more: Partial<StepAfter> = {},
): StepAfter {
  return { kind: 'after', at: '2026-11-01T00:00:02.000Z', step, result, ...more };
}

export function journalText(lines: readonly RunLine[]): string {
  return lines.map((line) => `${JSON.stringify(line)}\n`).join('');
}

/** Puts a journal where runs are read. */
export function putRun(place: Place, [first, ...rest]: readonly [RunStart, ...RunLine[]]): void {
  place.write(`runs/${tenantFolder}/${first.id}.jsonl`, journalText([first, ...rest]));
}
