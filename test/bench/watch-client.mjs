/** `watch --json` of the built command line, in a process of its own. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { cleanEnvironment, cli } from './programs.mjs';
import { undoAtEnd } from './tidy.mjs';

const memory = new URL('watch-memory.mjs', import.meta.url).href;
const patienceMs = 90_000;

/** @returns resolves when all is planned once, so that a save from now on is a change */
export async function startWatch(workspace, { url, apiKey }, args, program = cli) {
  const command = [program, 'watch', '--json', '--tenant', url, ...args];
  const child = spawn(process.execPath, ['--expose-gc', '--import', memory, ...command], {
    cwd: workspace.folder,
    env: cleanEnvironment({ QLIK_API_KEY: apiKey }),
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  const ended = once(child, 'exit');
  const kill = undoAtEnd(() => child.kill('SIGKILL'));
  const next = readEvents(child.stdout);
  await next({ event: 'watching' });
  return {
    pid: child.pid,
    next,
    /** Bytes after a collection: in use, and resident. */
    memory: async () => {
      child.kill('SIGUSR2');
      const [{ heapUsed, external, rss }] = await once(child, 'message');
      return { used: heapUsed + external, resident: rss };
    },
    /** Ctrl-C. Resolves to how many it says it synced. */
    finish: async () => {
      child.kill('SIGINT');
      return (await next({ event: 'stopped' })).synced;
    },
    kill: async () => {
      kill();
      await ended;
    },
  };
}

/** Events that mean that what is measured does not happen. */
const troubles = new Set(['refused', 'waiting', 'paused', 'offline']);

/** A function that resolves to the next event like the one given, each event once. */
function readEvents(stdout) {
  const unseen = [];
  const waiting = new Set();
  createInterface({ input: stdout }).on('line', (line) => {
    unseen.push(JSON.parse(line));
    for (const look of waiting) look();
  });
  return (like) =>
    new Promise((resolve, reject) => {
      const timer = setTimeout(() => end(reject, new Error(`no ${JSON.stringify(like)}`)), patienceMs);
      function end(settle, value) {
        clearTimeout(timer);
        waiting.delete(look);
        settle(value);
      }
      function look() {
        const trouble = unseen.find(({ event }) => troubles.has(event));
        if (trouble !== undefined) return end(reject, new Error(`watch says ${JSON.stringify(trouble)}`));
        const index = unseen.findIndex((event) =>
          Object.entries(like).every(([key, value]) => event[key] === value),
        );
        if (index >= 0) end(resolve, unseen.splice(index, 1)[0]);
      }
      waiting.add(look);
      look();
    });
}
