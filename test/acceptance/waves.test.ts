/** promote --waves: wave after wave, what happens when one fails. */

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readDocument } from './support/documents.js';
import { type Fleet, openFleet, refusesKeys } from './support/fleet.js';
import { openTurnstile } from './support/turnstile.js';
import { extensionFiles } from './support/workspace.js';

let fleet: Fleet;
const targets = ['canary', 'eu', 'us', 'apac'];
const waves = ['--waves', 'canary/eu,us/apac'];

beforeEach(async () => {
  fleet = await openFleet(['dev', ...targets]);
  fleet.workspace.write(extensionFiles('a'));
  await fleet.succeed('apply', '--env', 'dev', '--yes');
});
afterEach(() => fleet.close());

function promote(...args: readonly string[]): ReturnType<Fleet['run']> {
  return fleet.run('promote', 'dev', ...waves, '--yes', ...args);
}

/** A new version on dev, of all that is there, and one more extension. */
async function release(): Promise<void> {
  fleet.workspace.write({
    ...extensionFiles('a', { code: 'two', version: '2.0.0' }),
    ...extensionFiles('b'),
  });
  await fleet.succeed('apply', '--env', 'dev', '--yes');
}

async function archives(name: string): Promise<Readonly<Record<string, string>>> {
  return Object.fromEntries(Object.entries(await fleet.held(name)).map(([key, { md5 }]) => [key, md5]));
}

function words(line: string): readonly string[] {
  return line.split(' ').filter((word) => word !== '');
}

/** The second write of a run fails. */
const secondWriteFails = [
  {
    method: 'POST',
    path: '/api/v1/extensions*',
    skip: 0,
    times: 100,
    when: 'before',
    kind: 'status',
    status: 400,
  },
];

