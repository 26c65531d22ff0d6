/** Reads journals back without trusting them: torn lines and files that are not journals are left out. */

import type { TenantIdentity } from '../../core/model.js';
import type { Run, RunLine, RunStep, StepAfter } from '../run-record.js';
import { listRunFiles, type RunFileName, type RunFileText, readRunFile, readRunFiles } from './run-files.js';
import { idTime, isRunId } from './run-id.js';
import { parseRunLine } from './run-lines.js';

interface RunsQuery {
  /** Absolute: the folder of the config. */
  readonly root: string;
  /** Absent: all tenants. */
  readonly tenant?: TenantIdentity | undefined;
  /** Absent: all projects. */
  readonly project?: string | undefined;
  /** Called with the absolute path of each file that is not a journal. */
  readonly onSkipped?: (file: string) => void;
}

/** Newest first. Empty if there is nothing readable. */
export async function readRuns(query: RunsQuery): Promise<readonly Run[]> {
  const { root, tenant, onSkipped } = query;
  const found: Run[] = [];
  for await (const files of readOldestFirst(root, tenant)) {
    for (const { path, run } of files.map(parseFile)) {
      if (run === undefined) onSkipped?.(path);
      else if (isAskedFor(run, query)) found.push(run);
    }
  }
  return found.sort(byNewest);
}

/** The newest run, reading no more files than necessary. */
export async function readLastRun(query: RunsQuery): Promise<Run | undefined> {
  const names = await listRunFiles(query.root, query.tenant);
  const found: Run[] = [];
  for (const name of names.filter(({ id }) => isRunId(id)).sort(byLatestId)) {
    const [newest] = found;
    if (newest !== undefined && idTime(name.id) < idTime(newest.start.id)) break;
    const { run } = parseFile(await readRunFile(name));
    if (run !== undefined && isAskedFor(run, query)) found.push(run);
  }
  return found.sort(byNewest)[0];
}

function byLatestId(a: RunFileName, b: RunFileName): number {
  return a.id < b.id ? 1 : -1;
}

function isAskedFor({ start }: Run, { tenant, project }: RunsQuery): boolean {
  return (
    (tenant === undefined || start.tenant === tenant) && (project === undefined || start.project === project)
  );
}

export interface RunFile extends RunFileText {
  /** Absent for a file that is not a journal. */
  readonly run?: Run;
}

/** A few at a time; those of the same second come together, in no order. */
export async function* readOldestFirst(
  root: string,
  tenant: TenantIdentity | undefined,
): AsyncGenerator<readonly RunFileText[]> {
  const names = [...(await listRunFiles(root, tenant))].sort((a, b) => byLatestId(b, a));
  yield* readRunFiles(names, (name, before) => idTime(name.id) === idTime(before.id));
}

export function parseFile(file: RunFileText): RunFile {
  const run = file.text === undefined ? undefined : parseRun(file.text);
  return run?.start.id === file.id ? { ...file, run } : file;
}

/** `undefined` if the first line does not begin a run. */
export function parseRun(text: string): Run | undefined {
  const lines = text.split('\n');
  const parsed = lines.map(parseRunLine);
  const [start, ...rest] = parsed.filter((line) => line !== undefined);
  if (start?.kind !== 'run') return undefined;
  const end = rest.find((line) => line.kind === 'end');
  // A run that dies tears its last line, which then has no line ending.
  const isUnread = lines
    .slice(0, -1)
    .some((line, index) => line.trim() !== '' && parsed[index] === undefined);
  return {
    start,
    steps: joinSteps(rest),
    ...(end !== undefined && { end }),
    ...((isUnread || lacksSteps(rest)) && { damaged: true }),
  };
}

/** Steps are counted from 1, and each one's first line comes before its second. */
function lacksSteps(lines: readonly RunLine[]): boolean {
  const begun = lines.filter((line) => line.kind === 'before').length;
  return lines.some((line) => 'step' in line && line.step > begun);
}

/** The last result of a step counts: a write that timed out is checked once more at the end of the run. */
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

/** Ids never go back with the clock, but have whole seconds only; within a second the start time decides. */
export function byNewest({ start: a }: Run, { start: b }: Run): number {
  const [secondA, secondB] = [idTime(a.id), idTime(b.id)];
  if (secondA !== secondB) return secondA < secondB ? 1 : -1;
  return Date.parse(b.startedAt) - Date.parse(a.startedAt) || (a.id < b.id ? 1 : -1);
}
