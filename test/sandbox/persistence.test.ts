/** One tenant, several processes, any of which may die at any moment. */

import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdir, readFile, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type RunningSandbox, startSandbox } from '../../src/sandbox/start.js';
import type { ExtensionRecord } from '../../src/tenant/wire.js';
import { ask, create, extensions, extensionZip, items, patch, start, temporaryFolder } from './support.js';

const listOf = async (sandbox: RunningSandbox): Promise<readonly ExtensionRecord[]> =>
  (await ask(sandbox, extensions)).body.data;

/** Every record's archive is there, whole, and no other file is. */
async function expectSound(sandbox: RunningSandbox, dir: string): Promise<void> {
  const records = await listOf(sandbox);
  for (const { id, file } of records) {
    const { bytes } = await ask(sandbox, `${extensions}/${id}/file`);
    expect(createHash('md5').update(bytes).digest('hex')).toBe(file?.md5);
  }
  expect(
    (await readdir(dir)).filter((name) => !/^(tenant|extensions|items)\.json$|^archives$/.test(name)),
  ).toEqual([]);
}

describe('a folder', () => {
  it('holds everything over a restart', async () => {
    const dir = await temporaryFolder();
    const first = await startSandbox({ dir, seed: 7 });
    const kept = await create(first, 'kept');
    const { id } = await create(first, 'gone');
    await ask(first, `${extensions}/${id}`, { method: 'DELETE' });
    const [item] = (await ask(first, `${items}?resourceType=app`)).body.data;
    await ask(first, `${items}/${item.id}`, { method: 'PUT', body: '{"name":"Renamed"}' });
    await first.close();

    const second = await start({ dir, seed: 8 });
    expect([second.apiKey, second.userKey]).toEqual([first.apiKey, first.userKey]);
    expect(await listOf(second)).toEqual([kept]);
    expect((await ask(second, `${extensions}/${id}`)).status).toBe(410);
    expect((await ask(second, `${items}/${item.id}`)).body.name).toBe('Renamed');
    await expectSound(second, dir);
  });

  it('keeps its keys from other people', async () => {
    const dir = await temporaryFolder();
    await start({ dir });
    expect((await stat(join(dir, 'tenant.json'))).mode & 0o777).toBe(0o600);
  });

  it('does not collect archives that nothing refers to', async () => {
    const dir = await temporaryFolder();
    const sandbox = await start({ dir });
    const { id } = await create(sandbox);
    for (let index = 0; index < 3; index += 1) {
      await patch(sandbox, id, { file: await extensionZip('hello', { 'hello.js': `${index}` }) });
    }
    await patch(sandbox, id, { file: await extensionZip('other') });
    expect(await readdir(join(dir, 'archives'))).toHaveLength(1);
    await ask(sandbox, `${extensions}/${id}`, { method: 'DELETE' });
    expect(await readdir(join(dir, 'archives'))).toEqual([]);
  });

  it('says what to do when it is damaged', async () => {
    const dir = await temporaryFolder();
    await writeFile(join(dir, 'extensions.json'), '{"revision":"');
    const { status, body } = await ask(await start({ dir }), extensions);
    expect([status, body.meta.message]).toEqual([
      500,
      expect.stringMatching(/extensions\.json is damaged\. Delete it/),
    ]);
  });

  it('gives every server that starts at once the same keys', async () => {
    const dir = await temporaryFolder();
    const servers = await Promise.all(Array.from({ length: 4 }, () => start({ dir })));
    expect(new Set(servers.map(({ apiKey }) => apiKey)).size).toBe(1);
  });
});

