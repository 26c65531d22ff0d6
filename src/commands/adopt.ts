/** `qlik-sync adopt`: take over what is on the tenant, with the content that it has. */

import { readdirSync } from 'node:fs';
import type { Command } from 'commander';
import { workOf } from '../core/change.js';
import { UserError } from '../core/errors.js';
import type { ExitCode } from '../core/exit-codes.js';
import { listNames } from '../core/format.js';
import { stemOf } from '../core/kind.js';
import type { DesiredExtension, Plan } from '../core/model.js';
import { shellWord } from '../core/shell-word.js';
import { applyPlanned } from '../pipeline/apply.js';
import { interactive, planFolders } from '../pipeline/plan-folders.js';
import type { Adopting } from '../reconcile/resolve.js';
import { commandLine } from '../report/resume-command.js';
import type { Approvals, RunFlags } from '../run/flags.js';
import type { Io } from '../run/io.js';
import { onTenant } from '../run/on-tenant.js';
import type { Run } from '../run/run.js';
import { createSelector, type Selector } from '../run/selection.js';
import type { Settings } from '../run/settings.js';
import { displayPath } from '../source/display.js';
import { ignoreLineOf, prepareIgnoreRules } from '../source/ignore-rules.js';
import { isNoise, whyPathLeftOut } from '../source/left-out.js';
import { addConfirm, addExamples, addShared, addUnder, collect, type Finish, parseCount } from './options.js';

type AdoptFlags = RunFlags & Approvals;

export function adopt(names: readonly string[], flags: AdoptFlags, io: Io): Promise<ExitCode> {
  return onTenant('adopt', flags, io, async (run) => {
    const leftOut = createLeftOut();
    const selector = await selectFolders(names);
    const planned = await planFolders(run, {
      ...interactive,
      command: 'adopt',
      selector,
      approvals: flags,
      adopting: createAdopting(run.settings, leftOut.add),
    });
    const matches = (name: string): boolean => selector?.matches(name) ?? true;
    assertThere({ names, matches }, planned.plan, run);
    for (const notice of leftOut.describe(planned.plan)) run.notices.say(notice);
    return applyPlanned(run, planned, flags, { command: 'adopt' });
  });
}

/** Names that only the tenant has are for `pull`. */
async function selectFolders(names: readonly string[]): Promise<Selector | undefined> {
  const selector = await createSelector(names);
  const sentence = 'Only what has a folder can be adopted; qlik-sync pull <name> writes one.';
  return selector && { ...selector, sentence };
}

/** A glob may match folders that were never deployed; a name is always meant. */
function assertThere(
  { names, matches }: Pick<Selector, 'matches'> & { readonly names: readonly string[] },
  { changes }: Plan,
  { tenant, notices }: Run,
): void {
  const absent = changes
    .filter(({ name, state, action }) => state === 'missing' && action === 'none' && matches(name))
    .map(({ name }) => name);
  const missing = absent.find((name) => names.includes(name));
  if (missing !== undefined) {
    throw new UserError(`${missing} is not on the tenant, so there is nothing to adopt.`, {
      hint: `${commandLine(['apply', shellWord(missing)], tenant.header)} creates it.`,
    });
  }
  if (absent.length > 0) notices.say(`Not on the tenant, nothing to adopt: ${listNames(absent, 5)}`);
}

/** Files of the tenant that the folder's rules leave out, by extension. */
interface LeftOut {
  readonly add: (name: string, path: string) => void;
  /** For the extensions that the plan takes over. */
  readonly describe: (plan: Plan) => readonly string[];
}

function createLeftOut(): LeftOut {
  const paths = new Map<string, Set<string>>();
  return {
    add: (name, path) => void paths.set(name, (paths.get(name) ?? new Set()).add(path)),
    describe: (plan) =>
      workOf(plan).flatMap(({ name }) => {
        const found = [...(paths.get(name) ?? [])];
        if (found.length === 0) return [];
        return [`${name}: from now on without ${listNames(found, 5)}, which no upload takes`];
      }),
  };
}

/**
 * What counts as content when a folder is compared with an extension that was uploaded by other means: everything except
 * what the project's own rules leave out, what this program reads or writes itself, and what no extension needs. So
 * nothing that an extension could load is lost when it is adopted.
 *
 * @param onLeftOut takes each file that the tenant holds and that does not count
 */
function createAdopting(
  { config, cwd }: Settings,
  onLeftOut: (name: string, path: string) => void,
): Adopting {
  const { root, ignore } = config;
  const rulesFor = prepareIgnoreRules({ root, displayRoot: displayPath(cwd, root), patterns: ignore });
  return {
    findObstacle: async (extension, archive) => {
      const { findObstacle } = await import('../source/pull/unpack.js');
      const rules = await rulesFor(candidateOf(extension));
      const { name, folder } = extension;
      return findObstacle(archive, { name, rules, ignoreLine: (path) => ignoreLineOf(root, folder, path) });
    },
    counts: async (extension) => {
      const rules = await rulesFor(candidateOf(extension));
      const own = new Set(extension.leftOut.flatMap(({ path, why }) => (why === 'own' ? [path] : [])));
      return (path) => {
        const why = whyPathLeftOut(rules, path);
        const isOut = own.has(path) || why === 'ignored' || (why === 'default' && isNoise(path));
        if (isOut) onLeftOut(extension.name, path);
        return !isOut;
      };
    },
  };
}

function candidateOf({ name, folder, displayFolder }: DesiredExtension) {
  const entries = readdirSync(folder, { withFileTypes: true });
  return { name, folder, displayFolder, manifestFile: `${stemOf(name)}.qext`, entries };
}

export function addAdopt(program: Command, io: Io, finish: Finish): void {
  const command = addShared(program.command('adopt')).argument(
    '<name...>',
    'names or globs; on the tenant and in the folders',
  );
  addUnder('Approvals:', addConfirm(command), (group) =>
    group
      .option('--take-ownership <name>', 'take over an extension of another project', collect)
      .option('--allow-updates <n>', 'the exact number of updates', parseCount)
      .option('--no-backup', 'keep no copy of what is overwritten'),
  );
  addExamples(command, [
    ["qlik-sync adopt '*'", 'all that has a folder'],
    ['qlik-sync pull kpi-card && qlik-sync adopt kpi-card', 'what has none yet'],
  ]);
  command.action(async (names: string[], flags: AdoptFlags) => {
    finish(await adopt(names, flags, io));
  });
}
