/** `qlik-sync pull`: write what the tenant holds to folders, without harm to what is there. */

import { resolve } from 'node:path';
import { type ExitCode, worstExitCode } from '../core/errors.js';
import { pullAll } from '../reconcile/pull-all.js';
import type { PullOutcome } from '../reconcile/pull-one.js';
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
    pulled: outcomes.map(({ pulled }) => pulled).sort((a, b) => (a.name < b.name ? -1 : 1)),
    passed,
    exitCode: worstExitCode(outcomes.map(({ exitCode }) => exitCode)),
  };
}
