/**
 * What one run over a fleet has done so far: `fleets/<project>/<id>/` below `.qlik-sync`, and in the store where there is
 * one. Small objects whose names say what they hold, so that a put may be repeated, two machines never replace each
 * other's, and one list tells all. Only `start.json` has content. Needed to go on, never to decide what a tenant holds.
 */

import type { ExitCode } from '../core/exit-codes.js';
import type { MostFailed } from '../core/fleet.js';
import { isObject, tryParseJson } from '../core/json.js';
import type { Waves } from '../core/waves.js';
import { openFileStore } from '../store/file.js';
import type { Store, StoredObject } from '../store/store.js';
import { type Forgetting, forgetRecords } from './forget-records.js';
import { isRunId, nextRunId } from './journal/run-id.js';
import { makeOwnPlace, ownPlace, unwritable } from './own-place.js';

/** What a run over a fleet is: it stays the same however often the run is resumed. */
export interface FleetStart {
  readonly version: 1;
  /** As that of a run. */
  readonly id: string;
  readonly command: 'apply' | 'promote';
  /** RFC 3339. */
  readonly startedAt: string;
  readonly tool: string;
  readonly project: string;
  /** `--waves` as it was given. */
  readonly rules: string;
  readonly waves: Waves;
  /** Digest of what is deployed: of the folders, or of the archives of `from`. */
  readonly content: string;
  /** For people; absent outside of a repository. */
  readonly commit?: string;
  /** The environment that is promoted from. */
  readonly from?: string;
  /** Names and globs of extensions. */
  readonly names: readonly string[];
  readonly soakMs?: number;
  readonly mostFailed?: MostFailed;
  /** Whether a program is asked between the waves. Which one is not taken from here: who writes to the store must not choose programs. */
  readonly gated: boolean;
}

/** How far it got, all machines together. */
interface RecordedProgress {
  /** By environment: how it ended the last time, and the journals of what was written to it. */
  readonly environments: ReadonlyMap<string, EnvironmentProgress>;
  /** Milliseconds since a wave, by index, ended without a failure that stops; by the clock of the store. */
  readonly endedMsAgo: ReadonlyMap<number, number>;
  /** The waves, by index, after which the next may begin. */
  readonly passed: ReadonlySet<number>;
}

interface EnvironmentProgress {
  /** Absent where it was begun and did not end. */
  readonly exitCode?: number;
  /** Ids of journals, oldest first. */
  readonly runs: readonly string[];
}

/** Every method resolves once it is durable. @throws StoreError, UserError */
export interface FleetRecord {
  readonly start: FleetStart;
  readonly before: RecordedProgress;
  /** @param index of the wave */
  begin(index: number): Promise<void>;
  journal(environment: string, run: string): Promise<void>;
  end(environment: string, exitCode: ExitCode): Promise<void>;
  /** What it wrote is undone. */
  undo(environment: string): Promise<void>;
  endWave(index: number): Promise<void>;
  pass(index: number): Promise<void>;
  /** Ends what is under way beside the run. */
  close(): Promise<void>;
}

export interface FleetPlaces {
  /** Absolute: the folder of the config. */
  readonly root: string;
  readonly project: string;
  readonly store: Store | undefined;
}

/** How many are kept of one project. */
const kept = 20;

/** @throws UserError where `.qlik-sync` is not writable, StoreError */
export async function beginFleetRecord(
  places: FleetPlaces,
  now: Date,
  describe: (id: string) => Promise<Omit<FleetStart, 'version' | 'id' | 'startedAt' | 'project'>>,
): Promise<FleetRecord> {
  const stores = await openPlaces(places);
  const objects = await listAll(stores, prefixOf(places));
  const ids = idsOf(objects, places);
  const id = nextRunId(now, ids);
  const { project } = places;
  const start = { version: 1, id, startedAt: now.toISOString(), project, ...(await describe(id)) } as const;
  await putAll(stores, `${prefixOf(places)}${id}/start.json`, JSON.stringify(start));
  const outdated = ids.sort().slice(0, Math.max(0, ids.length + 1 - kept));
  const forgetting = forgetRecords(
    stores,
    objects,
    outdated.map((each) => `${prefixOf(places)}${each}/`),
  );
  return createRecord({ stores, start, before: nothingYet, attempt: 1, forgetting });
}

