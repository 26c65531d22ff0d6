/** Reads journals back. Nothing here trusts them: what is torn or no journal is left out. */

import { lstat, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isOwnPlace, ownPlace, tenantKey } from './own-place.js';
import { idTime } from './run-id.js';
import { parseRunLine } from './run-lines.js';
import type { Run, RunLine, RunStep, StepAfter } from './run-record.js';

export interface RunsQuery {
  /** Absolute: the folder of the config. */
  readonly root: string;
  /** The tenant's origin, or `sandbox`; all tenants where absent. */
  readonly tenant?: string | undefined;
  /** All projects where absent. */
  readonly project?: string | undefined;
  /** Told of every file that is no journal, by its absolute path. */
  readonly onSkipped?: (file: string) => void;
}

/** Newest first. Empty where there is nothing, or nothing that can be read. */
export async function readRuns(query: RunsQuery): Promise<readonly Run[]> {
  const { tenant, project } = query;
  const read = (await readRunFiles(query)).flatMap(({ run }) => (run === undefined ? [] : [run]));
  return read
    .filter(({ start }) => tenant === undefined || start.tenant === tenant)
    .filter(({ start }) => project === undefined || start.project === project)
    .sort(byNewest);
}

export interface RunFile {
  /** Absolute. */
  readonly path: string;
  readonly changedAt: Date;
  /** Absent where it could not be read. */
  readonly text?: string;
  /** Absent for a file that is no journal. */
  readonly run?: Run;
}

/** Every journal of a tenant's folder, or of all; in no order. */
export async function readRunFiles({ root, tenant, onSkipped }: RunsQuery): Promise<readonly RunFile[]> {
  const folders = tenant === undefined ? await listTenants(root) : [tenantKey(tenant)];
  const places = folders.map((folder) => ownPlace(root, 'runs', folder));
  const own = places.filter((place) => isOwnPlace(root, place));
  const files = await Promise.all(own.map(readFolder));
  const all = files.flat();
  for (const { path, run } of all) if (run === undefined) onSkipped?.(path);
  return all;
}

async function listTenants(root: string): Promise<readonly string[]> {
  const entries = await readdir(ownPlace(root, 'runs'), { withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
}

const suffix = '.jsonl';
/** A journal of 10,000 changes is about 10 MB. */
const largestBytes = 256 * 1024 * 1024;

async function readFolder(folder: string): Promise<readonly RunFile[]> {
  const names = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith(suffix));
  return Promise.all(names.map((name) => readRunFile(folder, name)));
}

async function readRunFile(folder: string, name: string): Promise<RunFile> {
  const path = join(folder, name);
  const file = await readText(path);
  const run = file.text === undefined ? undefined : parseRun(file.text);
  const isNamedAfterIt = run?.start.id === name.slice(0, -suffix.length);
  return { path, ...file, ...(run !== undefined && isNamedAfterIt && { run }) };
}

/** What is no file holds no text; what is too large, or somebody else's, may hold any. */
async function readText(path: string): Promise<Pick<RunFile, 'text' | 'changedAt'>> {
  try {
    const stats = await lstat(path);
    if (!stats.isFile()) return { text: '', changedAt: stats.mtime };
    if (stats.size > largestBytes) return { changedAt: stats.mtime };
    return { text: await readFile(path, 'utf8'), changedAt: stats.mtime };
  } catch {
    return { changedAt: new Date() };
  }
}

/** `undefined` where the first line does not begin a run. */
export function parseRun(text: string): Run | undefined {
  const lines = text.split('\n').flatMap((line): readonly RunLine[] => {
    const parsed = parseRunLine(line);
    return parsed === undefined ? [] : [parsed];
  });
  const [start, ...rest] = lines;
  if (start?.kind !== 'run') return undefined;
  const end = rest.find((line) => line.kind === 'end');
  return { start, steps: joinSteps(rest), ...(end !== undefined && { end }) };
}

/** The last word on a step counts: a write that timed out is looked at once more when the run ends. */
function joinSteps(lines: readonly RunLine[]): readonly RunStep[] {
  const after = new Map<number, StepAfter>();
  for (const line of lines) if (line.kind === 'after') after.set(line.step, line);
  return lines
    .filter((line) => line.kind === 'before')
    .map((before) => {
      const answer = after.get(before.step);
      return { before, ...(answer !== undefined && { after: answer }) };
    });
}

/** Ids never go back with the clock, but tell seconds only; runs of one second are told apart by when they started. */
export function byNewest({ start: a }: Run, { start: b }: Run): number {
  const [secondA, secondB] = [idTime(a.id), idTime(b.id)];
  if (secondA !== secondB) return secondA < secondB ? 1 : -1;
  return Date.parse(b.startedAt) - Date.parse(a.startedAt) || (a.id < b.id ? 1 : -1);
}
