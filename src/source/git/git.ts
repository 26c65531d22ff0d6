/** Runs git, and reads which commit the folders are at: for documents and journals, never for a decision. */

import { execFile } from 'node:child_process';
import { existsSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { withoutUndefined } from '../../core/json.js';
import type { SourceState } from '../../core/past-run.js';

/** The part of it that git knows; the CI run's address comes from the environment. */
type GitState = Omit<SourceState, 'ci'>;

/**
 * Empty outside a repository, without a commit, or without git. Costs a process, so ask only for what is recorded.
 *
 * @param onUnknown called with the reason, for people, where there is a repository but its commit is unknown
 */
export async function readGitState(folder: string, onUnknown?: (reason: string) => void): Promise<GitState> {
  try {
    return parseStatus(await runGit(folder, [...wholeStatus, '--', '.']));
  } catch (error) {
    const failure = explainGitFailure(folder, error);
    if (failure !== undefined) onUnknown?.(whyUnknown(failure));
    return {};
  }
}

/** Overrides the repository's own settings. */
const wholeStatus = [
  ...['status', '--porcelain=v2', '--branch'],
  ...['--untracked-files=normal', '--ignore-submodules=none'],
];

function whyUnknown({ reason, remedy }: GitFailure): string {
  const help = remedy === undefined ? '' : ` Trust it: ${remedy}`;
  return `The commit is not recorded: ${reason}.${help}`;
}

/** git puts its own words in brackets, which no commit or branch begins with: `(initial)`, `(detached)`. */
function parseStatus(output: string): GitState {
  const header = (name: string): string | undefined =>
    new RegExp(`^# branch\\.${name} ([^(].*)$`, 'm').exec(output)?.[1];
  const commit = header('oid');
  if (commit === undefined) return {};
  return { commit, dirty: /^[^#]/m.test(output), ...withoutUndefined({ branch: header('head') }) };
}

const runFile = promisify(execFile);

/** Keeps git from running programs that a folder names. No repository can override these; the first needs git 2.38. */
const harmless = ['-c', 'safe.bareRepository=explicit', '-c', 'core.fsmonitor=false', '--no-optional-locks'];

/** Where a file's time is ambiguous, git reads it: work may be overwritten depending on the answer. */
const exact = ['core.checkStat=default', 'core.trustctime=true', 'diff.autoRefreshIndex=true'].flatMap(
  (setting) => ['-c', setting],
);

/**
 * What git prints.
 *
 * @param folder absolute
 * @throws where git is not installed, ends with an error, or takes longer than half a minute
 */
export async function runGit(folder: string, args: readonly string[]): Promise<string> {
  assertNoHiddenRepository(realpathSync(folder));
  const options = { timeout: 30_000, maxBuffer: 2 ** 28 };
  const { stdout } = await runFile('git', ['-C', folder, ...harmless, ...exact, ...args], options);
  return stdout;
}

/** The entries of a list that git separates by NUL (`-z`). */
export async function listGit(folder: string, args: readonly string[]): Promise<readonly string[]> {
  return (await runGit(folder, args)).split('\0').filter((path) => path !== '');
}

/**
 * git takes a folder with `HEAD`, `objects` and `refs` for a repository and may run programs that its `config` names.
 * Unlike a `.git`, such a folder can be committed (gitrepository-layout; git-config, `safe.bareRepository`).
 */
function assertNoHiddenRepository(folder: string): void {
  if (existsSync(join(folder, '.git'))) return;
  const looksBare =
    existsSync(join(folder, 'HEAD')) &&
    ['objects', 'commondir'].some((name) => existsSync(join(folder, name)));
  if (looksBare) throw new Error(`${folder} looks like a repository of its own`);
  if (dirname(folder) !== folder) assertNoHiddenRepository(dirname(folder));
}

/** Why git did not answer, for people. */
interface GitFailure {
  /** The end of a sentence. */
  readonly reason: string;
  /** A command that helps. */
  readonly remedy?: string;
}

/** `undefined` where the folder is in no repository, so that git had nothing to answer. @param folder absolute */
export function explainGitFailure(folder: string, error: unknown): GitFailure | undefined {
  if (!isInRepository(folder)) return undefined;
  const { code, killed, stderr = '', message } = error as GitError;
  if (code === 'ENOENT') return { reason: 'git is not installed' };
  if (killed === true) return { reason: 'git took too long' };
  // git's messages are translated, the command in them is not.
  const remedy = /^\s*(git config --global --add safe\.directory .+)$/m.exec(stderr)?.[1];
  if (remedy !== undefined) {
    return { reason: 'the repository belongs to another user, which git calls dubious ownership', remedy };
  }
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