const nothingYet: RecordedProgress = { environments: new Map(), endedMsAgo: new Map(), passed: new Set() };

/**
 * The record of a run that is resumed; `undefined` where there is none.
 *
 * @param id `last` for the newest of this command
 * @throws UserError, StoreError
 */
export async function findFleetRecord(
  places: FleetPlaces,
  id: string,
  command: FleetStart['command'],
): Promise<FleetRecord | undefined> {
  const stores = await openPlaces(places);
  const objects = await listAll(stores, prefixOf(places));
  const ids = idsOf(objects, places);
  const wanted = id === 'last' ? ids.sort().reverse() : ids.filter((each) => each === id);
  for (const each of wanted) {
    const start = await readStart(stores, `${prefixOf(places)}${each}/start.json`, each);
    if (start === undefined || (id === 'last' && start.command !== command)) continue;
    const own = objects.filter(({ name }) => name.startsWith(`${prefixOf(places)}${each}/`));
    const { progress, attempts } = readProgress(own);
    return createRecord({ stores, start, before: progress, attempt: attempts + 1, forgetting: undefined });
  }
  return undefined;
}

function prefixOf({ project }: Pick<FleetPlaces, 'project'>): string {
  return `fleets/${project === '' ? '_' : project}/`;
}

/** The one on this machine comes first. */
async function openPlaces({ root, store }: FleetPlaces): Promise<readonly Store[]> {
  const folder = ownPlace(root, 'fleets');
  try {
    await makeOwnPlace(root, folder);
  } catch (error) {
    throw unwritable(error, `The record of the fleet in ${folder}`, {
      hint: 'Without it nothing could go on after a crash, so nothing is begun. Make the folder writable, and run again.',
    });
  }
  return [openFileStore(folder, folder), ...(store === undefined ? [] : [store])];
}

async function putAll(stores: readonly Store[], name: string, text: string): Promise<void> {
  await Promise.all(stores.map((store) => store.put(name, Buffer.from(text))));
}

interface Known extends StoredObject {
  /** Milliseconds by its store's clock. */
  readonly age: number;
}

/** Each name once; of two, the younger. */
async function listAll(stores: readonly Store[], prefix: string): Promise<readonly Known[]> {
  const lists = await Promise.all(stores.map((store) => store.list(prefix)));
  const known = new Map<string, Known>();
  for (const { objects, now } of lists) {
    for (const object of objects) {
      const age = Math.max(0, now.getTime() - object.modifiedAt.getTime());
      if (age < (known.get(object.name)?.age ?? Number.POSITIVE_INFINITY))
        known.set(object.name, { ...object, age });
    }
  }
  return [...known.values()];
}

function idsOf(objects: readonly StoredObject[], places: Pick<FleetPlaces, 'project'>): string[] {
  const start = prefixOf(places).length;
  return [...new Set(objects.map(({ name }) => name.slice(start).split('/')[0] ?? ''))].filter(isRunId);
}

async function readStart(
  stores: readonly Store[],
  name: string,
  id: string,
): Promise<FleetStart | undefined> {
  for (const store of stores) {
    const bytes = await store.get(name);
    const start = bytes === undefined ? undefined : tryParseJson(bytes.toString('utf8'));
    if (isStart(start) && start.id === id) return start;
  }
  return undefined;
}

