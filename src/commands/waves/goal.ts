/** The goal of a run over a fleet: its waves, from the options or from the record of a run that is resumed. */

import { UserError } from '../../core/errors.js';
import type { MostFailed } from '../../core/fleet.js';
import { listNames } from '../../core/format.js';
import { compareTexts } from '../../core/order.js';
import {
  chosenByWaves,
  divideIntoWaves,
  namesInWaves,
  parseWaves,
  type WaveMember,
  type WaveRule,
  type Waves,
} from '../../core/waves.js';
import {
  beginFleetRecord,
  type FleetPlaces,
  type FleetRecord,
  type FleetStart,
  findFleetRecord,
} from '../../reconcile/fleet-record.js';
import { assertKnown } from '../../run/environments.js';
import type { Approvals, ShardedFlags, WaveFlags } from '../../run/flags.js';
import type { Io } from '../../run/io.js';
import { findPlace, tenantOf } from '../../run/location.js';
import type { SettingsSource } from '../../run/settings.js';
import { assertConfirmed } from '../../run/side-by-side.js';
import { openStoreOf } from '../../run/store.js';

/** What is deployed, wherever it comes from. */
export interface FleetContent {
  /** The same for the same content on every machine. */
  readonly digest: string;
  /** For people. */
  readonly commit?: string | undefined;
}

/** What a command wants from its fleet. */
interface FleetRequest extends Pick<FleetStart, 'command' | 'names' | 'from'> {
  readonly settings: SettingsSource;
  readonly flags: WaveFlags & Pick<Approvals, 'confirm'>;
  /** Every environment that is selected; absent: those that the waves name. */
  readonly selected: readonly string[] | undefined;
  readonly io: Io;
}

/** A parsed request, before anything is read. */
export interface FleetScope extends FleetRequest {
  readonly rules: readonly WaveRule[];
  /** In no order; empty if only the record knows. */
  readonly members: readonly WaveMember[];
}

/** A run over a fleet, ready to begin or to be resumed. */
export interface FleetGoal {
  readonly record: FleetRecord;
  readonly waves: Waves;
  readonly soakMs: number;
  /** Absent: a wave is finished, and none may have failed. */
  readonly mostFailed: MostFailed | undefined;
  readonly gate: readonly string[] | undefined;
  readonly close: () => Promise<void>;
}

/** @throws UserError for an option that needs waves, or that is not possible with them */
export function assertWaves(flags: WaveFlags & Pick<ShardedFlags, 'shard'>): void {
  const { waves, resume, onWaveFailure, soak, gate, maxFailed, shard } = flags;
  if (shard !== undefined) {
    throw new UserError(
      '--shard cannot be combined with --waves: the jobs of a pipeline do not wait for each other.',
      {
        hint: "Run one wave after the other in the pipeline: --env 'tier=pilot' --shard 1/5, then the next.",
      },
    );
  }
  if (waves !== undefined || resume !== undefined) return;
  const given = [
    onWaveFailure && '--on-wave-failure',
    soak !== undefined && '--soak',
    gate && '--gate',
    maxFailed && '--max-failed',
  ].find((option) => typeof option === 'string');
  throw new UserError(`${given} is for --waves.`, { hint: "Give the waves: --waves 'tier=pilot/10%/rest'" });
}

/** @throws UserError for waves that cannot be parsed, or environments that do not exist */
export function readScope(request: FleetRequest): FleetScope {
  const { settings, flags, selected, from, io } = request;
  const rules = flags.waves === undefined ? [] : parseWaves(flags.waves);
  assertKnown([...(from === undefined ? [] : [from]), ...namesInWaves(rules)], '--waves', settings);
  if (selected !== undefined) assertKnown(selected, '--env', settings);
  const labelled = settings.labelled().filter(({ name }) => name !== from);
  if (from !== undefined && [...namesInWaves(rules), ...(selected ?? [])].includes(from)) {
    throw new UserError(`${from} is what is promoted from, so it cannot be promoted to.`, {
      hint: 'Leave it out of the environments.',
    });
  }
  const chosen = new Set(selected ?? chosenByWaves(rules, labelled) ?? throwUnselected(flags.waves ?? ''));
  const members = labelled
    .filter(({ name }) => chosen.has(name))
    .map((one) => ({ ...one, tenant: tenantOf(one.name, settings, io) ?? one.name }));
  // Otherwise a mistake would show only once the folders are read and a record is made.
  if (flags.waves !== undefined) divideIntoWaves(rules, members, '', flags.waves);
  return { ...request, rules, members };
}

function throwUnselected(waves: string): never {
  throw new UserError(`--waves ${waves} divides environments, and none are selected.`, {
    hint: 'Give --env all, or --env for each.',
  });
}

