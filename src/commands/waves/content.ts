/** What a run over a fleet deploys, and whether an environment holds it already. */

import { createHash } from 'node:crypto';
import { readKey } from '../../config/file/raw.js';
import { hasWork } from '../../core/change.js';
import { type ExitCode, exitCodes } from '../../core/exit-codes.js';
import type { ApplyingCommand } from '../../core/past-run.js';
import { type Folders, readFolders } from '../../pipeline/observe.js';
import { type PlannedRun, reportOf } from '../../pipeline/planned.js';
import { keysOfFolders } from '../../pipeline/shared-reading.js';
import { readRunFacts } from '../../run/facts.js';
import type { Io } from '../../run/io.js';
import { runOn } from '../../run/on-tenant.js';
import { print } from '../../run/reporting.js';
import type { Run } from '../../run/run.js';
import type { Selector } from '../../run/selection.js';
import type { SettingsSource } from '../../run/settings.js';
import type { FleetContent } from './goal.js';

/**
 * From all folders that these environments deploy, each set of folders read once.
 *
 * @throws UserError, FindingsError
 */
export async function contentOfFolders(
  environments: readonly string[],
  selector: Selector | undefined,
  source: SettingsSource,
  io: Io,
): Promise<FleetContent> {
  const all = readKey(source.loaded.value, 'environments');
  const kinds = new Map<string, string>();
  for (const name of environments) {
    const own = readKey(all, name);
    const kind = JSON.stringify(keysOfFolders.map((key) => readKey(own, key)));
    if (!kinds.has(kind)) kinds.set(kind, name);
  }
  const read: Folders[] = [];
  for (const name of kinds.values()) read.push(await readFolders(selector, source.settingsFor(name), io));
  const lines = read.flatMap(({ desired }) =>
    desired.extensions.map(({ name, digest }) => `${name}\0${digest}`),
  );
  const { source: git } = await readRunFacts({ config: source.loaded }, io, read[0]?.sources ?? []);
  return { digest: digestOf(lines), commit: git.commit };
}

/** Of the lines, in any order, each once. */
export function digestOf(lines: readonly string[]): string {
  return `sha256:${createHash('sha256')
    .update([...new Set(lines)].sort().join('\n'))
    .digest('hex')}`;
}

/** Resolves to `undefined` if the plan has work, or something is blocked. Reads only. */
export async function verify(
  command: ApplyingCommand,
  target: Pick<Run, 'settings' | 'io' | 'signal'>,
  plan: (run: Run) => Promise<PlannedRun>,
): Promise<ExitCode | undefined> {
  let isInPlace = false;
  await runOn('plan', target, async (run) => {
    const planned = await plan(run);
    const { changes, origins } = planned.plan;
    const all = [...changes, ...(origins?.changes ?? [])];
    isInPlace = !hasWork(planned.plan) && all.every(({ blocked }) => blocked === undefined);
    if (isInPlace) {
      const report = reportOf(planned);
      const header = { ...report.header, command };
      print({ ...report, kind: 'apply', header, outcomes: [], ms: 0 }, run.settings.flags, run.io);
    }
    return exitCodes.ok;
  });
  return isInPlace ? exitCodes.ok : undefined;
}
