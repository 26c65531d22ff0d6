import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { findMachineLocks } from '../../src/run/lock.js';

const acme = { kind: 'tenant', identity: 'https://acme.eu.qlikcloud.com', root: '/work/a' } as const;
const folder = 'qlik-sync/locks/acme.eu.qlikcloud.com';

describe.skipIf(process.platform === 'win32')('the locks of a machine', () => {
  it.each([
    [{ HOME: '/home/ana' }, `/home/ana/.local/state/${folder}`],
    [{ HOME: '/home/ana', XDG_STATE_HOME: '/state' }, `/state/${folder}`],
    [{ HOME: '/home/ana', XDG_STATE_HOME: '' }, `/home/ana/.local/state/${folder}`],
    [{ HOME: '/home/ana', XDG_STATE_HOME: 'state' }, `/home/ana/.local/state/${folder}`],
    [{ HOME: '/home/ana', LOCALAPPDATA: '/local' }, `/local/${folder}`],
    [{ HOME: 'ana' }, undefined],
    [{ HOME: '' }, undefined],
    [{}, undefined],
  ])('with %j', (env, expected) => {
    expect(findMachineLocks(acme, env)?.folder).toBe(expected);
    expect(findMachineLocks({ ...acme, root: '/work/b' }, env)?.folder).toBe(expected);
  });

  it('know an embedded tenant by its folder, however it is come by', () => {
    const base = mkdtempSync(join(tmpdir(), 'qlik-sync-locks-'));
    onTestFinished(() => rmSync(base, { recursive: true }));
    mkdirSync(join(base, 'a/.qlik-sync/sandbox'), { recursive: true });
    symlinkSync(join(base, 'a'), join(base, 'c'), 'junction');
    const of = (root: string, identity: string) =>
      findMachineLocks({ kind: 'sandbox', identity, root: join(base, root) }, { HOME: base })?.folder;
    expect(of('b', 'sandbox:../a/.qlik-sync/sandbox')).toBe(of('a', 'sandbox'));
    expect(of('c', 'sandbox')).toBe(of('a', 'sandbox'));
    expect(of('b', 'sandbox')).not.toBe(of('a', 'sandbox'));
    expect(of('b', 'sandbox:.')).not.toBe(of('a', 'sandbox:.'));
  });
});
