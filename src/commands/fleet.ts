/**
 * `qlik-sync fleet status`: which versions the tenants of a fleet hold. Takes one list for each tenant, two if themes
 * matter; nothing is downloaded or written.
 */

import { Argument, type Command } from 'commander';
import { explainNoEnvironments } from '../config/choose-environment.js';
import { everyEnvironment } from '../config/known-keys.js';
import { usualListsAtOnce } from '../core/budget.js';
import { exitCodeOf, UserError } from '../core/errors.js';
import { type ExitCode, exitCodes, worstExitCode } from '../core/exit-codes.js';
import { fleetStatusOf, type SeenTenant } from '../core/fleet-status.js';
import { count } from '../core/format.js';
import { isOwned, markerOf } from '../core/marker.js';
import type { ActualExtension } from '../core/model.js';
import { listThemesAsFarAs } from '../pipeline/themes.js';
import type { FleetReport, UnreachedEnvironment } from '../report/fleet-status.js';
import { openFleetProgress } from '../report/progress.js';
import { connect } from '../run/connect.js';
import { assertForSeveral, assertKnown } from '../run/environments.js';
import type { SharedFlags } from '../run/flags.js';
import type { Io } from '../run/io.js';
import { createPast } from '../run/past.js';
import { print } from '../run/reporting.js';
import { assertUsed, createSelector, type Selector } from '../run/selection.js';
import { concurrencyOf, loadSettings, type Settings, type SettingsSource } from '../run/settings.js';
import { mapAtMost } from '../run/side-by-side.js';
import { readActual } from '../tenant/actual.js';
import { addExamples, addShared, type Finish } from './options.js';

async function fleetStatus(words: readonly string[], flags: SharedFlags, io: Io): Promise<ExitCode> {
  const source = await loadSettings(flags, io, flags.env === undefined ? [everyEnvironment] : []);
  const names = source.asked.length === 0 ? source.environments : source.asked;
  if (names.length === 0) throw new UserError(explainNoEnvironments(source.loaded));
  assertForSeveral({ singleTenantOptions: [] }, source);
  assertKnown(names, '--env', source);
  const selector = await createSelector(words);
  const looking = { words, selector, source, io, reads: new Map<string, Promise<unknown>>() };
  const results = await readAll(names, looking);
  const tenants = results.filter((result) => 'extensions' in result);
  const unreached = results.filter((result) => 'message' in result);
  // A tenant that could not be reached may hold what no other does.
  if (unreached.length === 0)
    assertUsed(
      selector,
      tenants.flatMap(({ known }) => known),
    );
  const status = fleetStatusOf(tenants);
  const report: FleetReport = {
    kind: 'fleet',
    header: { command: 'fleet', tool: io.tool, project: '' },
    status,
    unreached,
    // As for a plan: a tenant that could not be read gives no answer.
    exitCode: worstExitCode([
      status.unlisted.length === 0 ? exitCodes.ok : exitCodes.auth,
      ...unreached.map(({ exitCode }) => exitCode),
    ]),
  };
  print(report, flags, io);
  return report.exitCode;
}

interface Looked extends SeenTenant {
  /** Every name that is ours there, selected or not. */
  readonly known: readonly string[];
}

interface Looking {
  /** Names and globs of extensions, as they were given. */
  readonly words: readonly string[];
  readonly selector: Selector | undefined;
  readonly source: SettingsSource;
  readonly io: Io;
  /** What is read from the folders, once for all. */
  readonly reads: NonNullable<Settings['reads']>;
}

async function readAll(
  names: readonly string[],
  looking: Looking,
): Promise<readonly (Looked | UnreachedEnvironment)[]> {
  const { source, io } = looking;
  const isQuiet = source.flags.quiet === true && !io.stderr.isTerminal;
  const sink = isQuiet ? { ...io.stderr, write: () => undefined } : io.stderr;
  const progress = openFleetProgress(sink, { before: 0, total: names.length });
  try {
    return await mapAtMost(concurrencyOf(source, usualListsAtOnce), names, async (name) => {
      const result = await look(name, looking);
      const isFailure = 'message' in result;
      const words = isFailure ? 'not reached' : count(result.extensions.length, 'extension');
      progress.ended({ name, result: words, isFailure });
      return result;
    });
  } finally {
    progress.end();
  }
}

/** One tenant that does not answer hides no other's answer. @throws the reason of an interrupt */
async function look(
  environment: string,
  { words, selector, source, io, reads }: Looking,
): Promise<Looked | UnreachedEnvironment> {
  io.interrupted.throwIfAborted();
  try {
    const settings = { ...source.settingsFor(environment), reads };
    const tenant = await connect(settings, io, { onWait: () => undefined, signal: io.interrupted });
    try {
      const listing = readActual(tenant.extensions, { signal: io.interrupted });
      const past = createPast({ settings, tenant });
      const actual = await listThemesAsFarAs({ settings, tenant, io, past }, listing, words);
      const own = actual.extensions.filter((record) => isOwned(record, settings.config.project));
      const seen = own.flatMap(seenOf);
      return {
        environment,
        unlisted: [...(actual.unlisted?.keys() ?? [])],
        extensions: seen.filter(({ name }) => selector?.matches(name) !== false),
        known: seen.map(({ name }) => name),
      };
    } finally {
      await tenant.close();
    }
  } catch (error) {
    io.interrupted.throwIfAborted();
    const message = error instanceof Error ? error.message : String(error);
    return { environment, exitCode: exitCodeOf(error), message };
  }
}

function seenOf(record: ActualExtension): SeenTenant['extensions'] {
  const { name, qextVersion, md5 } = record;
  if (name === undefined) return [];
  const marker = markerOf(record);
  const content = marker.kind === 'ours' ? marker.digestStart : md5;
  return [
    {
      name,
      ...(qextVersion !== undefined && { version: qextVersion }),
      ...(content !== undefined && { content }),
    },
  ];
}

export function addFleet(program: Command, io: Io, finish: Finish): void {
  const command = addShared(program.command('fleet'))
    .addArgument(new Argument('<action>', 'status: what the tenants hold').choices(['status']))
    .argument('[name...]', 'names or globs of extensions; all when absent')
    .action(async (_action: 'status', words: string[], flags: SharedFlags) => {
      finish(await fleetStatus(words, flags, io));
    });
  addExamples(command, [
    ['qlik-sync fleet status', 'all environments'],
    ['qlik-sync fleet status --env region=eu kpi-card', 'one on some of them'],
    ['qlik-sync fleet status --report html=fleet.html', 'as a page'],
  ]);
}
