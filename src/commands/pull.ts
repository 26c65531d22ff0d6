/** `qlik-sync pull`: write what the tenant holds to folders, without damage to what is there. */

import { resolve } from 'node:path';
import type { Command } from 'commander';
import { type ExitCode, exitCodes, worstExitCode } from '../core/exit-codes.js';
import { kindOf, qextTypes } from '../core/kind.js';
import type { ActualExtension } from '../core/model.js';
import { foldName, settleName, spellingsOf } from '../core/names.js';
import { byName } from '../core/order.js';
import { ownersOf } from '../core/owner.js';
import { archivesOf } from '../pipeline/archives.js';
import { listThemesToo, selectOnTenant, type ThemesAsked } from '../pipeline/themes.js';
import { type PullOutcome, pullAll } from '../reconcile/pull.js';
import type { PullReport } from '../report/pull.js';
import type { SharedFlags } from '../run/flags.js';
import type { Io } from '../run/io.js';
import { onTenant } from '../run/on-tenant.js';
import { headerOf, print } from '../run/reporting.js';
import type { Run } from '../run/run.js';
import { assertUsed, type Selector } from '../run/selection.js';
import type { Settings } from '../run/settings.js';
import { findUnsaved } from '../source/git/changes.js';
import { type FindDestination, prepareDestinations } from '../source/pull/destination.js';
import { readActual } from '../tenant/actual.js';
import { addExamples, addShared, collect, type Finish } from './options.js';

type PullFlags = SharedFlags & {
  /** Relative to the working directory. */
  readonly to?: string;
  readonly overwrite?: readonly string[];
};

/** Holds the lock of the commands that write to the tenant: none of them reads a folder that is half replaced. */
export function pull(names: readonly string[], flags: PullFlags, io: Io): Promise<ExitCode> {
  return onTenant('pull', flags, io, async (run) => {
    const { settings } = run;
    const listed = await listBoth(run, names);
    const selection = { names, selector: await selectOnTenant(run, names, listed.themes) };
    const chosen = choosePullable(listed.records, selection, settings.config.project);
    const pulled = await pullAll({
      wanted: chosen.wanted,
      findDestination: await prepare(
        settings,
        flags,
        chosen.wanted.map(({ name }) => name),
      ),
      readArchive: archivesOf(run).read,
      findUnsaved: (folder, paths) => findUnsaved({ folder, env: io.env }, paths),
      overwrite: settleOverwrites(flags.overwrite, chosen.wanted),
      signal: io.interrupted,
    });
    const report = {
      ...reportOf(run, [...pulled, ...chosen.refused], chosen.passed),
      adopt: chooseAdoptable(pulled, chosen.wanted, names),
    };
    print(report, settings.flags, io);
    return report.exitCode;
  });
}

interface Listed {
  readonly records: readonly ActualExtension[];
  readonly themes: ThemesAsked;
}

/** Including themes, if the project has any. */
async function listBoth(run: Run, names: readonly string[]): Promise<Listed> {
  const listed = await readActual(run.tenant.extensions, { signal: run.io.interrupted });
  const both = await listThemesToo(run, listed, names);
  return { records: both.extensions, themes: both === listed ? 'not-asked' : 'listed' };
}

/** @throws UserError if a name may mean either of two that are pulled */
function settleOverwrites(given: readonly string[] = [], wanted: Pullable['wanted']): ReadonlySet<string> {
  const names = new Set(wanted.map(({ name }) => name));
  return new Set(given.map((name) => settleName(name, names, '--overwrite')));
}

/** What a plan would block now, as no project owns it: the names or, if they are many, patterns that select them. */
function chooseAdoptable(
  pulled: readonly PullOutcome[],
  wanted: Pullable['wanted'],
  given: readonly string[],
): readonly string[] {
  const unowned = new Set(
    wanted.flatMap(({ name, record }) => (ownersOf(record.tags).length === 0 ? [name] : [])),
  );
  const names = pulled
    .filter(({ found, pulled: { name } }) => found === 'yes' && unowned.has(name))
    .map((outcome) => outcome.pulled.name)
    .sort();
  if (names.length <= mostByName) return names;
  return given.length === 0 ? ['*'] : given;
}

const mostByName = 5;

function prepare(
  { config, cwd, own }: Settings,
  { to }: PullFlags,
  names: readonly string[],
): Promise<FindDestination> {
  const { root, extensions, ignore, lineEndings } = config;
  return prepareDestinations({
    ...{ root, cwd, extensions, ignore, own, lineEndings, names },
    ...(to !== undefined && { to: resolve(cwd, to) }),
  });
}

