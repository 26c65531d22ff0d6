/** The built `watch` in a process of its own, its lines on our stdout. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { createInterface } from 'node:readline';
import { cli } from '../bench/programs.mjs';

/** @param {readonly string[]} args further ones, such as `--quiet-period 1` to see builds mixed */
export function startWatch(cwd, { url, apiKey }, args) {
  const child = spawn(process.execPath, [cli, 'watch', '--json', ...args], {
    cwd,
    env: { ...process.env, XDG_STATE_HOME: tmpdir(), QLIK_TENANT_URL: url, QLIK_API_KEY: apiKey },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  createInterface({ input: child.stdout }).on('line', (line) => {
    const { event, name, message, ms } = JSON.parse(line);
    const words = ['  watch:', event, name, message, ms !== undefined && `(${ms} ms)`];
    process.stdout.write(`${words.filter(Boolean).join(' ')}\n`);
  });
  return {
    /** Ctrl-C; the exit code. */
    interrupt: async () => {
      child.kill('SIGINT');
      return (await exited)[0];
    },
    kill: () => child.kill('SIGKILL'),
  };
}
