/** What a fleet holds (`fleet status`), and one report of many jobs (`report merge`). */

import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readDocument } from './support/documents.js';
import { type Fleet, openFleet, refusesKeys, reportFile } from './support/fleet.js';
import { extensionFiles } from './support/workspace.js';

const names = ['dev', 'eu', 'us', 'apac'];

let fleet: Fleet;
beforeAll(async () => {
  fleet = await openFleet(names);
  fleet.configure({ dev: { labels: { tier: 'pilot' } } });
  fleet.workspace.write({ ...extensionFiles('a'), ...extensionFiles('b') });
  await fleet.succeed('apply', '--env', 'all', '--yes');
  fleet.workspace.write(extensionFiles('a', { code: 'two', version: '2.0.0' }));
  await fleet.succeed('apply', '--env', 'dev', '--yes');
});
afterAll(() => fleet.close());

describe('fleet status', () => {
  it('counts tenants by version with one list each, and says who is behind', async () => {
    for (const name of names) await fleet.tenant(name).takeRequests();
    const { code, stdout, stderr } = await fleet.run('fleet', 'status');
    expect(code).toBe(0);
    expect(stdout).toBe(`qlik-sync fleet

  a  2.0.0  1 tenant
     1.0.0  3 tenants  behind
  b  1.0.0  4 tenants

Behind: eu, us, apac
4 tenants: 1 up to date, 3 behind.
`);
    expect(
      stderr
        .trimEnd()
        .split('\n')
        .sort()
        .map((line) => line.replace(/\d of/, 'n of')),
    ).toEqual([...names].sort().map((name) => `[${name}] 2 extensions (n of 4)`));
    for (const name of names) {
      const requests = await fleet.tenant(name).takeRequests();
      expect(requests.map(({ method, path }) => `${method} ${path.split('?')[0]}`)).toEqual([
        'GET /api/v1/extensions',
      ]);
    }
  });

  it('does not count tenants that cannot be reached as behind', async () => {
    await fleet.tenant('us').addFaults(refusesKeys);
    const result = await fleet.run('fleet', 'status', '--json', 'a');
    await fleet.tenant('us').clearFaults();
    expect(readDocument('fleet', result, 'fleet')).toMatchObject({
      seen: 3,
      extensions: [
        {
          name: 'a',
          versions: [{ version: '2.0.0', environments: ['dev'] }, { environments: ['eu', 'apac'] }],
        },
      ],
      behind: [{ environment: 'eu', extensions: ['a'] }, { environment: 'apac' }],
      unreached: [{ environment: 'us', exitCode: 4 }],
      exitCode: 4,
    });
  });

  it('calls nothing a typing error if some could not be reached', async () => {
    for (const name of names) await fleet.tenant(name).addFaults(refusesKeys);
    const result = await fleet.run('fleet', 'status', 'a');
    for (const name of names) await fleet.tenant(name).clearFaults();
    expect(result.code).toBe(4);
    expect(result.stdout).toContain('4 tenants: 0 up to date, 0 behind; 4 not reached.');
  });

  it('selects by label and by name, and refuses a typing error in either', async () => {
    const pilots = await fleet.run('fleet', 'status', '--env', 'tier=pilot');
    expect(pilots.stdout).toContain('1 tenant: 1 up to date, 0 behind.');
    for (const words of [
      ['c'],
      ['--env', 'tier=pilto'],
      ['--env', 'use'],
      ['--tenant', fleet.tenant('eu').sandbox.url],
    ]) {
      const { code, stdout } = await fleet.run('fleet', 'status', ...words);
      expect([code, stdout]).toEqual([3, '']);
    }
  });

  it('waits for more than eight tenants at once', async () => {
    const slow = ['s1', 's2', 's3', 's4', 's5', 's6', 's7', 's8'];
    const own = await openFleet([...slow, 'quick']);
    const stalls = { method: 'GET', path: '/api/v1/extensions*', kind: 'stall', stallMs: 3_600_000 };
    const isQuickAsked = async (): Promise<boolean> => (await own.tenant('quick').seeRequests()).length > 0;
    const release = () => Promise.all(slow.map((name) => own.tenant(name).clearFaults()));
    try {
      for (const name of slow) await own.tenant(name).addFaults([stalls]);
      const running = own.run('fleet', 'status', '--timeout', '10m');
      await expect.poll(isQuickAsked, { interval: 10, timeout: 60_000 }).toBe(true);
      await release();
      expect((await running).code).toBe(0);
    } finally {
      await own.close();
    }
  });

  it('asks for themes where the project has some, and says whose are unknown', async () => {
    const own = await openFleet(['one', 'two', 'three']);
    try {
      const theme = (version: string) => ({
        'themes/corporate/corporate.qext': JSON.stringify({ name: 'Corporate', type: 'theme', version }),
        'themes/corporate/theme.json': '{}',
      });
      own.configure({}, { extensions: ['extensions/*', 'themes/*'] });
      own.workspace.write({ ...extensionFiles('a'), ...theme('1.0.0') });
      await own.succeed('apply', '--env', 'all', '--yes');
      own.workspace.write(theme('2.0.0'));
      await own.succeed('apply', '--env', 'one', '--yes');
      const lists = { method: 'GET', path: '/api/v1/themes*', times: 9, when: 'before', kind: 'status' };
      await own.tenant('three').addFaults([{ ...lists, status: 403 }]);
      const asked = async (): Promise<readonly string[]> => {
        await own.tenant('two').takeRequests();
        const result = await own.run('fleet', 'status', '--json');
        expect(result.code).toBe(4);
        expect(readDocument('fleet', result, 'fleet')).toMatchObject({
          extensions: [
            { name: 'a', kind: 'extension', absent: [] },
            {
              name: 'theme:corporate',
              kind: 'theme',
              absent: [],
              versions: [{ version: '2.0.0' }, { behind: true }],
            },
          ],
          behind: [{ environment: 'two', extensions: ['theme:corporate'] }],
          unlisted: ['three'],
        });
        return (await own.tenant('two').takeRequests()).map(({ path }) => path);
      };
      expect(await asked()).toEqual(['/api/v1/extensions', '/api/v1/themes']);
      const text = await own.run('fleet', 'status', 'theme:*');
      expect(text.stdout).toContain(`
  theme:corporate  2.0.0  1 tenant
                   1.0.0  1 tenant  behind

Behind: two
Themes unknown, as the key may not list them: three
3 tenants: 2 up to date, 1 behind; themes of 1 unknown.
`);
      own.configure({}, { extensions: ['extensions/*', 'themes/*'], themes: 'never' });
      await own.tenant('two').takeRequests();
      const never = await own.run('fleet', 'status');
      expect([never.code, never.stdout]).toEqual([0, expect.not.stringContaining('corporate')]);
      expect(await own.tenant('two').takeRequests()).toHaveLength(1);
    } finally {
      await own.close();
    }
  });

  it('is a page and a comment, too', async () => {
    const kinds = { html: 'fleet.html', markdown: 'fleet.md', junit: 'fleet.xml' };
    await fleet.succeed(
      'fleet',
      'status',
      ...Object.entries(kinds).map(([kind, file]) => `--report=${kind}=${file}`),
    );
    for (const kind of ['html', 'markdown'] as const) {
      const text = readFileSync(reportFile(fleet, kinds[kind]), 'utf8').replaceAll('&#46;', '.');
      for (const word of ['3 of 4 tenants behind', '2.0.0', 'apac']) expect(text).toContain(word);
    }
  });
});

