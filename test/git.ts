/** git for tests: as somebody, whatever the settings of this machine are. */

import { execFileSync } from 'node:child_process';
import { tmpdir } from 'node:os';

const settings = [
  'user.name=Test',
  'user.email=test@example.com',
  'commit.gpgSign=false',
  'protocol.file.allow=always',
  // A process more with every commit and fetch.
  'maintenance.auto=false',
].flatMap((setting) => ['-c', setting]);

/** What it printed, without space around it. @throws where it ends with anything but 0 */
export function git(folder: string, ...args: readonly string[]): string {
  const env = { PATH: process.env['PATH'] ?? '', HOME: tmpdir(), GIT_CONFIG_NOSYSTEM: '1' };
  const options = { cwd: folder, env, encoding: 'utf8', stdio: 'pipe' } as const;
  return execFileSync('git', [...settings, ...args], options).trim();
}
