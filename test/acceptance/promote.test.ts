/** promote: the very archives of one environment on another, through plan, rails and journal. */

import { parse } from 'valibot';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { applyDocument } from '../../src/report/documents/documents.js';
import { environmentOf, type Fleet, keyOf, openFleet } from './support/fleet.js';
import { runInProcess } from './support/in-process.js';
import { extensionFiles } from './support/workspace.js';
import { zipOf } from './support/zips.js';

let fleet: Fleet;

beforeEach(async () => {
  fleet = await openFleet(['dev', 'prod']);
  fleet.workspace.write({ ...extensionFiles('a'), ...extensionFiles('b') });
  await fleet.succeed('apply', '--env', 'dev', '--yes');
});
afterEach(() => fleet.close());

function promote(...args: readonly string[]): ReturnType<Fleet['run']> {
  return fleet.run('promote', 'dev', 'prod', ...args);
}

async function md5s(name: string): Promise<Readonly<Record<string, string>>> {
  return Object.fromEntries(Object.entries(await fleet.held(name)).map(([key, { md5 }]) => [key, md5]));
}

async function requests(name: string): Promise<readonly string[]> {
  const log = await fleet.tenant(name).takeRequests();
  return log.map(({ method, path }) => `${method} ${path.replace(/[^/]{20,}/, '<id>')}`).sort();
}

