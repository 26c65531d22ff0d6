/** Environments at the same time, so many at once, each on its own; no failure hides another's result. */

import type { EnvironmentResult } from '../../report/environments/report.js';
import type { RunHeader } from '../../report/run-header.js';
import type { Io } from '../io.js';
import { type RunEnding, tellFailure } from '../run-ending.js';
import type { SettingsSource } from '../settings.js';
import type { GovernorFor, Site } from '../site.js';
import { describeEnvironment } from './describe-environment.js';
import { printInOrder } from './in-order.js';
import { openOwnIo } from './own-io.js';
import { withOtherConfirmations } from './protected.js';

export interface SideBySide {
  readonly command: RunHeader['command'];
  readonly source: SettingsSource;
  readonly io: Io;
  /** Every environment of the command, also those of other times. */
  readonly among: readonly string[];
  /** `--confirm`, each. */
  readonly confirm: readonly string[];
  readonly governorFor: GovernorFor;
  readonly work: (site: Site) => Promise<EnvironmentResult['exitCode']>;
}

const mostAtOnce = 8;

/** In the order given, each result shown as one block once it and all before it are there. */
export async function runSideBySide(
  names: readonly string[],
  input: SideBySide,
): Promise<readonly EnvironmentResult[]> {
  const { source, io } = input;
  const show = printInOrder(source.flags.json === true ? undefined : io.stdout);
  return mapAtMost(mostAtOnce, names, async (environment, index) => {
    const { text, result } = await runOne(environment, input);
    show(index, text);
    return result;
  });
}

async function runOne(
  environment: string,
  { command, source, io, among, confirm, governorFor, work }: SideBySide,
): Promise<{ readonly text: string; readonly result: EnvironmentResult }> {
  const argv = withOtherConfirmations(io.argv, environment, among, source, confirm);
  const own = openOwnIo(environment, { ...io, argv });
  const ending = await endOf(own.io, async () => {
    io.interrupted.throwIfAborted();
    return work({ settings: source.settingsFor(environment), io: own.io, governorFor });
  });
  own.end();
  const result = describeEnvironment(
    environment,
    { ...ending, command, report: own.lastReport() },
    source,
    io,
  );
  return { text: own.text(), result };
}

async function endOf(io: Io, work: () => Promise<EnvironmentResult['exitCode']>): Promise<RunEnding> {
  try {
    return { exitCode: await work() };
  } catch (thrown) {
    return tellFailure(thrown, io);
  }
}

async function mapAtMost<T, R>(
  most: number,
  items: readonly T[],
  work: (item: T, index: number) => Promise<R>,
): Promise<readonly R[]> {
  const results: R[] = [];
  const rest = items.entries();
  const takeNext = async (): Promise<void> => {
    for (const [index, item] of rest) results[index] = await work(item, index);
  };
  await Promise.all(Array.from({ length: Math.min(most, items.length) }, takeNext));
  return results;
}
