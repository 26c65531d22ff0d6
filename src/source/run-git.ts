/** git, asked for what it knows. Nothing that lies among the folders may make it run a program. */

import { execFile } from 'node:child_process';
import { existsSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

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