describe('two servers on one folder', () => {
  it('lose nothing when both write at once, and see each other at once', async () => {
    const dir = await temporaryFolder();
    const servers = [await start({ dir }), await start({ dir })];
    const names = Array.from({ length: 60 }, (_, index) => `ext-${index}`);
    await Promise.all(names.map((name, index) => create(servers[index % 2]!, name)));
    for (const server of servers) {
      expect((await listOf(server)).map((record) => record.qextFilename).sort()).toEqual([...names].sort());
    }
    const created = await create(servers[0]!, 'seen');
    expect((await ask(servers[1]!, `${extensions}/seen`)).body).toEqual(created);
    await expectSound(servers[0]!, dir);
  });

  it('let one of them create a name, and count every patch', async () => {
    const dir = await temporaryFolder();
    const servers = [await start({ dir }), await start({ dir })];
    const race = await Promise.allSettled(servers.flatMap((server) => [create(server), create(server)]));
    expect(race.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    await Promise.all(
      Array.from({ length: 40 }, (_, index) =>
        patch(servers[index % 2]!, 'hello', { data: { name: `${index}` } }),
      ),
    );
    expect((await listOf(servers[0]!))[0]?.version).toBe('41.0.0');
  });

  it('always download a whole archive while it is replaced', async () => {
    const dir = await temporaryFolder();
    const [writer, reader] = [await start({ dir }), await start({ dir })];
    await create(writer);
    const writes = Promise.all(
      Array.from({ length: 20 }, async (_, index) =>
        patch(writer, 'hello', { file: await extensionZip('hello', { 'hello.js': `${index}` }) }),
      ),
    );
    for (let index = 0; index < 40; index += 1) {
      expect((await ask(reader, `${extensions}/hello/file`)).status).toBe(200);
    }
    await writes;
  });

  it('do not wait for a lock that somebody left behind', async () => {
    const dir = await temporaryFolder();
    const sandbox = await start({ dir });
    const lock = join(dir, 'extensions.json.lock');
    await writeFile(lock, 'somebody who died');
    await utimes(lock, new Date(0), new Date(0));
    await Promise.all(['a', 'b', 'c'].map((name) => create(sandbox, name)));
    expect(await listOf(sandbox)).toHaveLength(3);
    await expectSound(sandbox, dir);
  });
});

describe('separate processes', () => {
  it('may be killed at any moment: what was answered is there, whole', async () => {
    const dir = await temporaryFolder();
    const program = await bundle(await temporaryFolder());
    const answered: string[] = [];
    for (let round = 0; round < 4; round += 1) {
      const [doomed, other] = await Promise.all([serve(program, dir), serve(program, dir)]);
      const writes = Array.from({ length: 16 }, async (_, index) => {
        const name = `ext-${round}-${index}`;
        await create(index % 2 === 0 ? doomed.sandbox : other.sandbox, name);
        answered.push(name);
        if (index === 4 + round) doomed.process.kill('SIGKILL');
      });
      await Promise.allSettled(writes);
      other.process.kill('SIGKILL');
    }
    const names = (await listOf(await start({ dir }))).map(({ qextFilename }) => qextFilename);
    expect(names).toEqual(expect.arrayContaining(answered));
    expect(new Set(names).size).toBe(names.length);
    expect(answered.length).toBeGreaterThan(32);
    JSON.parse(await readFile(join(dir, 'extensions.json'), 'utf8'));
  });
});

async function bundle(dir: string): Promise<string> {
  const outfile = join(dir, 'sandbox.mjs');
  const entry = fileURLToPath(new URL('../../src/sandbox/start.ts', import.meta.url));
  await build({ entryPoints: [entry], bundle: true, platform: 'node', format: 'esm', outfile });
  return outfile;
}

async function serve(
  program: string,
  dir: string,
): Promise<{ process: ChildProcess; sandbox: RunningSandbox }> {
  const code = `
    const { startSandbox } = await import(${JSON.stringify(program)});
    console.log(JSON.stringify(await startSandbox({ dir: ${JSON.stringify(dir)} })));`;
  const child = spawn('node', ['--input-type=module', '-e', code], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const [line] = await new Promise<string[]>((resolve) => {
    createInterface({ input: child.stdout }).once('line', (text) => resolve([text]));
  });
  return { process: child, sandbox: { ...JSON.parse(line ?? ''), close: async () => undefined } };
}
