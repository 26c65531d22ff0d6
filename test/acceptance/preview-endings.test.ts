/** How the built command ends while a browser draws: stopped, without its browser, beside another run, on a full disk. */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { sound, supernova, supernovaFiles } from '../preview/extensions.js';
import { isGone } from '../preview/processes.js';
import { requireTool } from '../require-tool.js';
import { useScene } from './support/scene.js';
import type { Result } from './support/workspace.js';

const isThere = requireTool('chromium');

const cli = join(import.meta.dirname, '../../dist/cli.js');
const scene = useScene();

const inFolder = (name: string): string => join(scene.workspace.folder, name);

beforeEach(() => {
  symlinkSync(join(import.meta.dirname, '../../node_modules'), inFolder('node_modules'));
  mkdirSync(inFolder('temporary'));
  scene.workspace.write(
    supernovaFiles(
      'loop',
      supernova(`${sound} console.log('drawing now'); setTimeout(() => { for (;;) {} });`),
    ),
  );
});

/** Starts the program by a script that notes its process, and what its pages say. */
function writeBrowser(command = 'exec chromium "$@" --enable-logging=stderr 2>> \'LOG\''): void {
  const script = command.replace('LOG', inFolder('browser.log'));
  writeFileSync(inFolder('browser'), `#!/bin/sh\necho $$ > '${inFolder('browser.pid')}'\n${script}\n`, {
    mode: 0o755,
  });
}

const browserProcess = (): number => Number(readIfThere('browser.pid'));

function readIfThere(name: string): string {
  try {
    return readFileSync(inFolder(name), 'utf8');
  } catch {
    return '';
  }
}

const untilStarted = () => expect.poll(browserProcess).toBeGreaterThan(0);
const untilDrawing = () => expect.poll(() => readIfThere('browser.log')).toContain('drawing now');

interface Started {
  readonly child: ChildProcess;
  readonly ended: Promise<Result>;
}

/** @param before of the program, in a shell */
function start(args: readonly string[] = [], before = ''): Started {
  const env = {
    ...{ PATH: process.env['PATH'] ?? '', HOME: scene.workspace.home, TMPDIR: inFolder('temporary') },
    ...{ ...scene.tenant.env, CHROME_PATH: inFolder('browser') },
  };
  const command = ['-c', `${before} exec "$@"`, 'sh', process.execPath, cli, 'preview', ...args];
  const child = spawn('sh', command, { cwd: scene.workspace.folder, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const said = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const)
    child[stream].setEncoding('utf8').on('data', (text: string) => {
      said[stream] += text;
    });
  const ended = once(child, 'close').then(([code]) => ({ code: Number(code ?? -1), ...said }));
  return { child, ended };
}

async function expectNothingLeft(): Promise<void> {
  await expect.poll(() => isGone(browserProcess())).toBe(true);
  expect(readdirSync(inFolder('temporary')).filter((name) => name.startsWith('playwright'))).toEqual([]);
}

describe.runIf(isThere && process.platform !== 'win32')('a preview', () => {
  it.each([
    ['SIGINT', 'draws', undefined, untilDrawing],
    ['SIGTERM', 'draws', undefined, untilDrawing],
    ['SIGTERM', 'waits for a browser that never starts', 'exec sleep 1000', untilStarted],
  ] as const)(
    'that is told %s while it %s ends with 130, and its browser with it',
    async (signal, _when, browser, until) => {
      writeBrowser(browser);
      const { child, ended } = start();
      await until();
      child.kill(signal);
      expect(await ended).toEqual({ code: 130, stdout: '', stderr: 'Interrupted.\n' });
      await expectNothingLeft();
    },
  );

  it('whose browser is killed draws in another, and says what it drew where that is killed, too', async () => {
    writeBrowser();
    const { ended } = start();
    await untilDrawing();
    const first = browserProcess();
    unlinkSync(inFolder('browser.log'));
    process.kill(first, 'SIGKILL');
    await untilDrawing();
    expect(browserProcess()).not.toBe(first);
    process.kill(browserProcess(), 'SIGKILL');
    const { code, stdout, stderr } = await ended;
    expect({ code, stdout }).toEqual({ code: 5, stdout: '' });
    expect(stderr).toContain('error: The browser ended while it drew loop.\n');
    await expectNothingLeft();
  });

  it('is not disturbed by another in the same folder', async () => {
    writeBrowser();
    scene.workspace.remove('extensions/loop');
    scene.workspace.write(supernovaFiles('ring', supernova(sound)));
    const results = await Promise.all([start(['--json']).ended, start(['--json']).ended]);
    for (const { code, stdout, stderr } of results) {
      expect(code, stderr).toBe(0);
      expect(JSON.parse(stdout).previews).toMatchObject([{ name: 'ring', new: { result: 'drawn' } }]);
    }
    expect(readdirSync(inFolder('.qlik-sync/preview'))).toEqual(['ring.new.png']);
  });

  it('on a full disk says which picture it could not write, and leaves no part of it', async () => {
    writeBrowser('ulimit -S -f unlimited; exec chromium "$@"');
    scene.workspace.remove('extensions/loop');
    scene.workspace.write(supernovaFiles('ring', supernova(sound)));
    const { code, stdout, stderr } = await start([], 'ulimit -S -f 1;').ended;
    expect({ code, stdout }).toEqual({ code: 5, stdout: '' });
    expect(stderr).toContain(
      'error: The picture .qlik-sync/preview/ring.new.png cannot be written: file too large\n',
    );
    expect(readdirSync(inFolder('.qlik-sync/preview'))).toEqual([]);
    await expectNothingLeft();
  });
});
