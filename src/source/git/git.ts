/** Which commit the folders are at: recorded in documents and journals, never used to decide. */

import { execFile } from 'node:child_process';
import { existsSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { withoutUndefined } from '../../core/json.js';
import type { SourceState } from '../../core/past-run.js';

/** What git tells of it; the CI run's address comes from the environment. */
export type GitState = Omit<SourceState, 'ci'>;

/**
 * Empty outside a repository, without a commit, or without git. Costs a process, so only what is recorded asks.
 *
 * @param onGap told, for people, why a repository is there and its commit is not known
 */
export async function readGitState(folder: string, onGap?: (gap: string) => void): Promise<GitState> {
  try {
    return parseStatus(await runGit(folder, [...wholeStatus, '--', '.']));
  } catch (error) {
    const failure = explainGitFailure(folder, error);
    if (failure !== undefined) onGap?.(describeGap(failure));
    return {};
  }
}

/** Whatever the repository's own settings say. */
const wholeStatus = [
  ...['status', '--porcelain=v2', '--branch'],
  ...['--untracked-files=normal', '--ignore-submodules=none'],
];

function describeGap({ reason, remedy }: GitFailure): string {
  const help = remedy === undefined ? '' : ` Trust it: ${remedy}`;
  return `The commit is not recorded: ${reason}.${help}`;
}

/** git's own words stand in brackets, which no commit or branch has: `(initial)`, `(detached)`. */
function parseStatus(output: string): GitState {
  const header = (name: string): string | undefined =>
    new RegExp(`^# branch\\.${name} ([^(].*)$`, 'm').exec(output)?.[1];
  const commit = header('oid');
  if (commit === undefined) return {};
  return { commit, dirty: /^[^#]/m.test(output), ...withoutUndefined({ branch: header('head') }) };
}

// git, asked for what it knows. Nothing that lies among the folders may make it run a program.

const runFile = promisify(execFile);

/** From the command line, no repository's settings override these. The first needs git 2.38. */
const harmless = ['-c', 'safe.bareRepository=explicit', '-c', 'core.fsmonitor=false', '--no-optional-locks'];

/** A file whose time does not tell is read: whether it differs is asked before work is overwritten. */
const exact = ['core.checkStat=default', 'core.trustctime=true', 'diff.autoRefreshIndex=true'].flatMap(
  (setting) => ['-c', setting],
);

/**
 * What git prints. @param folder absolute
 *
 * @throws where it is not installed, ends with an error, or takes longer than half a minute
 */
export async function runGit(folder: string, args: readonly string[]): Promise<string> {
  assertNoHiddenRepository(realpathSync(folder));
  const options = { timeout: 30_000, maxBuffer: 2 ** 28 };
  const { stdout } = await runFile('git', ['-C', folder, ...harmless, ...exact, ...args], options);
  return stdout;
}

/** Of a list that is separated by NUL (`-z`). */
export async function listGit(folder: string, args: readonly string[]): Promise<readonly string[]> {
  return (await runGit(folder, args)).split('\0').filter((path) => path !== '');
}

/**
 * A folder that holds `HEAD`, `objects` and `refs` is a repository to git, and its `config` names programs to run;
 * unlike a `.git`, it can be committed by anybody (gitrepository-layout; git-config, `safe.bareRepository`).
 */
function assertNoHiddenRepository(folder: string): void {
  if (existsSync(join(folder, '.git'))) return;
  const isOne =
    existsSync(join(folder, 'HEAD')) &&
    ['objects', 'commondir'].some((name) => existsSync(join(folder, name)));
  if (isOne) throw new Error(`${folder} looks like a repository of its own`);
  if (dirname(folder) !== folder) assertNoHiddenRepository(dirname(folder));
}

// Why git told nothing, for people.

export interface GitFailure {
  /** The end of a sentence. */
  readonly reason: string;
  /** A command that helps. */
  readonly remedy?: string;
}

/** `undefined` where the folder lies in no repository, so that there was nothing to tell. @param folder absolute */
export function explainGitFailure(folder: string, error: unknown): GitFailure | undefined {
  if (!isInRepository(folder)) return undefined;
  const { code, killed, stderr = '', message } = error as GitError;
  if (code === 'ENOENT') return { reason: 'git is not installed' };
  if (killed === true) return { reason: 'git took too long' };
  // Its words come in many languages, the command among them does not.
  const remedy = /^\s*(git config --global --add safe\.directory .+)$/m.exec(stderr)?.[1];
  if (remedy !== undefined)
    return { reason: 'the repository belongs to another user, which git calls dubious ownership', remedy };
  const [said = ''] = stderr.trim().split('\n');
  return { reason: said === '' ? message : said.replace(/^fatal: /, '') };
}

type GitError = Error & {
  readonly code?: string | number;
  readonly killed?: boolean;
  readonly stderr?: string;
};

function isInRepository(folder: string): boolean {
  return existsSync(join(folder, '.git')) || (dirname(folder) !== folder && isInRepository(dirname(folder)));
}