/** Whoever can write to the store may have written anything. */
function isStart(value: unknown): value is FleetStart {
  if (!isObject(value)) return false;
  const { version, command, rules, waves, content, names, soakMs, mostFailed, gated, from } = value;
  const isMost = isObject(mostFailed) && [mostFailed['count'], mostFailed['percent']].some(isNumber);
  return (
    version === 1 &&
    (command === 'apply' || command === 'promote') &&
    [rules, content].every((text) => typeof text === 'string') &&
    Array.isArray(waves) &&
    waves.every(isTexts) &&
    isTexts(names) &&
    (soakMs === undefined || isNumber(soakMs)) &&
    (mostFailed === undefined || isMost) &&
    typeof gated === 'boolean' &&
    (from === undefined || typeof from === 'string')
  );
}

function isTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every((each) => typeof each === 'string');
}

function isNumber(value: unknown): boolean {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0;
}

interface OpenRecord extends Pick<FleetRecord, 'start' | 'before'> {
  readonly stores: readonly Store[];
  /** From 1: how often the run was begun or gone on with. */
  readonly attempt: number;
  readonly forgetting: Forgetting | undefined;
}

function createRecord({ stores, start, before, attempt, forgetting }: OpenRecord): FleetRecord {
  const note = (...parts: readonly (string | number)[]): Promise<void> =>
    putAll(stores, `${prefixOf(start)}${start.id}/${parts.join('~')}`, `${new Date().toISOString()}\n`);
  return {
    start,
    before,
    begin: (index) => note('wave', index, 'begun', attempt),
    endWave: (index) => note('wave', index, 'ended'),
    pass: (index) => note('wave', index, 'passed'),
    journal: (environment, run) => note('env', environment, attempt, 'run', run),
    end: (environment, exitCode) => note('env', environment, attempt, 'end', exitCode),
    undo: (environment) => note('env', environment, attempt, 'undone'),
    close: async () => forgetting?.end(),
  };
}

interface Noted {
  readonly attempt: number;
  readonly what: string;
  readonly detail: string;
}

function readProgress(objects: readonly Known[]): {
  readonly progress: RecordedProgress;
  readonly attempts: number;
} {
  const notes = new Map<string, Noted[]>();
  const [endedMsAgo, passed] = [new Map<number, number>(), new Set<number>()];
  let attempts = 1;
  for (const { name, age } of objects) {
    const [kind, key = '', third = '', what = '', detail = ''] = name
      .slice(name.lastIndexOf('/') + 1)
      .split('~');
    if (kind === 'wave') {
      if (third === 'ended') endedMsAgo.set(Number(key), age);
      if (third === 'passed') passed.add(Number(key));
      attempts = Math.max(attempts, third === 'begun' ? attemptOf(what) : 1);
    } else if (kind === 'env') {
      const attempt = attemptOf(third);
      attempts = Math.max(attempts, attempt);
      notes.set(key, [...(notes.get(key) ?? []), { attempt, what, detail }]);
    }
  }
  const environments = new Map([...notes].map(([name, own]) => [name, standingOf(own)]));
  return { progress: { environments, endedMsAgo, passed }, attempts };
}

function attemptOf(text: string): number {
  return /^\d{1,6}$/.test(text) ? Number(text) : 1;
}

/** What was undone counts as never done. Of two machines that went on at once, the one that succeeded counts. */
function standingOf(notes: readonly Noted[]): EnvironmentProgress {
  const undone = Math.max(0, ...notes.flatMap(({ what, attempt }) => (what === 'undone' ? [attempt] : [])));
  const standing = notes.filter(({ attempt }) => attempt > undone);
  const runs = standing.flatMap(({ what, detail }) => (what === 'run' && isRunId(detail) ? [detail] : []));
  const ends = standing.filter(({ what, detail }) => what === 'end' && /^\d{1,3}$/.test(detail));
  const latest = Math.max(0, ...ends.map(({ attempt }) => attempt));
  const codes = ends.filter(({ attempt }) => attempt === latest).map(({ detail }) => Number(detail));
  const exitCode = codes.includes(0) ? 0 : codes[0];
  return { runs: runs.sort(), ...(exitCode !== undefined && { exitCode }) };
}
