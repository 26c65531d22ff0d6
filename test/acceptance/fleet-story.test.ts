/** One release to 60 tenants: pilots, a gate, a tenant that fails, another machine, a wave that is restored. */

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestStore, type TestStore } from '../store/stores.js';
import { readDocument } from './support/documents.js';
import { environmentOf, type Fleet, type Machine, openFleet, refusesKeys } from './support/fleet.js';
import { extensionFiles, type Result } from './support/workspace.js';

const names = Array.from({ length: 60 }, (_, n) => `t${String(n).padStart(2, '0')}`);
const pilots = names.slice(0, 6);
const broken = 't33';
const waves = ['--waves', 'tier=pilot/20%/rest'];

let fleet: Fleet;
let here: Machine;
let store: TestStore;
beforeAll(async () => {
  fleet = await openFleet(names);
  store = await startTestStore('file');
  fleet.configure(
    {},
    { environments: Object.fromEntries(names.map((name) => [name, describeTenant(name)])) },
  );
  release('1.0.0');
  here = fleet.elsewhere();
}, 60_000);
afterAll(async () => {
  here.close();
  await store.close();
  await fleet.close();
});

function describeTenant(name: string): object {
  const labels = { tier: pilots.includes(name) ? 'pilot' : 'usual' };
  return { ...environmentOf(name, fleet.tenant(name)), labels };
}

const files = (version: string) => ({
  ...extensionFiles('a', { code: version, version }),
  ...extensionFiles('b', { code: version, version }),
  'gate.mjs': `
    let text = '';
    for await (const chunk of process.stdin) text += chunk;
    const { wave, waves, environments } = JSON.parse(text);
    console.log(\`wave \${wave} of \${waves.length}, \${environments.length} environments\`);
    process.exitCode = process.env.GATE === 'closed' ? 1 : 0;
  `,
});

function release(version: string): void {
  fleet.workspace.write(files(version));
}

const gate = ['--gate', `'${process.execPath}' gate.mjs`];

