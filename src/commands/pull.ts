/** `qlik-sync pull`: write what the tenant holds to folders, without harm to what is there. */

import { resolve } from 'node:path';
import pLimit from 'p-limit';
import { type ExitCode, exitCodes, worstExitCode } from '../core/errors.js';
import type { ActualExtension } from '../core/model.js';
import { type PullOutcome, pullOne } from '../reconcile/pull-one.js';
import type { PullReport } from '../report/pull-report.js';
import { type FindDestination, prepareDestinations } from '../source/destination.js';
import { openArchiveReader } from './archive-reader.js';
import { connect } from './connect.js';
import type { RunPlace } from './exclusive.js';
import type { Io } from './io.js';
import { openNotices } from './notices.js';
import type { SharedFlags } from './options.js';
import { print } from './print.js';
import { choosePullable, type Pullable } from './pullable.js';
import { createSelector } from './selection.js';
import { readSettings, type Settings } from './settings.js';

export type PullFlags = SharedFlags & {
  /** Relative to the working directory. */
  readonly to?: string;
  readonly overwrite?: readonly string[];
};

/** Archives in memory at once. */
const atOnce = 4;

export async function pull(names: readonly string[], given: PullFlags, io: Io): Promise<ExitCode> {
  const settings = await readSettings(given, io);
  const connection = await connect(settings, io, { onWait: openNotices(io.stderr).say });
  const place = { settings, connection, io };
  try {
    const records = await connection.extensions.list({ signal: io.interrupted });
    const chosen = choosePullable(
      records,
      { names, selector: await createSelector(names) },
      settings.config.project,
    );
    const findDestination = await prepare(settings, given);
    const outcomes = await pullAll(chosen, findDestination, given, place);
    const report = reportOf(outcomes, chosen, place);
    print(report, settings.flags, io);
    return report.exitCode;
  } finally {
    await connection.close();
  }
}

function prepare({ config, cwd }: Settings, { to }: PullFlags): Promise<FindDestination> {
  const { root, extensions, ignore } = config;
  return prepareDestinations({
    root,
    cwd,
    extensions,
    ignore,
    ...(to !== undefined && { to: resolve(cwd, to) }),
  });
}

async function pullAll(
  { wanted, refused }: Pullable,
  findDestination: FindDestination,
  { overwrite = [] }: PullFlags,
  { settings, connection, io }: RunPlace,
): Promise<readonly PullOutcome[]> {
  const { readArchive } = openArchiveReader(settings, connection, io);
  const limit = pLimit(atOnce);
  let stop: string | undefined;
  const pullNext = async (name: string, record: ActualExtension): Promise<PullOutcome> => {
    if (io.interrupted.aborted) return leave(name, 'interrupted', exitCodes.interrupted);
    if (stop !== undefined)
      return leave(name, 'the tenant refused the archive of another', exitCodes.incomplete);
    const unsaved = overwrite.includes(name) ? 'overwrite' : 'keep';
    const outcome = await pullOne({ name, record, findDestination, readArchive, unsaved });
    stop ??= outcome.stop;
    return outcome;
  };
  const pulled = await Promise.all(wanted.map(({ name, record }) => limit(pullNext, name, record)));
  return [...pulled, ...refused].sort((a, b) => (a.pulled.name < b.pulled.name ? -1 : 1));
}

function leave(name: string, message: string, exitCode: ExitCode): PullOutcome {
  return { pulled: { name, result: 'not-attempted', leftOut: [], message }, exitCode };
}

function reportOf(
  outcomes: readonly PullOutcome[],
  { passed }: Pullable,
  { settings, connection }: RunPlace,
): PullReport {
  return {
    kind: 'pull',
    header: {
      command: 'pull',
      tool: settings.tool,
      project: settings.config.project,
      tenant: connection.header,
    },
    pulled: outcomes.map(({ pulled }) => pulled),
    passed,
    exitCode: worstExitCode(outcomes.map(({ exitCode }) => exitCode)),
  };
}
