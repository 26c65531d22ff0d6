/** git, asked for what it knows. Nothing that lies among the folders may make it run a program. */

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const runFile = promisify(execFile);

/**
 * A folder that holds `HEAD`, `config`, `objects` and `refs` is a repository to git, with settings that name programs;
 * anybody who may commit can make one (git-config, `safe.bareRepository`; since git 2.38). `core.fsmonitor` is such
 * a setting. From the command line, nothing in a repository overrides either.
 */
const harmless = ['-c', 'safe.bareRepository=explicit', '-c', 'core.fsmonitor=false', '--no-optional-locks'];

/**
 * What git prints. @param folder absolute
 *
 * @throws where it is not installed, ends with an error, or takes longer than half a minute
 */
export async function runGit(folder: string, args: readonly string[]): Promise<string> {
  const options = { timeout: 30_000, maxBuffer: 2 ** 28, env: environment() };
  const { stdout } = await runFile('git', ['-C', folder, ...harmless, ...args], options);
  return stdout;
}

/** The folder tells which repository; a hook of another one, which may have started us, does not. */
function environment(): NodeJS.ProcessEnv {
  const { GIT_DIR: _, GIT_WORK_TREE: __, GIT_INDEX_FILE: ___, GIT_PREFIX: ____, ...rest } = process.env;
  return rest;
}

/** Of a list that is separated by NUL (`-z`). */
export async function listGit(folder: string, args: readonly string[]): Promise<readonly string[]> {
  return (await runGit(folder, args)).split('\0').filter((path) => path !== '');
}
