/** The options of watch that change only what it prints, from the command line and from the environment. */

import { expect, it } from 'vitest';
import { runInProcess } from './support/in-process.js';
import { useWatchScene } from './support/watch-scene.js';

const scene = useWatchScene();

const reload = 'Browsers that are open keep the old version';

/** What `watch` prints until both extensions are there. */
async function watchOnce(args: readonly string[], env: Readonly<Record<string, string>>): Promise<string> {
  const interrupt = new AbortController();
  let printed = '';
  const { stdout } = await runInProcess(['watch', ...args], {
    cwd: scene.workspace.folder,
    env: { ...scene.tenant.env, ...env },
    interrupted: interrupt.signal,
    onStdout: (text) => {
      printed += text;
      if (/\bkpi\b/.test(printed) && /\bmap\b/.test(printed)) interrupt.abort(new Error('interrupted'));
    },
  });
  return stdout;
}

function isJson(stdout: string): boolean {
  return stdout
    .trimEnd()
    .split('\n')
    .every((line) => line.startsWith('{'));
}

it.each([
  [[], {}, 'text', 'says it'],
  [['--json'], {}, 'json', 'says it'],
  [[], { QLIK_SYNC_JSON: '1' }, 'json', 'says it'],
  [[], { QLIK_SYNC_JSON: 'true' }, 'json', 'says it'],
  [[], { QLIK_SYNC_JSON: '0' }, 'text', 'says it'],
  [['--json'], { QLIK_SYNC_JSON: '0' }, 'json', 'says it'],
  [['--quiet'], {}, 'text', 'leaves it out'],
  [[], { QLIK_SYNC_QUIET: '1' }, 'text', 'leaves it out'],
  [[], { QLIK_SYNC_QUIET: 'false' }, 'text', 'says it'],
  [[], { QLIK_SYNC_QUIET: '1', QLIK_SYNC_JSON: '1' }, 'json', 'leaves it out'],
] as const)('watch %j with %j: %s, and %s', async (args, env, form, hint) => {
  const stdout = await watchOnce(args, env);
  expect(isJson(stdout)).toBe(form === 'json');
  expect(stdout.includes(reload)).toBe(hint === 'says it');
});

it('a variable that is wrong stops watch before anything is written', async () => {
  const { code, stderr } = await runInProcess(['watch'], {
    cwd: scene.workspace.folder,
    env: { ...scene.tenant.env, QLIK_SYNC_JSON: 'yes' },
  });
  expect([code, stderr]).toEqual([3, expect.stringContaining('QLIK_SYNC_JSON: must be 1, true, 0 or false')]);
  expect(await scene.tenant.client.list()).toEqual([]);
});
