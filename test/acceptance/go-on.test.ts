/** Command lines that are printed to go on name the environment: without it they would mean the default one. */

import { afterEach, beforeEach, describe, expect } from 'vitest';
import { it } from '../store/over-stores.js';
import { remainsIn } from '../store/remains.js';
import { type Fleet, openFleet } from './support/fleet.js';
import { extensionFiles, type Result } from './support/workspace.js';

let fleet: Fleet;
beforeEach(async () => {
  fleet = await openFleet(['dev', 'eu']);
  fleet.configure({}, { defaultEnvironment: 'dev' });
  fleet.workspace.write(extensionFiles('a'));
  for (const name of ['dev', 'eu']) await onEnvironment(name, 'apply');
});
afterEach(() => fleet.close());

function onEnvironment(name: string, ...args: readonly string[]): Promise<Result> {
  return fleet.run(...args, '--env', name, '--yes');
}

async function newestRun(): Promise<{ readonly id: string; readonly undo?: string }> {
  return JSON.parse((await fleet.run('history', '--env', 'eu', '--json')).stdout).runs[0];
}

describe('in an environment that is not the default', () => {
  it('a delete that waits for another name', async () => {
    fleet.workspace.write({ ...extensionFiles('a', { version: '2.0.0' }), ...extensionFiles('b') });
    await onEnvironment('eu', 'apply');
    await remainsIn(() => fleet.workspace.folder).spoil('backups', () => undefined);
    const { stdout } = await onEnvironment('eu', 'rollback', '--prune');
    expect(stdout).toContain('which cannot be restored; qlik-sync rollback b --prune --env eu deletes it');
  });

  it('what a rollback undid', async () => {
    fleet.workspace.write(extensionFiles('a', { version: '2.0.0' }));
    await onEnvironment('eu', 'apply');
    await onEnvironment('eu', 'rollback', 'a');
    const { id, undo } = await newestRun();
    expect(undo).toBe(`qlik-sync rollback ${id} --env eu`);
    for (const words of [[], ['a']]) {
      const { code, stderr } = await onEnvironment('eu', 'rollback', ...words);
      expect(code).toBe(3);
      expect(stderr).toContain(`To make the changes again that it undid: ${undo}\n`);
    }
    expect((await onEnvironment('eu', 'rollback', 'other')).stderr).toContain(
      'qlik-sync history --env eu lists them',
    );
  });

  it('a replace that only deleted', async () => {
    const eu = fleet.tenant('eu');
    fleet.workspace.write(extensionFiles('s', { supernova: true }));
    await onEnvironment('eu', 'apply');
    fleet.workspace.write(extensionFiles('s', { supernova: false, version: '2.0.0' }));
    await eu.addFaults([
      { method: 'POST', path: '*', times: 9, when: 'before', kind: 'status', status: 500 },
    ]);
    await onEnvironment('eu', 'apply', '--allow-replace', 's');
    await eu.clearFaults();
    fleet.workspace.remove('extensions/s');
    const { stdout } = await onEnvironment('eu', 'apply');
    expect(stdout).toContain('or qlik-sync rollback s --env eu restores its backup');
  });
});
