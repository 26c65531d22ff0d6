/** Runs git in such a way that it only reads: no network, no prompt, no program that a folder names. */

import { execFile } from 'node:child_process';
import { existsSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { UserError } from '../../core/errors.js';
import { findRepository, isIndexWhole } from './repository.js';

/** Where git runs, with the variables of this process. */
export interface GitPlace {
  /** Absolute. */
  readonly folder: string;
  readonly env: Variables;
  /** How many milliseconds an answer may take; half a minute if absent. */
  readonly limitMs?: number;
}

type Variables = Readonly<Record<string, string | undefined>>;

/** Keeps git from running programs that a folder names. No repository can override these; the first needs git 2.38. */
const harmless = [
  '--no-optional-locks',
  '--no-pager',
  ...['safe.bareRepository=explicit', 'core.fsmonitor=false', 'core.hooksPath=/dev/null'].flatMap(set),
];

/** If a file's time is ambiguous, git reads the file: work may be overwritten depending on the answer. */
const exact = ['core.checkStat=default', 'core.trustctime=true', 'diff.autoRefreshIndex=true'].flatMap(set);

function set(setting: string): readonly string[] {
  return ['-c', setting];
}

/**
 * Variables that name a repository, index or set of objects other than the folder's, as git sets them for its hooks: those
 * that `git rev-parse --local-env-vars` lists, and those that change how paths are read or make git write traces.
 */
const misleading =
  /^GIT_(?:ALTERNATE_OBJECT_DIRECTORIES|CONFIG|CONFIG_PARAMETERS|CONFIG_COUNT|OBJECT_DIRECTORY|DIR|WORK_TREE|IMPLICIT_WORK_TREE|GRAFT_FILE|INDEX_FILE|INDEX_VERSION|NO_REPLACE_OBJECTS|REPLACE_REF_BASE|PREFIX|INTERNAL_SUPER_PREFIX|SHALLOW_FILE|COMMON_DIR|NAMESPACE|ATTR_SOURCE|QUARANTINE_PATH|(?:LITERAL|GLOB|NOGLOB|ICASE)_PATHSPECS|EXTERNAL_DIFF|DIFF_OPTS|TRACE.*)$/i;

/**
 * A partial clone would fetch what it lacks from its remote, with the user's credentials: never just to answer a question.
 * git before 2.45 can only forbid protocols.
 */
const offline = {
  GIT_NO_LAZY_FETCH: '1',
  GIT_ALLOW_PROTOCOL: 'none',
  GIT_TERMINAL_PROMPT: '0',
  // git's messages are compared below.
  LC_ALL: 'C',
  LANGUAGE: 'C',
};

function childVariables(env: Variables): Variables {
  return {
    ...Object.fromEntries(Object.entries(env).filter(([name]) => !misleading.test(name))),
    ...offline,
  };
}

const usualLimitMs = 30_000;

/**
 * The output of git.
 *
 * @throws if git is not installed, exits with an error, or takes longer than the limit
 */
export async function runGit(place: GitPlace, args: readonly string[]): Promise<string> {
  const { folder, env, limitMs: timeout = usualLimitMs } = place;
  assertNoHiddenRepository(realpathSync(folder));
  const options = { timeout, maxBuffer: 2 ** 28, env: childVariables(env) };
  const { stdout } = await promisify(execFile)(
    'git',
    ['-C', folder, ...harmless, ...exact, ...args],
    options,
  );
  return stdout;
}

/** The entries of a list that git separates by NUL (`-z`). @throws as `runGit`, and if the index is damaged */
export async function listGit(place: GitPlace, args: readonly string[]): Promise<readonly string[]> {
  const repository = findRepository(realpathSync(place.folder));
  if (repository !== undefined && !isIndexWhole(repository)) {
    throw Object.assign(new Error('the index is cut off'), { stderr: 'fatal: index file corrupt' });
  }
  return (await runGit(place, args)).split('\0').filter((path) => path !== '');
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
export interface GitFailure {
  /** The end of a sentence. */
  readonly reason: string;
  /** A sentence: what to do about it. */
  readonly remedy: string;
}

/** `undefined` if the folder is in no repository, so that git had nothing to answer. */
export function explainGitFailure(
  { folder, limitMs = usualLimitMs }: GitPlace,
  error: unknown,
): GitFailure | undefined {
  if (!isInRepository(folder)) return undefined;
  const { code, killed, stderr = '', message } = error as GitError;
  if (code === 'ENOENT')
    return { reason: 'git is not installed', remedy: 'Install it; it has to be on the PATH.' };
  if (killed === true)
    return {
      reason: `it gave no answer within ${limitMs / 1000} seconds`,
      remedy: 'Run git status in that folder to see what takes so long.',
    };
  const [said = ''] = stderr.trim().split('\n');
  const known = knownFailures.find(({ sign }) => sign.test(stderr));
  const quoted = withoutCredentials(said === '' ? message : said.replace(/^(?:fatal|error): /, ''));
  if (known === undefined) return { reason: quoted, remedy: 'Run git status in that folder to see more.' };
  return { reason: known.reason, remedy: known.remedy(stderr) };
}

interface KnownFailure {
  readonly sign: RegExp;
  readonly reason: string;
  readonly remedy: (stderr: string) => string;
}

const trust = /^\s*(git config --global --add safe\.directory .+)$/m;

const knownFailures: readonly KnownFailure[] = [
  {
    sign: trust,
    reason: 'the repository belongs to another user, which git calls dubious ownership',
    remedy: (stderr) => `Trust it: ${trust.exec(stderr)?.[1] ?? ''}`,
  },
  {
    sign: /index file (?:corrupt|smaller than expected|open failed|uses )|bad (?:index file )?(?:signature|index version)|unable to map index|unordered stage entries|malformed name field in the index/i,
    reason: 'its index is damaged',
    remedy: () => 'Remove the file "index" of the git folder, and write it again with git reset.',
  },
  {
    sign: /promisor|transport '[^']*' not allowed|protocol '[^']*' is not supported|unable to read tree|could not fetch|missing (?:blob|tree|object)|lazy fetching disabled|unable to read (?:blob|[0-9a-f]{40})|bad (?:tree )?object/i,
    reason: 'this clone lacks objects that git would have to fetch first, as a partial clone does',
    remedy: () =>
      'Fetch them where the remote can be reached (git fetch --refetch --no-filter), or clone without --filter.',
  },
];

/** A remote's address may hold a user and a token. */
function withoutCredentials(text: string): string {
  return text.replace(/(\w:\/\/)[^\s/'"]*@/g, '$1');
}

/**
 * This run cannot go on without git's answer. Exit 3.
 *
 * @param what what needs the answer; begins the sentence
 */
export function needsGit(what: string, place: GitPlace, error: unknown): UserError {
  const failure = explainGitFailure(place, error);
  if (failure === undefined) {
    return new UserError(`${what} needs a git repository, and git itself.`, {
      hint: 'Name the extensions instead, or leave the option out.',
    });
  }
  return new UserError(`${what} needs git, which gave no answer: ${failure.reason}.`, {
    hint: failure.remedy,
  });
}

type GitError = Error & {
  readonly code?: string | number;
  readonly killed?: boolean;
  readonly stderr?: string;
};

/** @param folder absolute */
export function isInRepository(folder: string): boolean {
  return existsSync(join(folder, '.git')) || (dirname(folder) !== folder && isInRepository(dirname(folder)));
}
