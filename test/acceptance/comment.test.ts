/** The Markdown of a run that fails takes the place of the one before: the first line is the same, and it says where. */

import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readDocument } from './support/documents.js';
import { type Fleet, openFleet, refusesKeys, reportFile } from './support/fleet.js';
import { runInProcess } from './support/in-process.js';
import { extensionFiles } from './support/workspace.js';

let fleet: Fleet;

beforeEach(async () => {
  fleet = await openFleet(['dev', 'prod']);
  fleet.workspace.write(extensionFiles('a'));
});
afterEach(() => fleet.close());

async function comment(code: number, ...args: readonly string[]): Promise<readonly string[]> {
  const result = await fleet.run(...args, '--report', 'markdown=c.md');
  expect(result.code, result.stderr).toBe(code);
  return readFileSync(reportFile(fleet, 'c.md'), 'utf8').split('\n');
}

const unreachable = 'http://127.0.0.1:1';

describe('a comment', () => {
  it.each<readonly [string, number, () => unknown]>([
    ['the key is refused', 4, () => fleet.tenant('prod').addFaults(refusesKeys)],
    ['the host cannot be reached', 5, () => fleet.configure({ prod: { tenant: unreachable } })],
    ['a variable is not set', 3, () => fleet.configure({ prod: { auth: { apiKey: '${NOT_SET}' } } })],
    ['the address is not known', 3, () => fleet.configure({ prod: { tenant: 'https://${NOT_SET}' } })],
    ['the config has an unknown key', 3, () => fleet.configure({}, { wat: 1 })],
    [
      'it is the default one',
      5,
      () => fleet.configure({ prod: { tenant: unreachable } }, { defaultEnvironment: 'prod' }),
    ],
    ['a manifest is broken', 3, () => fleet.workspace.write({ 'extensions/a/a.qext': '{ "name": ' })],
    ['the folders have errors', 3, () => fleet.workspace.write({ 'extensions/a/a.js': '' })],
  ])('is found again where %s', async (_row, code, spoil) => {
    const [marker] = await comment(0, 'plan', '--env', 'prod');
    expect(marker).toBe('<!-- qlik-sync:plan:acme:prod -->');
    await spoil();
    const [first, title] = await comment(code, 'plan', '--env', 'prod');
    expect(first).toBe(marker);
    expect(title).toBe('### ❌ qlik-sync plan · prod · acme: failed');
  });

  it.each<readonly [string, readonly string[], number, string]>([
    ['--tenant', ['--tenant', unreachable], 3, '127.0.0.1-1'],
    ['the sandbox', ['--sandbox', 'zzz'], 3, 'sandbox'],
    ['an environment that the file does not have', ['--env', 'dev', '--env', 'nope'], 3, 'dev+nope'],
  ])('of %s names it, too', async (_row, args, code, place) => {
    expect((await comment(code, 'plan', ...args))[0]).toBe(`<!-- qlik-sync:plan:acme:${place} -->`);
  });

  it('of a config that cannot be read names the environment that was asked for', async () => {
    fleet.workspace.write({ 'qlik-sync.config.json': '{' });
    expect((await comment(3, 'plan', '--env', 'prod'))[0]).toBe('<!-- qlik-sync:plan::prod -->');
    expect((await comment(3, 'plan', '--env', 'prod', '--wat'))[0]).toBe('<!-- qlik-sync:plan::prod -->');
  });

  it('contains nothing that may be a secret in the wrong place', async () => {
    fleet.configure({}, { project: 'Secret-Value-1' });
    expect((await comment(3, 'plan', '--env', 'prod'))[0]).toBe('<!-- qlik-sync:plan::prod -->');
  });

  it('of several environments is found again if one of them fails', async () => {
    const both = ['plan', '--env', 'dev', '--env', 'prod'] as const;
    const [marker] = await comment(0, ...both);
    fleet.configure({ prod: { tenant: 'https://${NOT_SET}' } });
    expect((await comment(3, ...both))[0]).toBe(marker);
    expect(marker).toBe('<!-- qlik-sync:plan:acme:dev+prod -->');
  });

  it('of a shard without environments says so', async () => {
    const lines = await comment(0, 'drift', '--env', 'dev', '--env', 'prod', '--shard', '5/5');
    expect(lines[1]).toBe('### ✅ qlik-sync drift: no environment in this shard');
    expect(lines.join('\n')).not.toContain('project');
  });
});

describe('an interrupt in --json', () => {
  const interrupted = AbortSignal.abort(new Error('interrupted'));
  const told = { kind: 'interrupted', message: 'Interrupted.' };
  const runJson = (...args: readonly string[]) =>
    runInProcess([...args, '--json'], {
      ...{ cwd: fleet.workspace.folder, interrupted },
      env: { KEY_DEV: fleet.tenant('dev').sandbox.apiKey, KEY_PROD: 'key' },
    });

  it.each(['plan', 'apply', 'impact', 'drift'])('of %s is no bug', async (command) => {
    const document = readDocument('error', await runJson(command, '--env', 'dev'), command);
    expect(document).toMatchObject({ error: told, exitCode: 130 });
  });

  it('of several environments is not a failure of any of them', async () => {
    const result = await runJson('plan', '--env', 'dev', '--env', 'prod');
    expect(readDocument('environments', result, 'plan')['environments']).toEqual([
      { environment: 'dev', exitCode: 130, error: told },
      { environment: 'prod', exitCode: 130, error: told },
    ]);
  });
});
