/**
 * What one run over a fleet has done so far, below `.qlik-sync` and in the store if there is one: what it is,
 * `fleets/<project>/starts/<id>.json`, and how far it got, `fleets/<project>/progress/<id>/…`. The names of the latter say
 * everything, so a put may be repeated, two machines never overwrite each other's, and one list is enough to read them.
 * Their number grows with the fleet, and only those of one run are ever listed. Needed to resume, never to decide what a
 * tenant holds.
 */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { ExitCode } from '../core/exit-codes.js';
import type { MostFailed } from '../core/fleet.js';
import { isObject, tryParseJson } from '../core/json.js';
import type { Waves } from '../core/waves.js';
import { openFileStore } from '../store/file.js';
import type { Store } from '../store/store.js';
import { type Known, type RecordedProgress, readProgress } from './fleet-progress.js';
import { type Forgetting, forgetRecords } from './forget-records.js';
import { isRunId, nextRunId } from './journal/run-id.js';
import { makeOwnPlace, ownPlace, unwritable } from './own-place.js';

/** What a run over a fleet is: it stays the same however often the run is resumed. */
export interface FleetStart {
  readonly version: 1;
  /** Formed like the id of a run. */
  readonly id: string;
  readonly command: 'apply' | 'promote';
  /** RFC 3339. */
  readonly startedAt: string;
  readonly tool: string;
  readonly project: string;
  /** The value of `--waves`. */
  readonly rules: string;
  readonly waves: Waves;
  /** Digest of what is deployed: of the folders, or of the archives of `from`. */
  readonly content: string;
  /** For people; absent outside a repository. */
  readonly commit?: string;
  /** The environment that is promoted from. */
  readonly from?: string;
  /** Names and globs of extensions. */
  readonly names: readonly string[];
  readonly soakMs?: number;
  readonly mostFailed?: MostFailed;
  /** Whether a program is asked between the waves. Which one must not come from here, as others can write to the store. */
  readonly gated: boolean;
}

/** Every method resolves once it is durable. @throws StoreError, UserError */
export interface FleetRecord {
  readonly start: FleetStart;
  readonly before: RecordedProgress;
  /** @param index of the wave */
  begin(index: number): Promise<void>;
  journal(environment: string, run: string): Promise<void>;
  end(environment: string, exitCode: ExitCode): Promise<void>;
  /** What it wrote has been undone. */
  undo(environment: string): Promise<void>;
  endWave(index: number): Promise<void>;
  pass(index: number): Promise<void>;
  /** Stops what is still under way in the background. */
  close(): Promise<void>;
}

export interface FleetPlaces {
  /** Absolute: the folder of the config. */
  readonly root: string;
  readonly project: string;
  readonly store: Store | undefined;
}

/** How many records of one project are kept. Older ones may be half removed, and cannot be resumed. */
const kept = 20;

/** @throws UserError where `.qlik-sync` is not writable, StoreError */
export async function beginFleetRecord(
  places: FleetPlaces,
  now: Date,
  describe: (id: string) => Promise<Omit<FleetStart, 'version' | 'id' | 'startedAt' | 'project'>>,
): Promise<FleetRecord> {
  const stores = await openPlaces(places);
  const ids = await listIds(stores, places);
  const id = nextRunId(now, ids);
  const { project } = places;
  const start = { version: 1, id, startedAt: now.toISOString(), project, ...(await describe(id)) } as const;
  await putAll(stores, startOf(places, id), JSON.stringify(start));
  const outdated = ids.slice(0, Math.max(0, ids.length + 1 - kept));
  const forgetting = forgetRecords(
    stores,
    outdated.map((each) => ({ start: startOf(places, each), progress: progressOf(places, each) })),
  );
  return createRecord({ stores, start, before: nothingYet, attempt: 1, forgetting });
}

const nothingYet: RecordedProgress = { environments: new Map(), endedMsAgo: new Map(), passed: new Set() };

/**
 * The record of a run that is resumed; `undefined` if there is none.
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
  const ids = (await listIds(stores, places)).slice(-kept);
  const wanted = id === 'last' ? ids.reverse() : ids.filter((each) => each === id);
  for (const each of wanted) {
    const start = await readStart(stores, startOf(places, each), each);
    if (start === undefined || (id === 'last' && start.command !== command)) continue;
    const { progress, attempts } = readProgress(await listAll(stores, progressOf(places, each)));
    await putAll(stores.slice(0, 1), startOf(places, each), JSON.stringify(start));
    return createRecord({ stores, start, before: progress, attempt: attempts + 1, forgetting: undefined });
  }
  return undefined;
}

type Project = Pick<FleetPlaces, 'project'>;

function prefixOf({ project }: Project): string {
  return `fleets/${project === '' ? '_' : project}/`;
}

function startOf(of: Project, id: string): string {
  return `${prefixOf(of)}starts/${id}.json`;
}

/** What the names of one record begin with. */
function progressOf(of: Project, id: string): string {
  return `${prefixOf(of)}progress/${id}/`;
}

/** The one on this machine comes first. */
async function openPlaces({ root, store }: FleetPlaces): Promise<readonly Store[]> {
  return [await openOwn(root), ...(store === undefined ? [] : [store])];
}

/**
 * Somebody may remove all of `.qlik-sync` while the run goes on (`git clean -xdf`): then all that was put is put again, so
 * that the run can be resumed. The first that was put tells.
 */
async function openOwn(root: string): Promise<Store> {
  const folder = ownPlace(root, 'fleets');
  let store = await makeOwnStore(root, folder);
  const written = new Map<string, Uint8Array>();
  async function putBack(): Promise<void> {
    const [first] = written.keys();
    if (first === undefined || existsSync(join(folder, ...first.split('/')))) return;
    store = await makeOwnStore(root, folder);
    for (const [name, bytes] of written) await store.put(name, bytes);
  }
  return {
    ...store,
    put: async (name, bytes) => {
      await putBack();
      await store.put(name, bytes);
      written.set(name, bytes);
    },
  };
}

async function makeOwnStore(root: string, folder: string): Promise<Store> {
  try {
    await makeOwnPlace(root, folder);
  } catch (error) {
    throw unwritable(error, `The record of the fleet in ${folder}`, {
      hint: 'Without it the run could not be resumed after a crash, so nothing is begun. Make the folder writable, and run again.',
    });
  }
  return openFileStore(folder, folder);
}

async function putAll(stores: readonly Store[], name: string, text: string): Promise<void> {
  await Promise.all(stores.map((store) => store.put(name, Buffer.from(text))));
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

/** Of all records, oldest first. */
async function listIds(stores: readonly Store[], of: Project): Promise<string[]> {
  const prefix = `${prefixOf(of)}starts/`;
  const starts = await listAll(stores, prefix);
  return starts
    .map(({ name }) => name.slice(prefix.length).replace(/\.json$/, ''))
    .filter(isRunId)
    .sort();
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

/** Not trusted: anyone who can write to the store may have written it. */
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
  /** From 1: how often the run has been begun or resumed. */
  readonly attempt: number;
  readonly forgetting: Forgetting | undefined;
}

function createRecord({ stores, start, before, attempt, forgetting }: OpenRecord): FleetRecord {
  const note = (...parts: readonly (string | number)[]): Promise<void> =>
    putAll(stores, `${progressOf(start, start.id)}${parts.join('~')}`, `${new Date().toISOString()}\n`);
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