describe('promote', () => {
  it('puts the exact archives there, whatever the folders hold by now', async () => {
    const before = await md5s('dev');
    fleet.workspace.write(extensionFiles('a', { code: 'not released yet', version: '9.0.0' }));
    fleet.workspace.remove('extensions/b');
    const { code, stdout } = await promote('--yes');
    expect(stdout).toContain('qlik-sync promote · prod (config)');
    expect(stdout).toContain(
      `Promotes the archives of dev (${fleet.tenant('dev').sandbox.url}), byte for byte.`,
    );
    expect(stdout).toContain('Applied: 2 created');
    expect(code).toBe(0);
    expect(await md5s('prod')).toEqual(before);
    expect((await fleet.held('prod'))['a']?.archiveName).toBe((await fleet.held('dev'))['a']?.archiveName);
    expect(await fleet.tenant('prod').client.downloadArchive('a')).toEqual(
      await fleet.tenant('dev').client.downloadArchive('a'),
    );
  });

  it('includes themes, whether an extension has their stem or not, and rollback brings both back', async () => {
    const held = async (tenant: string): Promise<Readonly<Record<string, string | null | undefined>>> => {
      const records = await fleet.tenant(tenant).records();
      return Object.fromEntries(records.map(({ name, record }) => [name, record.file?.md5]));
    };
    fleet.workspace.write({ ...extensionFiles('theme:a'), ...extensionFiles('theme:look') });
    await fleet.succeed('apply', '--env', 'dev', '--yes');
    await fleet.succeed('promote', 'dev', 'prod', '--yes');
    const first = await held('prod');
    expect(Object.keys(first)).toEqual(['a', 'b', 'theme:a', 'theme:look']);
    fleet.workspace.write({
      ...extensionFiles('a', { code: 'two', version: '2.0.0' }),
      ...extensionFiles('theme:a', { code: 'two', version: '2.0.0' }),
    });
    fleet.workspace.remove('extensions/theme-look');
    await fleet.succeed('apply', '--env', 'dev', '--yes', '--prune');
    await fleet.succeed('promote', 'dev', 'prod', '--yes', '--prune');
    const second = await held('dev');
    expect(Object.keys(second)).toEqual(['a', 'b', 'theme:a']);
    expect(await held('prod')).toEqual(second);
    await fleet.succeed('rollback', '--env', 'prod', '--yes');
    expect(await held('prod')).toEqual(first);
    expect((await promote('--yes', 'extension:a')).code).toBe(0);
    expect(await held('prod')).toEqual({ ...first, a: second['a'] });
  });

  it('costs one list and a write each, and a second one writes nothing', async () => {
    await fleet.tenant('dev').takeRequests();
    await fleet.succeed('promote', 'dev', 'prod', '--yes');
    expect(await requests('prod')).toEqual([
      'GET /api/v1/extensions',
      'POST /api/v1/extensions',
      'POST /api/v1/extensions',
    ]);
    expect((await requests('dev')).every((request) => request.startsWith('GET '))).toBe(true);
    expect(await fleet.succeed('promote', 'dev', 'prod', '--yes')).toContain('Nothing to do.');
    expect(await requests('prod')).toEqual(['GET /api/v1/extensions']);
  });

  it('downloads if nothing is stored here', async () => {
    const before = await md5s('dev');
    await fleet.tenant('dev').takeRequests();
    await fleet.succeed('promote', 'dev', 'prod', '--yes', '--no-cache');
    expect(await requests('dev')).toEqual([
      'GET /api/v1/extensions',
      'GET /api/v1/extensions/<id>/file',
      'GET /api/v1/extensions/<id>/file',
    ]);
    expect(await md5s('prod')).toEqual(before);
  });

  it('updates what is there, even if it is the same files in another archive', async () => {
    await fleet.succeed('promote', 'dev', 'prod', '--yes');
    const files = { ...extensionFiles('a', { folder: 'a' }) };
    const repacked = await zipOf(files);
    const { archiveName = '' } = (await fleet.held('dev'))['a'] ?? {};
    const { createHash } = await import('node:crypto');
    const md5 = createHash('md5').update(repacked).digest('hex');
    const filename = archiveName.replace(/-[0-9a-f]{12}\.zip$/, `-${md5.slice(0, 12)}.zip`);
    await fleet.tenant('prod').edit({ name: 'a', file: repacked.toString('base64'), filename });
    const { code, stdout } = await promote('--yes');
    expect(stdout).toMatch(/~ a +update +same files in another archive/);
    expect(code).toBe(0);
    expect(await md5s('prod')).toEqual(await md5s('dev'));
  });

  it('takes names and globs, and deletes nothing then', async () => {
    await fleet.succeed('promote', 'dev', 'prod', '--yes');
    fleet.workspace.write({
      ...extensionFiles('a', { code: 'two', version: '2.0.0' }),
      ...extensionFiles('b', { code: 'two', version: '2.0.0' }),
    });
    await fleet.succeed('apply', '--env', 'dev', '--yes');
    const prod = await md5s('prod');
    expect(await fleet.succeed('promote', 'dev', 'prod', 'a', '--yes', '--prune')).toContain(
      '1 not selected',
    );
    expect(await md5s('prod')).toEqual({ ...prod, a: (await md5s('dev'))['a'] });
    const unknown = await promote('c', '--yes');
    expect(unknown.code).toBe(3);
    expect(unknown.stderr).toContain('c matches no extension');
  });

  it('deletes what the other one no longer holds, with --prune', async () => {
    await fleet.succeed('promote', 'dev', 'prod', '--yes');
    fleet.workspace.remove('extensions/b');
    await fleet.succeed('apply', '--env', 'dev', '--yes', '--prune');
    const kept = await promote('--yes');
    expect(kept.stdout).toContain('kept: no longer in dev; --prune deletes it');
    expect(kept.code).toBe(0);
    expect(Object.keys(await fleet.held('prod'))).toEqual(['a', 'b']);
    await fleet.succeed('promote', 'dev', 'prod', '--yes', '--prune');
    expect(Object.keys(await fleet.held('prod'))).toEqual(['a']);
  });

  it('deletes nothing with a selection, whatever it matches', async () => {
    await fleet.succeed('apply', '--env', 'prod', '--yes');
    fleet.workspace.write(extensionFiles('z'));
    await fleet.succeed('apply', '--env', 'prod', '--yes', 'z');
    expect(await fleet.succeed('promote', 'dev', 'prod', '*', '--yes', '--prune')).toContain('0 to delete');
    expect(Object.keys(await fleet.held('prod'))).toEqual(['a', 'b', 'z']);
  });

  it.each([
    ['without our tag', [], /our tag is gone on dev; adopt it there first/],
    ['of another project', ['qlik-sync:other'], /dev holds it as another project's/],
  ])('does not delete what the other one holds still, %s', async (_row, tags, message) => {
    await fleet.succeed('promote', 'dev', 'prod', '--yes');
    await fleet.tenant('dev').edit({ name: 'b', tags });
    expect((await promote('--yes')).stdout).toMatch(new RegExp(`= b +keep +kept: ${message.source}`));
    const { code, stdout } = await promote('--yes', '--prune');
    expect(stdout).toMatch(new RegExp(`! b +delete +blocked: ${message.source}`));
    expect(code).toBe(6);
    expect(Object.keys(await fleet.held('prod'))).toEqual(['a', 'b']);
  });

  it.each([
    ['everything', [], '2.0.0'],
    ['another name', ['a'], '2.0.0'],
  ])('finishes a replace that was cut off, when it promotes %s', async (_row, selection, version) => {
    const nebula = (more: object) => extensionFiles('sn', { supernova: true, ...more });
    fleet.workspace.write(nebula({}));
    await fleet.succeed('apply', '--env', 'dev', '--yes');
    await fleet.succeed('promote', 'dev', 'prod', '--yes');
    await fleet.tenant('prod').edit({ name: 'sn', tags: ['qlik-sync:acme', 'people-tag'] });
    fleet.workspace.write(nebula({ supernova: false, version: '2.0.0' }));
    await fleet.succeed('apply', '--env', 'dev', '--yes', '--allow-replace', 'sn');
    await fleet
      .tenant('prod')
      .addFaults([{ method: 'POST', path: '*', times: 9, when: 'before', kind: 'status', status: 400 }]);
    const cut = await promote('--yes', '--allow-replace', 'sn');
    expect(cut.code).toBe(5);
    expect(cut.stdout).toContain('Run the same command again');
    await fleet.tenant('prod').clearFaults();
    fleet.workspace.write(nebula({ version: '9.0.0' }));
    const result = await promote('--yes', ...selection);
    expect(result.stdout).toMatch(/\+ sn +create +finishes the replace that was interrupted/);
    expect(result.code).toBe(0);
    const record = await fleet.tenant('prod').client.get('sn');
    expect(record).toMatchObject({ qextVersion: version, tags: ['qlik-sync:acme', 'people-tag'] });
  });

  it('gives what it puts there the project and the tags of the other environment', async () => {
    fleet.configure({ prod: { project: 'acme-prod', tags: ['released'] } });
    await fleet.succeed('promote', 'dev', 'prod', '--yes');
    expect((await fleet.held('prod'))['a']?.tags).toEqual(['released', 'qlik-sync:acme-prod']);
  });

  it.each([
    ['of nobody', [], 'already on the tenant, not deployed by qlik-sync', 6],
    ['of another project', ['qlik-sync:other'], 'belongs to project other', 6],
    ['changed by hand', ['qlik-sync:acme'], 'not by this project; --overwrite a replaces it', 7],
  ])('leaves alone what is %s', async (_row, tags, message, expected) => {
    const archive = await zipOf(extensionFiles('a', { code: 'theirs', folder: 'a' }));
    await fleet
      .tenant('prod')
      .client.create({ data: { tags }, file: { name: 'theirs.zip', bytes: archive } });
    const before = (await fleet.held('prod'))['a'];
    const { code, stdout } = await promote('--yes');
    expect(stdout).toContain(message);
    expect(code).toBe(expected);
    const after = await fleet.held('prod');
    expect(after['a']).toEqual(before);
    expect(after['b']?.md5).toBe((await md5s('dev'))['b']);
  });

  it("takes only what the source's own project deployed there", async () => {
    for (const tags of [[], ['qlik-sync:other']]) {
      const own = await zipOf(extensionFiles(`y${tags.length}`, { folder: 'y' }));
      await fleet.tenant('dev').client.create({ data: { tags }, file: { name: 'y.zip', bytes: own } });
    }
    const edited = await zipOf(extensionFiles('a', { code: 'by hand', folder: 'a' }));
    await fleet.tenant('dev').edit({ name: 'a', file: edited.toString('base64'), filename: 'by-hand.zip' });
    const { code, stdout } = await promote('--yes', '--overwrite', 'a');
    expect(stdout).toMatch(/! a +create +blocked: changed on dev on \S+, not by its project/);
    expect(code).toBe(7);
    expect(Object.keys(await fleet.held('prod'))).toEqual(['b']);
  });

  it('asks as apply does', async () => {
    fleet.configure({ prod: { protected: true } });
    const unasked = await promote('--yes');
    expect(unasked.code).toBe(6);
    expect(unasked.stderr).toContain('qlik-sync promote dev prod --yes --confirm prod');
    expect(await fleet.held('prod')).toEqual({});
    expect((await promote('--yes', '--confirm', 'prod')).code).toBe(0);
  });

  it('is one document, and a run that rollback undoes', async () => {
    const { stdout, code } = await promote('--yes', '--json');
    expect(code).toBe(0);
    expect(parse(applyDocument, JSON.parse(stdout))).toMatchObject({
      command: 'promote',
      environment: 'prod',
      promotes: { environment: 'dev', url: fleet.tenant('dev').sandbox.url },
      outcomes: [
        { name: 'a', status: 'done' },
        { name: 'b', status: 'done' },
      ],
    });
    const history = JSON.parse(await fleet.succeed('history', '--env', 'prod', '--json'));
    expect(history.runs[0]).toMatchObject({ command: 'promote', environment: 'prod', exitCode: 0 });
    const flags = ['--yes', '--prune', '--allow-deletes=2'];
    await fleet.succeed('rollback', '--env', 'prod', ...flags);
    expect(await fleet.held('prod')).toEqual({});
  });

  it('is stopped by the rails of the environment it goes to', async () => {
    await fleet.succeed('promote', 'dev', 'prod', '--yes');
    fleet.configure({ prod: { maxUpdatePercent: 10 } });
    fleet.workspace.write({
      ...extensionFiles('a', { code: 'two', version: '2.0.0' }),
      ...extensionFiles('b', { code: 'two', version: '2.0.0' }),
    });
    await fleet.succeed('apply', '--env', 'dev', '--yes');
    const prod = await md5s('prod');
    const refused = await promote('--yes');
    expect(refused.code).toBe(6);
    expect(refused.stderr).toContain('This run would update 2');
    expect(await md5s('prod')).toEqual(prod);
    expect((await promote('--yes', '--allow-updates=2')).code).toBe(0);
  });

  it('keeps copies of what it overwrites', async () => {
    await fleet.succeed('promote', 'dev', 'prod', '--yes');
    const before = await md5s('prod');
    fleet.workspace.write(extensionFiles('a', { code: 'two', version: '2.0.0' }));
    await fleet.succeed('apply', '--env', 'dev', '--yes');
    await fleet.succeed('promote', 'dev', 'prod', '--yes');
    expect(await md5s('prod')).not.toEqual(before);
    await fleet.succeed('rollback', '--env', 'prod', '--yes');
    expect(await md5s('prod')).toEqual(before);
  });

  it.each([
    [['dev'], 'the environment to promote to is missing'],
    [['dev', 'dev'], 'dev is what is promoted from'],
    [['dev', 'prd'], 'has no environment "prd"'],
    [['deb', 'prod'], 'did you mean "dev"?'],
    [['prod', 'dev'], 'prod holds no extension of project acme'],
    [['dev', 'prod', '--env', 'dev'], '--env cannot be combined with promote: it goes from one environment'],
    [['dev', 'prod', '--sandbox'], '--sandbox cannot be combined with promote: it goes from one environment'],
    [['dev', 'prod', '--on-wave-failure', 'stop'], '--on-wave-failure is for --waves'],
    [['dev', '--waves', 'prod/'], 'an environment name is empty'],
  ])('%j is refused', async (args, message) => {
    const result = await fleet.run('promote', ...args, '--yes');
    expect(result.code).toBe(3);
    expect(result.stderr).toContain(message);
    expect(await fleet.held('prod')).toEqual({});
  });

  it.each([
    [{ QLIK_SYNC_ENV: 'dev' }],
    [{ QLIK_SYNC_ENV: 'nowhere' }],
    [{ QLIK_SYNC_TENANT: 'https://elsewhere.eu.qlikcloud.com' }],
    [{ QLIK_SYNC_CONTEXT: 'elsewhere' }],
    [{ QLIK_SYNC_SANDBOX: '1' }],
    [{ QLIK_SYNC_SANDBOX_DIR: 'elsewhere' }],
  ])('goes from dev to prod although %j names a tenant for other commands', async (variables) => {
    const keys = ['dev', 'prod'].map((name) => [keyOf(name), fleet.tenant(name).sandbox.apiKey]);
    const result = await runInProcess(['promote', 'dev', 'prod', '--yes'], {
      cwd: fleet.workspace.folder,
      env: { ...Object.fromEntries(keys), ...variables },
    });
    expect([result.code, result.stderr]).toEqual([0, expect.not.stringContaining('error')]);
    expect(await md5s('prod')).toEqual(await md5s('dev'));
  });

  it('says who may not download archives', async () => {
    const { userKey } = fleet.tenant('dev').sandbox;
    fleet.configure({ dev: environmentOf('dev', fleet.tenant('dev')) });
    const env = { [keyOf('dev')]: userKey, [keyOf('prod')]: fleet.tenant('prod').sandbox.apiKey };
    const result = await runInProcess(['promote', 'dev', 'prod', '--yes', '--no-cache'], {
      cwd: fleet.workspace.folder,
      env,
    });
    expect(result.code).toBe(4);
    expect(await fleet.held('prod')).toEqual({});
  });
});
