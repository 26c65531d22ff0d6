/** A program that does not end by itself, and what it started: nothing of it outlives the run. */

import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runProgram } from '../../src/config/run-program.js';

const server = createServer();
beforeEach(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(() => {
  server.close();
});

/** A program that lives as long as its connection, to be started by a shell that waits for it. */
const shell = (script: string): readonly string[] => {
  const { port } = server.address() as AddressInfo;
  const code = `require('node:net').connect(${port}, '127.0.0.1').resume()`;
  return ['sh', '-c', script.replaceAll('CHILD', `'${process.execPath}' -e "${code}"`)];
};

describe('a program that is interrupted', () => {
  it.each([
    ['waits for a child', 'CHILD; true'],
    ['has a child behind it', 'CHILD & wait'],
    ['has a grandchild, and ignores the polite ways', 'trap "" TERM INT; (CHILD; true); true'],
  ])('%s', async (_, script) => {
    const interrupt = new AbortController();
    const place = { cwd: import.meta.dirname, env: { PATH: process.env['PATH'] } };
    const running = runProgram({
      command: shell(script),
      ...place,
      timeoutMs: 60_000,
      signal: interrupt.signal,
    });
    const [socket] = await once(server, 'connection');
    const gone = once(socket, 'close');
    socket.on('error', () => undefined).resume();
    interrupt.abort(new Error('interrupted'));
    await expect(running).rejects.toThrow('interrupted');
    await gone;
  });
});

describe('a program that prints without end', () => {
  it.each(['dropped', 'ends'] as const)('too much: %s', async (tooMuch) => {
    const ended = await runProgram({
      command: [process.execPath, '-e', `setInterval(() => console.log('x'.repeat(9999)), 1)`],
      ...{ cwd: import.meta.dirname, env: { PATH: process.env['PATH'] } },
      ...{ timeoutMs: tooMuch === 'ends' ? 60_000 : 1000, mostBytes: 50_000, tooMuch },
    });
    const problem = tooMuch === 'ends' ? 'printed too much' : 'did not end within 1 s';
    expect(ended.problem).toBe(problem);
    if (tooMuch === 'ends') expect(ended.stdout).toMatchObject({ isWhole: false });
  });
});