describe('promote --waves', () => {
  it("takes no number of apps, which is one tenant's", async () => {
    const { code, stderr } = await promote('--accept-impact=0');
    expect([code, stderr]).toEqual([3, expect.stringContaining('--accept-impact is for one tenant')]);
    expect(await fleet.held('canary')).toEqual({});
  });

  it('reaches all, wave after wave', async () => {
    const { code, stdout, stderr } = await promote();
    expect(code).toBe(0);
    expect(stderr.match(/^Wave .*/gm)).toEqual([
      'Wave 1 of 3: canary',
      'Wave 2 of 3: eu, us',
      'Wave 3 of 3: apac',
    ]);
    expect(stdout.trimEnd().split('\n').slice(-5)).toEqual([
      '  ✓ canary  1 change applied',
      '  ✓ eu      1 change applied',
      '  ✓ us      1 change applied',
      '  ✓ apac    1 change applied',
      '4 environments: 4 done.',
    ]);
    for (const name of targets) expect(await archives(name)).toEqual(await archives('dev'));
  });

  it('stops at the first wave that fails, and keeps what it did', async () => {
    await promote();
    const before = await archives('apac');
    await release();
    await fleet.tenant('us').addFaults(refusesKeys);
    await fleet.tenant('apac').takeRequests();
    const { code, stdout } = await promote();
    expect(code).toBe(4);
    expect(stdout).toMatch(/✗ us {6}failed \(exit 4\)/);
    expect(stdout).toContain('  · apac    not attempted\n');
    expect(stdout).toContain('4 environments: 2 done, 1 failed, 1 not attempted (exit 4).');
    expect(await fleet.tenant('apac').takeRequests()).toEqual([]);
    expect(await archives('apac')).toEqual(before);
    for (const name of ['canary', 'eu']) expect(await archives(name)).toEqual(await archives('dev'));
    await fleet.tenant('us').clearFaults();
    const again = await promote();
    expect(again.code).toBe(0);
    for (const name of targets) expect(await archives(name)).toEqual(await archives('dev'));
  });

  // An approval of what was not written in one tenant of the wave must not stop its restore.
  it.each([
    '',
    '--allow-partial b',
    '--allow-rename b',
    '--adopt b',
    '--take-ownership b',
    '--overwrite b',
    '--allow-replace b',
  ])('restores the wave that failed, and no other, where that is asked for %s', async (approved) => {
    await promote();
    const before = await fleet.held('eu');
    const beforeUs = await fleet.held('us');
    await release();
    // What was created needs no approval to go again, and no number holds the restore up.
    fleet.configure({ eu: { maxDeletes: 0, maxDeletePercent: 0, maxUpdatePercent: 50 } });
    await fleet.tenant('us').addFaults(secondWriteFails);
    const { code, stdout, stderr } = await promote('--on-wave-failure', 'restore', ...words(approved));
    expect(stderr).toContain('Restoring the wave: eu, us\n');
    expect(stdout).toContain('  ✓ eu      restored\n');
    expect(stdout).toContain('  ✓ us      restored\n');
    expect(stdout).toContain('  · apac    not attempted\n');
    expect(code).toBe(5);
    expect(await fleet.held('eu')).toEqual(before);
    expect(await fleet.held('us')).toEqual(beforeUs);
    expect(await archives('canary')).toEqual(await archives('dev'));
    const history = JSON.parse(await fleet.succeed('history', '--env', 'eu', '--json'));
    expect(history.runs[0]).toMatchObject({ command: 'rollback', undoes: history.runs[1].id });
  });

  it('says what it could not restore', async () => {
    await promote();
    await release();
    await fleet.tenant('us').addFaults(refusesKeys);
    await fleet
      .tenant('eu')
      .addFaults([{ method: 'DELETE', path: '*', times: 9, when: 'before', kind: 'status', status: 400 }]);
    const { code, stdout } = await promote('--on-wave-failure', 'restore');
    const { runs } = JSON.parse(await fleet.succeed('history', '--env', 'eu', '--json'));
    const goOn = `To continue: qlik-sync rollback ${runs[0].undoes} --prune --env eu`;
    expect(stdout).toMatch(/✗ eu {6}not fully restored \(exit 5\): 1 of 2 changes applied/);
    expect(stdout).toContain(`      ${goOn}\n`);
    expect(stdout).toContain(`Not everything was undone. ${goOn}\n`);
    expect(code).toBe(4);
    expect(Object.keys(await fleet.held('eu'))).toEqual(['a', 'b']);
    await fleet.tenant('us').clearFaults();
    await fleet.tenant('eu').clearFaults();
    await fleet.succeed(...goOn.slice('To continue: qlik-sync '.length).split(' '), '--yes');
    expect(Object.keys(await fleet.held('eu'))).toEqual(['a']);
  });

  it('says how to continue if a restore did nothing', async () => {
    await promote();
    await release();
    await fleet.tenant('us').addFaults(refusesKeys);
    await fleet.tenant('eu').addFaults([{ ...refusesKeys[0], method: 'GET', skip: 1 }]);
    const { stdout } = await promote('--on-wave-failure', 'restore');
    const [run] = JSON.parse(await fleet.succeed('history', '--env', 'eu', '--json')).runs;
    expect(stdout).toContain(`      To continue: qlik-sync rollback ${run.id} --prune --env eu\n`);
    await fleet.tenant('eu').clearFaults();
  });

  it.each<readonly [string, readonly string[], object]>([
    ['--on-drift overwrite', ['--on-drift', 'overwrite'], {}],
    ['onDrift in the config', [], { onDrift: 'overwrite' }],
    ['--overwrite', ['--overwrite', 'a'], {}],
    ['onDrift skip', [], { onDrift: 'skip' }],
  ])('leaves what a person did since, in spite of %s', async (_row, options, config) => {
    const both = (version: string) => ({
      ...extensionFiles('a', { code: version, version }),
      ...extensionFiles('c', { code: version, version }),
    });
    fleet.workspace.write(both('1.0.0'));
    await fleet.succeed('apply', '--env', 'dev', '--yes');
    await promote();
    fleet.workspace.write(both('2.0.0'));
    await fleet.succeed('apply', '--env', 'dev', '--yes');
    const eu = fleet.tenant('eu');
    let updates = 0;
    const turnstile = await openTurnstile(eu.sandbox, async ({ when, method }) => {
      if (method !== 'PATCH' || when !== 'before') return;
      updates += 1;
      if (updates === 2) await eu.editByHand('a');
    });
    fleet.configure({ eu: { tenant: turnstile.env['QLIK_TENANT_URL'] } }, config);
    await eu.addFaults([
      { method: 'PATCH', path: '*', skip: 1, times: 1, when: 'before', kind: 'status', status: 400 },
    ]);
    const { stdout } = await promote('--on-wave-failure', 'restore', '--concurrency', '1', ...options);
    await turnstile.close();
    expect(stdout).toMatch(/! a {15}update {3}blocked: changed on the tenant on \S+, after that run/);
    expect(stdout).toMatch(/✗ eu {6}not fully restored \(exit 7\)/);
    expect(stdout).toMatch(/To continue: qlik-sync rollback \S+ --overwrite a --env eu\n/);
    expect((await fleet.held('eu'))['a']?.archiveName).toBe('by-hand.zip');
    expect((await fleet.held('us'))['a']?.md5).toBe((await fleet.held('apac'))['a']?.md5);
  });

  it('restores a wave completely even if impact blocks deletes', async () => {
    await promote();
    await release();
    fleet.configure({}, { impact: 'deletes' });
    await fleet.tenant('us').addFaults(secondWriteFails);
    for (const name of ['eu', 'us'])
      await fleet
        .tenant(name)
        .addFaults([{ method: 'WS', path: '/app/*', times: 999, kind: 'close', code: 4203, message: 2 }]);
    const { stdout } = await promote('--on-wave-failure', 'restore');
    expect(stdout).toContain('  ✓ eu      restored\n');
    expect(Object.keys(await fleet.held('eu'))).toEqual(['a']);
  });

  it('has nothing to restore if nothing was written', async () => {
    await fleet.tenant('canary').addFaults(refusesKeys);
    const { code, stdout, stderr } = await promote('--on-wave-failure', 'restore');
    expect(stderr).toContain('Restoring the wave: nothing was changed in it');
    expect(stdout).toContain('4 environments: 0 done, 1 failed, 3 not attempted (exit 4).');
    expect(code).toBe(4);
    await fleet.tenant('canary').clearFaults();
  });

  it('is one document', async () => {
    await promote();
    await release();
    await fleet.tenant('us').addFaults(secondWriteFails);
    const result = await promote('--on-wave-failure', 'restore', '--json');
    expect(readDocument('environments', result, 'promote')).toMatchObject({
      exitCode: 5,
      waves: [['canary'], ['eu', 'us'], ['apac']],
      environments: [
        { environment: 'canary', exitCode: 0, document: { command: 'promote' } },
        { environment: 'eu', exitCode: 0 },
        { environment: 'us', exitCode: 5, document: { command: 'promote' } },
      ],
      notAttempted: ['apac'],
      restored: [
        { environment: 'eu', exitCode: 0, document: { command: 'rollback' } },
        { environment: 'us', exitCode: 0, document: { command: 'rollback' } },
      ],
    });
  });

  it('names in its reports what was not attempted', async () => {
    await fleet.tenant('canary').addFaults(refusesKeys);
    const { code } = await promote('--report', 'markdown=promote.md');
    expect(code).toBe(4);
    const { readFileSync } = await import('node:fs');
    const text = readFileSync(`${fleet.workspace.folder}/promote.md`, 'utf8');
    expect(text.match(/Not attempted: the run stopped before/g)).toHaveLength(3);
    await fleet.tenant('canary').clearFaults();
  });

  it('asks nobody: what a later wave needs confirmed is reported before the first is written', async () => {
    fleet.configure({ eu: { protected: true }, apac: { protected: true } });
    const { code, stdout, stderr } = await promote('--confirm', 'eu');
    expect([code, stdout]).toEqual([6, '']);
    expect(stderr).toContain('apac is a protected environment and not confirmed');
    expect(stderr).toContain(
      'To apply to all of them: qlik-sync promote dev --waves canary/eu,us/apac --yes --confirm eu --confirm apac\n',
    );
    for (const name of ['canary', 'eu', 'us', 'apac']) expect(await fleet.held(name)).toEqual({});
  });

  it('prints the command that continues with all approvals, which are needed again then', async () => {
    fleet.configure({ us: { protected: true } });
    const waves = ['apply', '--waves', 'canary/us'];
    const shown = await fleet.run(...waves);
    expect(shown.code).toBe(3);
    expect(await fleet.held('canary')).toEqual({});
    const goOn = /^To go on: qlik-sync (.*)$/m.exec(shown.stderr)?.[1] ?? '';
    expect(goOn).toMatch(/^apply --waves canary\/us --resume \S+ --confirm us --yes$/);
    const unconfirmed = goOn.replace(' --confirm us', '').split(' ');
    const refused = await fleet.run(...unconfirmed);
    expect([refused.code, refused.stdout]).toEqual([6, '']);
    expect(refused.stderr).toContain(`qlik-sync ${unconfirmed.join(' ')} --confirm us\n`);
    expect(await fleet.held('canary')).toEqual({});
    const done = await fleet.run(...goOn.split(' '));
    expect(done.code, done.stderr).toBe(0);
  });
});