function apply(
  machine: Machine,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Result> {
  const all = { ...store.env, QLIK_SYNC_STORE: store.address, ...env };
  return machine.run(['apply', '--yes', '--json', ...args], { env: all });
}

/** Who is behind, and the versions of `a` with how many tenants hold them. */
async function status(): Promise<unknown> {
  const result = await here.run(['fleet', 'status', '--json']);
  const { behind, unreached, extensions } = readDocument('fleet', result, 'fleet') as {
    behind: readonly { environment: string }[];
    unreached: readonly unknown[];
    extensions: readonly { versions: readonly { version: string; environments: readonly string[] }[] }[];
  };
  await Promise.all(names.map((name) => fleet.tenant(name).takeRequests()));
  const versions = extensions[0]?.versions.map(({ version, environments }) => [version, environments.length]);
  return { versions, behind: behind.map(({ environment }) => environment), unreached };
}

/** Of each tenant, what was written since the last call: `POST POST`, `PATCH PATCH`, or nothing. */
async function writes(): Promise<Readonly<Record<string, string>>> {
  const all = await Promise.all(
    names.map(async (name) => [name, (await fleet.tenant(name).takeWrites()).join(' ')] as const),
  );
  return Object.fromEntries(all.filter(([, methods]) => methods !== ''));
}

async function versions(): Promise<Readonly<Record<string, string>>> {
  const all = await Promise.all(
    names.map(async (name) => {
      const records = await fleet.tenant(name).client.list();
      return [name, records.map(({ qextVersion }) => qextVersion).join(' ')] as const;
    }),
  );
  await Promise.all(names.map((name) => fleet.tenant(name).takeRequests()));
  return Object.fromEntries(all);
}

const twice = (method: string, of: readonly string[]) =>
  Object.fromEntries(of.map((name) => [name, `${method} ${method}`]));
const holding = (version: string, of: readonly string[] = names) =>
  Object.fromEntries(of.map((name) => [name, `${version} ${version}`]));

describe('a fleet of 60 tenants', () => {
  it('gets its first release in three waves', async () => {
    const result = await apply(here, ['--env', 'all', ...waves]);
    const document = readDocument('environments', result, 'apply');
    expect(document).toMatchObject({ exitCode: 0, notAttempted: [] });
    expect((document['waves'] as readonly string[][]).map(({ length }) => length)).toEqual([6, 6, 48]);
    expect(await writes()).toEqual(twice('POST', names));
    expect(await status()).toEqual({ versions: [['1.0.0', 60]], behind: [], unreached: [] });
  });

  let run = '';
  /** Tenants that have the second release. */
  let done: readonly string[] = [];

  it('stops after the pilots if the gate refuses, having asked it once', async () => {
    release('2.0.0');
    here.close();
    here = fleet.elsewhere();
    const result = await apply(here, ['--env', 'all', ...waves, ...gate], { GATE: 'closed' });
    const document = readDocument('environments', result, 'apply');
    expect(document).toMatchObject({ exitCode: 6, stopped: { after: 1 } });
    expect(document['stopped']).toMatchObject({
      message: expect.stringContaining('wave 1 of 3, 6 environments'),
    });
    expect(document['notAttempted']).toHaveLength(54);
    expect(await writes()).toEqual(twice('PATCH', pilots));
    expect(await versions()).toEqual({ ...holding('1.0.0'), ...holding('2.0.0', pilots) });
    expect(await status()).toEqual({
      versions: [
        ['2.0.0', 6],
        ['1.0.0', 54],
      ],
      behind: names.slice(6),
      unreached: [],
    });
    run = String(document['run']);
    expect(result.stderr).toContain(`--resume ${run}\n`);
  });

  it('is resumed from another machine up to the tenant that fails', async () => {
    await fleet.tenant(broken).addFaults(refusesKeys);
    const there = fleet.elsewhere();
    const closed = await apply(there, ['--resume', 'last']);
    expect([closed.code, closed.stderr]).toEqual([
      3,
      expect.stringContaining('has a gate between its waves'),
    ]);
    const result = await apply(there, ['--resume', 'last', '--max-failed', '0', ...gate]);
    const document = readDocument('environments', result, 'apply');
    expect(document).toMatchObject({
      run,
      exitCode: 4,
      stopped: { message: expect.stringContaining('1 of 60') },
    });
    const written = await writes();
    done = [...pilots, ...Object.keys(written)];
    expect(new Set(done).size).toBe(done.length);
    expect(written).toEqual(twice('PATCH', Object.keys(written)));
    there.close();
  });

  it('continues past it if 2 % may fail, and is complete once it works again', async () => {
    const there = fleet.elsewhere();
    const most = await apply(there, ['--resume', run, '--max-failed', '2%', ...gate]);
    expect(readDocument('environments', most, 'apply')).toMatchObject({ run, exitCode: 4, notAttempted: [] });
    const left = names.filter((name) => !done.includes(name) && name !== broken);
    expect(await writes()).toEqual(twice('PATCH', left));
    await fleet.tenant(broken).clearFaults();
    // Two at once, by mistake.
    const results = await Promise.all([
      apply(there, ['--resume', run, ...gate]),
      apply(here, ['--resume', 'last', ...gate]),
    ]);
    expect(results.map(({ code }) => code)).toEqual([0, 0]);
    expect(await writes()).toEqual(twice('PATCH', [broken]));
    expect(await versions()).toEqual(holding('2.0.0'));
    expect(await status()).toEqual({ versions: [['2.0.0', 60]], behind: [], unreached: [] });
    there.close();
  });

  it('refuses if the folders have changed', async () => {
    release('3.0.0');
    const there = fleet.elsewhere();
    const { code, stderr } = await apply(there, ['--resume', run, ...gate]);
    expect(code).toBe(3);
    expect(stderr).toContain(`${run} cannot be resumed: the folders differ from what it began with`);
    expect(stderr).toContain('Without --resume a new run begins');
    expect(await writes()).toEqual({});
    there.close();
  });

  it('has one wave restored, by another machine than the one that began it', async () => {
    here.close();
    here = fleet.elsewhere();
    const pilotsDone = await apply(here, ['--env', 'all', ...waves, ...gate], { GATE: 'closed' });
    const [, second = []] = readDocument('environments', pilotsDone, 'apply')['waves'] as readonly string[][];
    expect(await writes()).toEqual(twice('PATCH', pilots));
    const [unlucky = ''] = second;
    const failing = { method: 'PATCH', path: '*', times: 1, when: 'before', kind: 'status', status: 400 };
    await fleet.tenant(unlucky).addFaults([{ ...failing, skip: 1 }]);
    const first = await apply(here, ['--resume', 'last', ...gate]);
    expect(first.code).toBe(5);
    await fleet.tenant(unlucky).addFaults([failing]);
    const there = fleet.elsewhere();
    const result = await apply(there, ['--resume', 'last', '--on-wave-failure', 'restore', ...gate]);
    const document = readDocument('environments', result, 'apply');
    const restored = document['restored'] as readonly { environment: string; exitCode: number }[];
    expect(restored.map(({ environment }) => environment).sort()).toEqual([...second].sort());
    expect(restored.map(({ exitCode }) => exitCode)).toEqual(second.map(() => 0));
    expect(await versions()).toEqual({ ...holding('2.0.0'), ...holding('3.0.0', pilots) });
    const end = await apply(there, ['--resume', 'last', ...gate]);
    expect(end.code).toBe(0);
    expect(await versions()).toEqual(holding('3.0.0'));
    there.close();
  });
});