/** @throws UserError, StoreError */
export async function openGoal(
  scope: FleetScope,
  contentOf: (environments: readonly string[]) => Promise<FleetContent>,
): Promise<FleetGoal> {
  const { settings, flags, io } = scope;
  // So that a run that resumes it finds it without knowing the environments.
  const [first] = settings.environments;
  const own = settings.settingsFor(first);
  const store = await openStoreOf(own, io);
  try {
    const project = findPlace(first, settings, io).project ?? '';
    const places = { root: own.config.root, project, store };
    const record = await (flags.resume === undefined ? begin : resume)(scope, places, contentOf);
    const { soakMs = 0, mostFailed } = record.start;
    return {
      record,
      waves: record.start.waves,
      soakMs: flags.soak ?? soakMs,
      mostFailed: flags.maxFailed ?? mostFailed,
      gate: flags.gate,
      close: async () => {
        await record.close();
        await store?.close();
      },
    };
  } catch (error) {
    await store?.close();
    throw error;
  }
}

type ContentOf = Parameters<typeof openGoal>[1];

async function begin(scope: FleetScope, places: FleetPlaces, contentOf: ContentOf): Promise<FleetRecord> {
  const { command, names, from, flags, rules, members, io } = scope;
  const { waves: text = '', soak, maxFailed, gate } = flags;
  assertAllConfirmed(
    members.map(({ name }) => name),
    scope,
  );
  const content = await contentOf(members.map(({ name }) => name));
  return beginFleetRecord(places, new Date(), async (id) => ({
    ...{ command, tool: io.tool, rules: text, names, content: content.digest },
    waves: divideIntoWaves(rules, members, id, text),
    ...(content.commit !== undefined && { commit: content.commit }),
    ...(from !== undefined && { from }),
    ...(soak !== undefined && { soakMs: soak }),
    ...(maxFailed !== undefined && { mostFailed: maxFailed }),
    gated: gate !== undefined,
  }));
}

async function resume(scope: FleetScope, places: FleetPlaces, contentOf: ContentOf): Promise<FleetRecord> {
  const { flags, command, settings } = scope;
  const { resume: id = '' } = flags;
  const record = await findFleetRecord(places, id, command);
  if (record === undefined) {
    const where = places.store === undefined ? 'on this machine' : `here or in ${places.store.address}`;
    const what = id === 'last' ? `No run of ${command} with --waves` : `No run ${id} with --waves`;
    throw new UserError(`${what} is recorded ${where}.`, {
      hint:
        places.store === undefined
          ? 'Another machine finds it only in a store: "store" in the config. Without --resume a new run begins, and writes only what differs.'
          : 'Without --resume a new run begins, and writes only what differs.',
    });
  }
  assertStillThere(record.start, settings);
  assertAllConfirmed(record.start.waves.flat(), scope);
  assertSameRun(scope, record.start, await contentOf([...record.start.waves.flat()].sort(compareTexts)));
  if (record.start.gated && flags.gate === undefined) {
    throw new UserError(
      `${record.start.id} has a gate between its waves, and a program is not taken from a record.`,
      {
        hint: "Name it again: --gate './check.sh'",
      },
    );
  }
  return record;
}

/** Those of later waves, too. @throws RefusedError */
function assertAllConfirmed(names: readonly string[], { flags, settings, io }: FleetScope): void {
  assertConfirmed(names, flags.confirm ?? [], { source: settings, io });
}

/** A tenant that left the inventory may have left by mistake, so nothing is done without it. */
function assertStillThere({ id, waves }: FleetStart, { environments, loaded }: SettingsSource): void {
  const known = new Set(environments);
  const gone = waves.flat().filter((name) => !known.has(name));
  if (gone.length === 0) return;
  const message = `${id} cannot be resumed: ${loaded.displayFile} has no ${listNames(gone, 5)} any more.`;
  throw new UserError(message, { hint: newRun });
}

const newRun =
  'Without --resume a new run begins: what is in place already costs one list, and is not written again.';

/** What is resumed is the same run; the way out is always a new one. */
function assertSameRun(scope: FleetScope, start: FleetStart, content: FleetContent): void {
  const difference = findDifference(scope, start, content);
  if (difference === undefined) return;
  throw new UserError(`${start.id} cannot be resumed: ${difference}.`, {
    hint: newRun,
  });
}

function findDifference(
  { command, names, from, flags, members, selected }: FleetScope,
  start: FleetStart,
  content: FleetContent,
): string | undefined {
  if (start.command !== command) return `it is a run of ${start.command}`;
  if (start.from !== from) return `it promotes from ${start.from}`;
  if (flags.waves !== undefined && flags.waves !== start.rules) return `its waves are ${start.rules}`;
  if (start.names.join('\0') !== names.join('\0')) {
    return start.names.length === 0 ? 'it is for all extensions' : `it is for ${start.names.join(' ')}`;
  }
  const all = new Set(start.waves.flat());
  const other = members.filter(({ name }) => !all.has(name)).map(({ name }) => name);
  if (other.length > 0) return `it is not for ${listNames(other, 5)}`;
  if (selected !== undefined && members.length < all.size) {
    const left = [...all].filter((name) => !members.some((member) => member.name === name));
    return `it is also for ${listNames(left, 5)}`;
  }
  if (start.content !== content.digest) return describeOtherContent(start, content);
  return undefined;
}

function describeOtherContent({ from, commit }: FleetStart, now: FleetContent): string {
  const what = from === undefined ? 'the folders differ' : `${from} holds something else`;
  if (commit === undefined || commit === now.commit) return `${what} from what it began with`;
  return `${what} from what it began with, which was commit ${commit.slice(0, 12)}`;
}
