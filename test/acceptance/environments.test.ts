/** plan, apply and drift on several environments at once. */

import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { git } from '../git.js';
import { readDocument } from './support/documents.js';
import { environmentOf, type Fleet, keyOf, openFleet, refusesKeys, reportFile } from './support/fleet.js';
import { extensionFiles, type Result } from './support/workspace.js';

let fleet: Fleet;

beforeEach(async () => {
  fleet = await openFleet(['dev', 'eu', 'us']);
  fleet.workspace.write({ ...extensionFiles('a'), ...extensionFiles('b') });
});
afterEach(() => fleet.close());

function closing({ stdout }: Result): readonly string[] {
  return stdout.trimEnd().split('\n').slice(-4);
}

async function writes(name: string): Promise<number> {
  return (await fleet.tenant(name).takeWrites()).length;
}

/** A port where nobody listens. */
async function deadUrl(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
}

describe('several environments', () => {
  it('are planned, applied and looked at for drift in one run each', async () => {
    const planned = await fleet.run('plan', '--env', 'all', '--detailed-exitcode');
    expect(planned.code).toBe(2);
    expect(closing(planned)).toEqual([
      '  ~ dev  2 changes (exit 2)',
      '  ~ eu   2 changes (exit 2)',
      '  ~ us   2 changes (exit 2)',
      '3 environments: 0 done, 3 with changes (exit 2).',
    ]);
    const applied = await fleet.run('apply', '--env', 'all', '--yes');
    expect(applied.code).toBe(0);
    expect(closing(applied)).toEqual([
      '  ✓ dev  2 changes applied',
      '  ✓ eu   2 changes applied',
      '  ✓ us   2 changes applied',
      '3 environments: 3 done.',
    ]);
    for (const name of ['dev', 'eu', 'us']) expect(Object.keys(await fleet.held(name))).toEqual(['a', 'b']);
    await fleet.tenant('eu').edit({ name: 'a', filename: 'by-hand.zip' });
    const drift = await fleet.run('drift', '--env', 'all');
    expect(drift.code).toBe(2);
    expect(drift.stdout).toContain('3 environments: 2 done, 1 with changes (exit 2).');
    expect(drift.stdout).toMatch(/~ eu {3}1 difference \(exit 2\)/);
    const again = await fleet.run('apply', '--env', 'dev', '--env', 'us', '--yes');
    expect(again.stdout).toContain('2 environments: 2 done.');
    expect(await writes('us')).toBe(0);
  });

  it('show their results as blocks in the order given, and carry their names on stderr', async () => {
    const { stdout, stderr } = await fleet.run('apply', '--env', 'us', '--env', 'dev', '--yes');
    const headers = [...stdout.matchAll(/^qlik-sync apply · (\w+) \(config\)/gm)].map(([, name]) => name);
    expect(headers).toEqual(['us', 'dev']);
    const us = stdout.slice(0, stdout.indexOf('· dev'));
    expect(us).toContain('Applied: 2 created');
    for (const line of stderr.trimEnd().split('\n'))
      expect(line).toMatch(/^\[(us|dev)\] ( {2}✓ [ab] |2 changes applied \([12] of 2\)$)/);
  });

  it.each([
    ['is down', 5, async () => ({ tenant: await deadUrl() })],
    ['refuses the key', 4, async () => void (await fleet.tenant('eu').addFaults(refusesKeys))],
    ['has an unset variable', 3, async () => ({ auth: { apiKey: '${NOT_SET}' } })],
  ])('one of which %s do not hide the results of the others', async (_row, code, spoil) => {
    fleet.configure({ eu: (await spoil()) ?? {} });
    const result = await fleet.run('apply', '--env', 'all', '--yes');
    expect(result.code).toBe(code);
    expect(result.stdout).toContain(`3 environments: 2 done, 1 failed (exit ${code}).`);
    expect(result.stdout).toMatch(new RegExp(`✗ eu {3}failed \\(exit ${code}\\): \\S`));
    expect(result.stderr).toMatch(/^\[eu\] /m);
    await fleet.tenant('eu').clearFaults();
    expect(Object.keys(await fleet.held('dev'))).toEqual(['a', 'b']);
    expect(Object.keys(await fleet.held('us'))).toEqual(['a', 'b']);
    expect(await fleet.held('eu')).toEqual({});
  });

  it('end with the worst exit code', async () => {
    await fleet.run('apply', '--env', 'all', '--yes');
    await fleet.tenant('dev').edit({ name: 'a', filename: 'by-hand.zip' });
    await fleet.tenant('us').addFaults(refusesKeys);
    fleet.workspace.write(extensionFiles('a', { code: 'two', version: '2.0.0' }));
    const { code, stdout } = await fleet.run('apply', '--env', 'all', '--yes');
    expect(stdout).toMatch(/✗ dev {2}.*\(exit 7\)/);
    expect(stdout).toMatch(/✗ us {3}failed \(exit 4\)/);
    expect(code).toBe(4);
  });

  it('print one document', async () => {
    await fleet.tenant('eu').addFaults(refusesKeys);
    const result = await fleet.run('apply', '--env', 'all', '--yes', '--json');
    const document = readDocument('environments', result, 'apply');
    expect(document).toMatchObject({
      exitCode: 4,
      environments: [
        { environment: 'dev', exitCode: 0, document: { command: 'apply', environment: 'dev', exitCode: 0 } },
        { environment: 'eu', exitCode: 4, error: { kind: 'TenantError', status: 401 } },
        { environment: 'us', exitCode: 0, document: { command: 'apply', environment: 'us' } },
      ],
    });
    expect(result.stderr).toMatch(/^\[dev\] {3}\+ a +create/m);
    for (const command of ['plan', 'drift'])
      readDocument('environments', await fleet.run(command, '--env', 'all', '--json'), command);
  });

  it('give one document for --env all, however many there are', async () => {
    fleet.configure({}, { environments: { dev: environmentOf('dev', fleet.tenant('dev')) } });
    const document = readDocument('environments', await fleet.run('plan', '--env', 'all', '--json'), 'plan');
    expect(document).toMatchObject({ environments: [{ environment: 'dev', document: { command: 'plan' } }] });
  });

  it('leave one report of each kind', async () => {
    await fleet.tenant('us').addFaults(refusesKeys);
    const kinds = { json: 'r.json', markdown: 'r.md', html: 'r.html', junit: 'r.xml', sarif: 'r.sarif' };
    const wanted = Object.entries(kinds).flatMap(([kind, file]) => ['--report', `${kind}=${file}`]);
    const records = reportFile(fleet, 'records.ndjson');
    const result = await fleet.runWith({ QLIK_SYNC_OUTPUT_FILE: records }, 'plan', '--env', 'all', ...wanted);
    expect(result.code).toBe(4);
    const read = (file: string): string => readFileSync(reportFile(fleet, file), 'utf8');
    expect(JSON.parse(read('r.json'))).toMatchObject({ exitCode: 4, environments: [{}, {}, {}] });
    expect(read('r.md')).toContain('| | Environment | Result | Exit code |');
    expect(read('r.md').match(/^### /gm)).toHaveLength(3);
    expect(read('r.md')).toMatch(/<code>us<\/code> \| failed \| 4/);
    expect(read('r.html')).toContain('over 3 environments');
    expect(read('r.xml').match(/<testsuite /g)).toHaveLength(3);
    expect(JSON.parse(read('r.sarif')).runs).toHaveLength(3);
    const lines = read('records.ndjson')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(new Set(lines.flatMap(({ environment }) => environment ?? []))).toEqual(new Set(['dev', 'eu']));
    expect(lines.at(-1)).toMatchObject({
      record: 'summary',
      exitCode: 4,
      runs: [{ environment: 'dev' }, { environment: 'eu' }, { environment: 'us', exitCode: 4 }],
    });
  });

  it('on one tenant, each with its own project, keep to themselves', async () => {
    const shared = environmentOf('eu', fleet.tenant('eu'));
    fleet.workspace.write(extensionFiles('c', { folder: 'other/c' }));
    fleet.configure({ us: { ...shared, project: 'other', extensions: ['other/*'] } });
    const result = await fleet.run('apply', '--env', 'eu', '--env', 'us', '--yes', '--no-cache');
    expect(result.code).toBe(0);
    const held = await fleet.held('eu');
    expect(Object.fromEntries(Object.entries(held).map(([name, { tags }]) => [name, tags]))).toEqual({
      a: ['qlik-sync:acme'],
      b: ['qlik-sync:acme'],
      c: ['qlik-sync:other'],
    });
  });

  it('are never asked about: the message has the command line with everything that is missing', async () => {
    fleet.configure({ eu: { protected: true }, us: { protected: true } });
    const unasked = await fleet.run('apply', '--env', 'all');
    expect(unasked.code).toBe(3);
    expect(unasked.stderr).toContain(
      '[eu] To approve what is shown: qlik-sync apply --env all --confirm us --confirm eu --yes',
    );
    expect(unasked.stderr).toContain(
      '[dev] To approve what is shown: qlik-sync apply --env all --confirm eu --confirm us --yes',
    );
    const some = await fleet.run('apply', '--env', 'all', '--yes', '--confirm', 'eu');
    expect([some.code, some.stdout]).toEqual([6, '']);
    expect(some.stderr).toContain(
      'us is a protected environment and not confirmed, so nothing is written to any environment.',
    );
    expect(some.stderr).toContain(
      'To apply to all of them: qlik-sync apply --env all --yes --confirm eu --confirm us\n',
    );
    const shard = await fleet.run('apply', '--env', 'all', '--yes', '--confirm', 'eu', '--shard', '1/2');
    expect([shard.code, shard.stdout]).toEqual([6, '']);
    for (const name of ['dev', 'eu', 'us']) expect(await fleet.held(name)).toEqual({});
    const all = await fleet.run('apply', '--env', 'all', '--yes', '--confirm', 'eu', '--confirm', 'us');
    expect(all.code).toBe(0);
  });

  it('are confirmed by their labels, and a typing error in these stops before anything is written', async () => {
    const labels = (region: string) => ({ protected: true, labels: { region } });
    fleet.configure({ dev: labels('eu'), eu: labels('eu'), us: labels('us') });
    const apply = (...confirm: readonly string[]) =>
      fleet.run('apply', '--env', 'all', '--yes', ...confirm.flatMap((each) => ['--confirm', each]));
    const typo = await apply('region=ue');
    expect([typo.code, typo.stdout]).toEqual([3, '']);
    expect(typo.stderr).toContain('--confirm region=ue selects none of the 3 environments');
    const some = await apply('region=eu');
    expect([some.code, some.stdout]).toEqual([6, '']);
    expect(some.stderr).toContain(
      'To apply to all of them: qlik-sync apply --env all --yes --confirm region=eu --confirm us\n',
    );
    expect((await apply('name=de?')).stderr).toContain('eu, us are protected environments and not confirmed');
    for (const name of ['dev', 'eu', 'us']) expect(await fleet.held(name)).toEqual({});
    expect((await apply('region=eu', 'name=u?')).code).toBe(0);
    fleet.workspace.write(extensionFiles('a', { code: 'two', version: '2.0.0' }));
    expect((await apply('all')).code).toBe(0);
    for (const name of ['dev', 'eu', 'us']) expect(Object.keys(await fleet.held(name))).toEqual(['a', 'b']);
  });

  it('are named as they were selected if many have to be confirmed', async () => {
    const names = Array.from({ length: 12 }, (_, n) => `p${n}`);
    const own = { ...environmentOf('eu', fleet.tenant('eu')), protected: true, labels: { region: 'eu' } };
    fleet.configure(Object.fromEntries(names.map((name) => [name, { ...own, project: `acme-${name}` }])));
    const asked = await fleet.run('apply', '--env', 'region=eu', '--env', 'dev');
    const commands = asked.stderr.match(/^\[p\d+\] To approve .*$/gm) ?? [];
    expect([...new Set(commands.map((line) => line.replace(/^\[p\d+\] /, '')))]).toEqual([
      'To approve what is shown: qlik-sync apply --env region=eu --env dev --confirm region=eu --yes',
    ]);
    expect(commands).toHaveLength(12);
  });

  it('ask git once for all of them', async () => {
    const { folder } = fleet.workspace;
    const inRepository = (...args: readonly string[]) => git(folder, ...args);
    fleet.workspace.write({ '.gitignore': 'bin/\n.qlik-sync/\n' });
    inRepository('init', '-q');
    inRepository('add', '.');
    inRepository('commit', '-qm', 'first');
    const commit = inRepository('rev-parse', 'HEAD');
    const path = process.env['PATH'] ?? '';
    const count = async (names: readonly string[]): Promise<number> => {
      fleet.workspace.write({
        'bin/asked': '',
        'bin/git': '#!/bin/sh\necho >> "$ASKED"\nPATH=$REAL exec git "$@"\n',
      });
      chmodSync(join(folder, 'bin/git'), 0o755);
      const env = { PATH: `${join(folder, 'bin')}:${path}`, REAL: path, ASKED: join(folder, 'bin/asked') };
      const selected = names.flatMap((name) => ['--env', name]);
      const { code, stdout } = await fleet.runWith(env, 'apply', ...selected, '--yes', '--json');
      expect(code).toBe(0);
      expect(stdout).toContain(commit);
      return readFileSync(join(folder, 'bin/asked'), 'utf8').length;
    };
    const [two, one] = [await count(['eu', 'us']), await count(['dev'])];
    expect(two).toBeGreaterThan(0);
    expect(two).toBeLessThanOrEqual(one);
  });

  it('each lack what a sparse checkout leaves out of them, whatever the others ignore', async () => {
    const inRepository = (...args: readonly string[]) => git(fleet.workspace.folder, ...args);
    fleet.configure({ dev: { ignore: ['*.map'] }, eu: {} });
    fleet.workspace.write({ '.gitignore': '.qlik-sync/\n', 'extensions/a/a.js.map': '{}' });
    inRepository('init', '-q');
    inRepository('add', '.');
    inRepository('commit', '-qm', 'first');
    inRepository('sparse-checkout', 'set', '--no-cone', '/*', '!*.map');
    for (const names of [
      ['dev', 'eu'],
      ['eu', 'dev'],
    ]) {
      const { stdout } = await fleet.run('plan', ...names.flatMap((name) => ['--env', name]));
      expect(stdout).toContain('2 to create, 0 to update, 0 to replace, 0 to delete, 0 blocked');
      expect(stdout).toContain('1 to create, 0 to update, 0 to replace, 0 to delete, 1 blocked');
    }
  });

  it('are selected by their labels, and several selections add up', async () => {
    fleet.configure({
      dev: { labels: { region: 'eu', tier: 'pilot' } },
      eu: { labels: { region: 'eu', tier: 'gold' } },
      us: { labels: { region: 'us', tier: 'gold' } },
    });
    const planned = async (...selections: readonly string[]): Promise<unknown> => {
      const result = await fleet.run('plan', '--json', ...selections.flatMap((each) => ['--env', each]));
      const document = readDocument('environments', result, 'plan') as {
        environments: { environment: string }[];
      };
      return document.environments.map(({ environment }) => environment);
    };
    expect(await planned('region=eu')).toEqual(['dev', 'eu']);
    expect(await planned('region=eu,tier!=pilot')).toEqual(['eu']);
    expect(await planned('tier=p*', 'us', 'region=us')).toEqual(['dev', 'us']);
    const shared = await fleet.runWith({ QLIK_SYNC_ENV: 'tier=gold' }, 'drift');
    expect(shared.stdout).toContain('2 environments: ');
    const one = await fleet.run('config', '--env', 'tier=pilot', '--json');
    expect(JSON.parse(one.stdout)).toMatchObject({ environment: 'dev' });
  });

  it.each([
    ['regoin=eu', 'No environment has a label regoin; did you mean "region"?'],
    ['region=ue', 'No environment has a region that is ue; did you mean "eu"?'],
    ['region=apac', 'No environment has a region that is apac; known: eu, us'],
    ['region!=?*', 'Every environment has a region that is ?*.'],
    ['region=us,tier=pilot', 'Each part selects some of them, but none has them all.'],
    ['region=', '--env region=: region has no value.'],
  ])('that %s does not select are named, and nothing is touched', async (selection, message) => {
    fleet.configure({
      dev: { labels: { region: 'eu', tier: 'pilot' } },
      eu: { labels: { region: 'eu', tier: 'gold' } },
      us: { labels: { region: 'us', tier: 'gold' } },
    });
    const result = await fleet.run('apply', '--env', 'dev', '--env', selection, '--yes');
    expect(result.code).toBe(3);
    expect(result.stderr).toContain(message);
    expect(await writes('dev')).toBe(0);
  });

  it('with a typing error among them touch nothing', async () => {
    const result = await fleet.run('apply', '--env', 'dev', '--env', 'eus', '--yes');
    expect(result.code).toBe(3);
    expect(result.stderr).toContain('has no environment "eus"');
    const joined = await fleet.run('apply', '--env', 'dev,eu', '--yes');
    expect([joined.code, joined.stderr]).toEqual([
      3,
      expect.stringContaining('give each on its own: --env dev --env eu'),
    ]);
    expect(await fleet.held('dev')).toEqual({});
  });

  it.each([
    [['plan', '--out', 'plan.json'], '--out is for one tenant'],
    [['apply', '--expect', `sha256:${'a'.repeat(64)}`], '--expect is for one tenant'],
    [['drift', '--baseline', 'b.json'], '--baseline is for one tenant'],
    [['plan', '--accept-impact=0'], '--accept-impact is for one tenant'],
    [['apply', '--yes', '--accept-impact=0'], '--accept-impact is for one tenant'],
    [['plan', '--sandbox'], '--sandbox is for one tenant'],
    [['plan', '--tenant', 'https://acme.eu.qlikcloud.com'], '--tenant is for one tenant'],
    [['rollback'], '--env names 3 environments'],
    [['watch'], '--env names 3 environments'],
    [['history'], '--env names 3 environments'],
    [['doctor'], '--env names 3 environments'],
    [['impact', 'a'], '--env names 3 environments'],
    [['adopt', 'a'], '--env names 3 environments'],
    [['pull'], '--env names 3 environments'],
  ])('%j is refused', async (args, message) => {
    const result = await fleet.run(...args, '--env', 'all');
    expect(result.code).toBe(3);
    expect(`${result.stdout}${result.stderr}`).toContain(message);
  });

  it('are refused for a reviewed plan', async () => {
    await fleet.run('plan', '--env', 'dev', '--out', 'plan.json');
    const result = await fleet.run('apply', 'plan.json', '--env', 'all', '--yes');
    expect(result.code).toBe(3);
    expect(result.stderr).toContain('plan.json is for one tenant, and --env asks for 3: dev, eu, us.');
    expect(await fleet.held('dev')).toEqual({});
    expect((await fleet.run('apply', 'plan.json', '--env', 'dev', '--yes')).code).toBe(0);
  });

  it('that are interrupted end with 130 and start nothing further', async () => {
    const environments = Object.fromEntries(
      Array.from({ length: 20 }, (_, n) => [`e${n}`, environmentOf('dev', fleet.tenant('dev'))]),
    );
    const config = { project: 'p0', extensions: ['extensions/*'], environments };
    for (const [n, own] of Object.values(environments).entries()) Object.assign(own, { project: `p${n}` });
    writeFileSync(reportFile(fleet, 'qlik-sync.config.json'), JSON.stringify(config));
    const { runInProcess } = await import('./support/in-process.js');
    const interrupt = new AbortController();
    await fleet.tenant('dev').takeRequests();
    const env = { [keyOf('dev')]: fleet.tenant('dev').sandbox.apiKey };
    const result = await runInProcess(['plan', '--env', 'all'], {
      ...{ cwd: fleet.workspace.folder, env, interrupted: interrupt.signal },
      onStderr: () => interrupt.abort(new Error('interrupted')),
      onStdout: () => interrupt.abort(new Error('interrupted')),
    });
    expect(result.code).toBe(130);
    expect(result.stdout).toContain('(exit 130)');
    const lists = await fleet.tenant('dev').takeRequests();
    expect(lists.length).toBeLessThan(20);
  });
});

describe('--shard', () => {
  it('divides the environments, and says which ones this job has', async () => {
    const first = await fleet.run('apply', '--env', 'all', '--yes', '--shard', '1/2', '--json');
    const second = await fleet.run('apply', '--env', 'all', '--yes', '--shard', '2/2');
    expect([first.code, second.code]).toEqual([0, 0]);
    const document = readDocument('environments', first, 'apply') as {
      environments: { environment: string }[];
      shard: { elsewhere: string[] };
    };
    const own = document.environments.map(({ environment }) => environment);
    expect([...own, ...document.shard.elsewhere].sort()).toEqual(['dev', 'eu', 'us']);
    expect(second.stderr).toContain(`Shard 2/2: ${document.shard.elsewhere.join(', ')}.`);
    expect(second.stdout).toContain('Shard 2/2 of 3 environments. ');
    for (const name of ['dev', 'eu', 'us']) expect(Object.keys(await fleet.held(name))).toEqual(['a', 'b']);
  });

  it('that is empty is a success', async () => {
    fleet.configure({ us: { ...environmentOf('eu', fleet.tenant('eu')), project: 'other' } });
    const results = await Promise.all(
      ['1/3', '2/3', '3/3'].map((shard) => fleet.run('plan', '--env', 'all', '--shard', shard)),
    );
    expect(results.map(({ code }) => code)).toEqual([0, 0, 0]);
    const notices = results.map(({ stderr }) => stderr.match(/^Shard .*/m)?.[0]);
    expect(notices).toEqual([
      'Shard 1/3: eu, us.',
      'Shard 2/3: dev.',
      'Shard 3/3: no environment, so there is nothing to do.',
    ]);
    expect(results[2]?.stdout).toBe('Shard 3/3 of 3 environments. 0 environments: 0 done.\n');
  });

  it.each([
    [['--shard', '1/2'], '--shard divides environments, and none are named'],
    [['--shard', '3/2', '--env', 'all'], 'It takes a part and their number'],
  ])('%j is refused', async (args, message) => {
    const result = await fleet.run('plan', ...args);
    expect(result.code).toBe(3);
    expect(`${result.stdout}${result.stderr}`).toContain(message);
  });

  it('has to know every tenant', async () => {
    fleet.configure({ eu: { tenant: '${EU_TENANT}' } });
    const result = await fleet.run('plan', '--env', 'all', '--shard', '1/2');
    expect(result.code).toBe(3);
    expect(result.stderr).toContain("--shard has to know every environment's tenant");
  });
});
