/** Runs programs to their end. Synchronous, so that the bench itself takes no time from what it measures. */

import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';

export const cli = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));

/** Nothing of the machine's own settings, keys or proxies reaches a child. */
export function cleanEnvironment(extra = {}) {
  return { PATH: process.env.PATH ?? '', HOME: tmpdir(), LC_ALL: 'C', TZ: 'UTC', NO_COLOR: '1', ...extra };
}

/**
 * @returns {{ ms: number, stdout: string }} milliseconds from start to end of the whole process
 * @throws where it does not end with 0
 */
export function run(program, args, { cwd = tmpdir(), env = {}, timeoutMs = 120_000 } = {}) {
  const started = performance.now();
  const child = spawnSync(program, args, {
    cwd,
    env: cleanEnvironment(env),
    stdio: ['ignore', 'pipe', 'pipe'],
    encoding: 'utf8',
    maxBuffer: 2 ** 27,
    timeout: timeoutMs,
  });
  const ms = performance.now() - started;
  if (child.error !== undefined) throw child.error;
  if (child.status === 0) return { ms, stdout: child.stdout };
  throw new Error(`${program} ${args.join(' ')} ended with ${child.status ?? child.signal}:\n${tail(child)}`);
}

/** What a program said last, which is where it says what went wrong. */
function tail({ stdout, stderr }) {
  return `${stdout}\n${stderr}`.slice(-2_000);
}

export function runNode(args, options) {
  return run(process.execPath, args, options);
}

export function isInstalled(program) {
  return spawnSync(program, ['--version'], { stdio: 'ignore' }).error === undefined;
}