/** The JSON of each shard, as files. */
async function shards(command: string, of: number): Promise<readonly string[]> {
  const files = Array.from({ length: of }, (_, index) => `${command}-${index + 1}-of-${of}.json`);
  for (const [index, file] of files.entries()) {
    await fleet.run(command, '--env', 'all', '--shard', `${index + 1}/${of}`, '--report', `json=${file}`);
  }
  return files;
}

function withoutTrace(result: { readonly error?: object }): object {
  return result.error === undefined ? result : { ...result, error: { ...result.error, traceId: '' } };
}

function read(file: string) {
  return JSON.parse(readFileSync(reportFile(fleet, file), 'utf8'));
}

describe('report merge', () => {
  it.each(['plan', 'drift'])('of %s is what one run says', async (command) => {
    await fleet.tenant('us').addFaults(refusesKeys);
    const files = await shards(command, 3);
    const whole = await fleet.run(command, '--env', 'all', '--json', '--report', 'markdown=whole.md');
    await fleet.tenant('us').clearFaults();
    const merged = await fleet.run('report', 'merge', ...files, '--json', '--report', 'markdown=merged.md');
    const [one, other] = [
      readDocument('environments', whole, command),
      readDocument('environments', merged, command),
    ];
    const byName = ({ environments }: typeof one) =>
      new Map(
        (environments as { environment: string; error?: object }[]).map((each) => [
          each.environment,
          withoutTrace(each),
        ]),
      );
    expect(byName(other)).toEqual(byName(one));
    expect([merged.code, other['exitCode'], other['missing']]).toEqual([
      whole.code,
      one['exitCode'],
      undefined,
    ]);
    const lines = (file: string) =>
      readFileSync(reportFile(fleet, file), 'utf8')
        .split('\n')
        .filter((line) => line.startsWith('| '))
        .sort();
    expect(lines('merged.md')).toEqual(lines('whole.md'));
    const text = await fleet.run('report', 'merge', ...files);
    expect(text.stdout).toContain('4 environments: ');
    expect(text.stdout).toMatch(/✗ us {4}failed \(exit 4\)/);
  });

  it('of an apply has its outcomes', async () => {
    const files = await Promise.all(
      [1, 2].map(async (index) => {
        const file = `apply-${index}.json`;
        await fleet.succeed(
          'apply',
          '--env',
          'all',
          '--shard',
          `${index}/2`,
          '--yes',
          `--report=json=${file}`,
        );
        return file;
      }),
    );
    const { code, stdout } = await fleet.run('report', 'merge', ...files);
    expect([code, stdout.trimEnd().split('\n').at(-1)]).toEqual([0, '4 environments: 4 done.']);
    expect(stdout).toMatch(/✓ eu {4}1 change applied/);
  });

  it('says which shards are missing, and what is unknown because of that', async () => {
    const [first = '', , third = ''] = await shards('plan', 3);
    const result = await fleet.run('report', 'merge', first, third);
    expect(result.code).toBe(5);
    expect(result.stdout).toContain('Incomplete: shard 2/3 is missing.\n');
    expect(result.stdout).toMatch(/unknown: its shard is missing/);
    const json = await fleet.run('report', 'merge', first, third, '--json');
    expect(readDocument('environments', json, 'plan')).toMatchObject({
      missing: { indexes: [2], of: 3 },
      exitCode: 5,
    });
  });

  it('refuses what is not of one run', async () => {
    const [first = '', second = '', third = ''] = await shards('plan', 3);
    const [other = ''] = await shards('plan', 2);
    const change = (file: string, edit: (document: ReturnType<typeof read>) => void): string => {
      const document = read(file);
      edit(document);
      writeFileSync(reportFile(fleet, 'changed.json'), JSON.stringify(document));
      return 'changed.json';
    };
    const commit = (file: string, text: string) =>
      change(file, ({ environments }) => {
        for (const { document } of environments) document.source.commit = text;
      });
    writeFileSync(
      reportFile(fleet, 'first.json'),
      readFileSync(reportFile(fleet, commit(first, 'a'.repeat(40)))),
    );
    writeFileSync(reportFile(fleet, 'deep.json'), '['.repeat(1_000_000));
    writeFileSync(
      reportFile(fleet, 'waves.json'),
      JSON.stringify({ ...read(first), shard: undefined, waves: [['eu']] }),
    );
    const rows: readonly (readonly [words: readonly string[], message: string])[] = [
      [[first, first], 'both have'],
      [[first, second, other], 'one is of 3 shards, the other of 2'],
      [
        ['first.json', commit(second, 'b'.repeat(40))],
        'one is of commit aaaaaaaaaaaa, the other of bbbbbbbbbbbb',
      ],
      [['nothing.json'], 'cannot be read'],
      [['deep.json'], 'it is nested too deeply'],
      [['waves.json'], 'a run with --waves'],
      [['qlik-sync.config.json'], 'is not the JSON of a run over several environments'],
    ];
    for (const [words, message] of rows) {
      const { code, stdout, stderr } = await fleet.run('report', 'merge', ...words);
      expect([code, stdout, stderr]).toEqual([3, '', expect.stringContaining(message)]);
    }
    const edits: readonly (readonly [edit: (document: ReturnType<typeof read>) => void, message: string])[] =
      [
        [(document) => void Object.assign(document, { command: 'drift' }), 'is not the JSON'],
        [
          (document) => void Object.assign(document, { tool: 'qlik-sync/9.9.9' }),
          'the other by qlik-sync/9.9.9',
        ],
        [(document) => void Object.assign(document, { schemaVersion: 2 }), 'schemaVersion is not 1'],
        [(document) => void document.shard.elsewhere.push('more'), 'they divide different environments'],
        [(document) => void delete document.shard, 'only one is of a --shard'],
      ];
    for (const [edit, message] of edits) {
      const { code, stderr } = await fleet.run('report', 'merge', first, change(third, edit));
      expect([code, stderr]).toEqual([3, expect.stringContaining(message)]);
    }
  });
});