function reportOf(
  run: Run,
  outcomes: readonly PullOutcome[],
  passed: Pullable['passed'],
): Omit<PullReport, 'adopt'> {
  return {
    kind: 'pull',
    header: headerOf(run, 'pull'),
    pulled: outcomes.map(({ pulled }) => pulled).sort(byName),
    passed,
    exitCode: worstExitCode(outcomes.map(({ exitCode }) => exitCode)),
  };
}

/** Which records of a tenant can be written to folders, and why the others stay where they are. */
interface Pullable {
  readonly wanted: readonly { readonly name: string; readonly record: ActualExtension }[];
  /** Requested, but impossible. */
  readonly refused: readonly PullOutcome[];
  readonly passed: PullReport['passed'];
}

interface PullSelection {
  /** As on the command line. */
  readonly names: readonly string[];
  /** Absent: everything. */
  readonly selector: Selector | undefined;
}

interface Named {
  readonly name: string;
  readonly record: ActualExtension;
  /** Why it is not written unless it is named; what cannot be written at all is `unfit`. */
  readonly reason?: string;
  readonly unfit: boolean;
}

/**
 * Without a selection: what this project owns and what no project owns. With one: what it matches; a name is always meant,
 * while a glob skips what cannot be written.
 *
 * @throws UserError if a name or glob matches nothing on the tenant
 */
function choosePullable(
  records: readonly ActualExtension[],
  { names, selector }: PullSelection,
  project: string,
): Pullable {
  const named = nameRecords(records, project);
  assertUsed(
    selector,
    named.map(({ name }) => name),
    ' on the tenant',
  );
  const chosen = selector === undefined ? named : named.filter(({ name }) => selector.matches(name));
  const isPassed = ({ name, reason, unfit }: Named): boolean =>
    reason !== undefined &&
    !names.some((given) => spellingsOf(given).includes(name)) &&
    (selector === undefined || unfit);
  const rest = chosen.filter((each) => !isPassed(each));
  return {
    wanted: rest.filter(({ unfit }) => !unfit),
    refused: rest.filter(({ unfit }) => unfit).map(refuse),
    passed: chosen.filter(isPassed).map(({ name, reason = '' }) => ({ name, reason })),
  };
}

const bundled = 'part of a bundle that Qlik manages';

function nameRecords(records: readonly ActualExtension[], project: string): readonly Named[] {
  const all = records.flatMap((record) => (record.name === undefined ? [] : [{ name: record.name, record }]));
  const spellings = countSpellings(all.map(({ name }) => name));
  return all.map(({ name, record }) => {
    const reason = describeUnfit(name, record, spellings) ?? describeForeign(record, project);
    const unfit = describeUnfit(name, record, spellings) !== undefined;
    return { name, record, unfit, ...(reason !== undefined && { reason }) };
  });
}

function describeUnfit(
  name: string,
  record: ActualExtension,
  spellings: ReadonlyMap<string, number>,
): string | undefined {
  if (record.bundled) return bundled;
  const expected: string = qextTypes[kindOf(name)];
  const { type = expected } = record;
  if (type !== expected) {
    return `of the type ${type}, not a ${expected}`;
  }
  if (record.md5 === undefined) return 'without an archive';
  if ((spellings.get(foldName(name)) ?? 0) > 1) return 'with a name that another one has but for case';
  return undefined;
}

function describeForeign({ tags }: ActualExtension, project: string): string | undefined {
  const others = ownersOf(tags).filter((owner) => owner !== project);
  return others.length === 0
    ? undefined
    : `of the project ${others.join(', ')}, which pull takes only by name`;
}

function countSpellings(names: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(foldName(name), (counts.get(foldName(name)) ?? 0) + 1);
  return counts;
}

function refuse({ name, reason = '' }: Named): PullOutcome {
  return {
    pulled: { name, result: 'refused', leftOut: [], message: reason },
    exitCode: exitCodes.refused,
  };
}

export function addPull(program: Command, io: Io, finish: Finish): void {
  const command = addShared(program.command('pull'))
    .argument('[name...]', "names or globs; all but other projects' when absent")
    .option('--to <dir>', 'parent folder; that of "extensions" when absent')
    .option('--overwrite <name>', 'replace local files that git cannot restore', collect)
    .action(async (names: string[], flags: PullFlags) => {
      finish(await pull(names, flags, io));
    });
  addExamples(command, [
    ['qlik-sync pull --env dev', 'everything that is not of another project'],
    ["qlik-sync pull 'kpi-*' --to vendor", 'some of it, elsewhere'],
  ]);
}
