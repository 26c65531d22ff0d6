/** `qlik-sync pull`: write what the tenant holds to folders, without harm to what is there. */

import { resolve } from 'node:path';
import { type ExitCode, worstExitCode } from '../core/errors.js';
import { byName } from '../core/order.js';
import { pullAll } from '../reconcile/pull/pull-all.js';
import type { PullOutcome } from '../reconcile/pull/pull-one.js';
import type { PullReport } from '../report/pull/report.js';
import { type FindDestination, prepareDestinations } from '../source/destination.js';
import type { Io } from './io.js';
import type { SharedFlags } from './options/shared.js';
import { openArchiveReader } from './proposal/archive-reader.js';
import { createSelector } from './proposal/selection.js';
import { choosePullable, type Pullable } from './pull/pullable.js';
import { print } from './reporting/print.js';
import type { RunPlace } from './run-place.js';
import type { Settings } from './settings.js';
import { runOnTenant } from './tenant-run.js';

export type PullFlags = SharedFlags & {
  /** Relative to the working directory. */
  readonly to?: string;
  readonly overwrite?: readonly string[];
};

/** Under the lock of those that write to the tenant: none of them reads a folder that is half exchanged. */
export function pull(names: readonly string[], given: PullFlags, io: Io): Promise<ExitCode> {
  return runOnTenant('pull', given, io, (place) => pullInto(names, given, place));
}

async function pullInto(names: readonly string[], given: PullFlags, place: RunPlace): Promise<ExitCode> {
  const { settings, connection, io } = place;
  const records = await connection.extensions.list({ signal: io.interrupted });
  const selection = { names, selector: await createSelector(names) };
  const chosen = choosePullable(records, selection, settings.config.project);
  const pulled = await pullAll({
    wanted: chosen.wanted,
    findDestination: await prepare(settings, given),
    readArchive: openArchiveReader(settings, connection, io).readArchive,
    overwrite: new Set(given.overwrite),
    signal: io.interrupted,
  });
  const report = reportOf([...pulled, ...chosen.refused], chosen.passed, place);
  print(report, settings.flags, io);
  return report.exitCode;
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

function reportOf(
  outcomes: readonly PullOutcome[],
  passed: Pullable['passed'],
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
    pulled: outcomes.map(({ pulled }) => pulled).sort(byName),
    passed,
    exitCode: worstExitCode(outcomes.map(({ exitCode }) => exitCode)),
  };
}
