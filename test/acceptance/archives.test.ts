/** Archives that other programs made and people uploaded: equal content is equal, and what cannot be read is named. */

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { foreignArchives, foreignFiles } from '../fixtures/foreign-archives.js';
import { rawZip } from '../fixtures/raw-zip.js';
import { useScene } from './support/scene.js';

const scene = useScene();
const { qlikSync } = scene;

const below = (folder: string): Record<string, string> =>
  Object.fromEntries(Object.entries(foreignFiles).map(([path, text]) => [`${folder}/${path}`, text]));

async function create(bytes: Buffer): Promise<void> {
  await scene.tenant.client.create({ file: { name: 'by-hand.zip', bytes } });
}

function replaceByHand(bytes: Buffer): Promise<void> {
  return scene.tenant.edit({ name: 'kpi', file: bytes.toString('base64'), filename: 'by-hand.zip' });
}

/** The tenant takes two Unicode forms of a name for two names; no folder can hold both. */
const unreadable = rawZip({
  entries: [
    ...Object.entries(foreignFiles).map(([name, content]) => ({ name, content })),
    { name: 'gro\u0308ße.css', content: 'another' },
  ],
});

const whyUnreadable = 'it contains "größe.css", and the same name in another Unicode form';

describe('an archive of another program', () => {
  it.each(
    foreignArchives.filter(({ title }) =>
      [
        'a folder entry twice',
        'a list of files beside the folder, with a twin in it',
        "macOS' companions of files at the root",
        'paths that begin with ./',
        'backslashes',
        'code page 437',
        'zip64 sizes and places of every entry',
        'zeros behind the end, up to 10,240 bytes',
      ].includes(title),
    ),
  )('$title: adopted as it is, drift of the marker alone, nothing to compare', async ({ bytes }) => {
    await create(bytes);
    scene.workspace.write(below('extensions/kpi'));
    expect((await qlikSync('adopt', 'kpi', '--yes')).code).toBe(0);
    await replaceByHand(bytes);
    const plan = await qlikSync('plan', '--diff');
    expect(plan.stdout).toContain('same content, uploaded once to mark it as ours');
    expect(plan.stdout).toContain('0 blocked');
    const drift = await qlikSync('drift', '--verify');
    expect([drift.code, drift.stdout]).toEqual([2, expect.stringContaining('marker lost')]);
    expect(drift.stdout).not.toContain('changed on tenant');
    expect((await qlikSync('pull', 'kpi')).stdout).toMatch(/= kpi +unchanged/);
  });

  it('is written to a folder unchanged, and pull says what it found', async () => {
    const found = foreignArchives.find(
      ({ title }) => title === 'README.md and package.json beside the folder',
    );
    await create(found?.bytes ?? Buffer.alloc(0));
    const { code, stdout } = await qlikSync('pull', 'kpi');
    expect(code).toBe(0);
    expect(stdout).toContain('not written, because outside the folder of the .qext: README.md, package.json');
    for (const [path, text] of Object.entries(foreignFiles)) {
      expect(readFileSync(`${scene.workspace.folder}/extensions/kpi/${path}`, 'utf8')).toBe(text);
    }
  });

  it('with a second .qext in it: pull names the line of "ignore" that makes plans work', async () => {
    const second = { name: 'dist/v [1]/kpi.qext', content: foreignFiles['kpi.qext'] ?? '' };
    const entries = Object.entries(foreignFiles).map(([name, content]) => ({ name, content }));
    await create(rawZip({ entries: [...entries, second] }));
    const { code, stdout } = await qlikSync('pull', 'kpi');
    expect(code).toBe(0);
    expect(stdout).toContain('it contains dist/v [1]/kpi.qext as well');
    expect((await qlikSync('plan')).code).toBe(3);
    const line = /add ("(?:[^"\\]|\\.)*") to "ignore" in the config/.exec(stdout)?.[1] ?? '""';
    const config = { project: 'acme', extensions: ['extensions/*'], ignore: [JSON.parse(line)] };
    scene.workspace.write({ 'qlik-sync.config.json': JSON.stringify(config) });
    expect((await qlikSync('plan')).code).toBe(0);
    expect((await qlikSync('adopt', 'kpi', '--yes')).code).toBe(0);
  });
});

describe('an archive that cannot be read', () => {
  it('is never called changed: plan, plan --diff and drift say why it could not be read', async () => {
    scene.workspace.write(below('extensions/kpi'));
    expect((await qlikSync('apply', '--yes')).code).toBe(0);
    await replaceByHand(unreadable);
    const says = [
      ['plan', 0, 'blocked: its content on the tenant could not be read: its archive contains "größe.css"'],
      ['plan --diff', 0, `the archive on the tenant could not be read: ${whyUnreadable}`],
      ['drift', 2, 'could not be read'],
      ['drift --verify', 2, 'qlik-sync apply --overwrite kpi replaces it by the folder'],
    ] as const;
    for (const [command, code, words] of says) {
      const run = await qlikSync(...command.split(' '));
      expect([run.code, run.stdout.normalize()]).toEqual([code, expect.stringContaining(words)]);
      expect(run.stdout).not.toMatch(/changed on (the )?tenant/);
    }
    const { drift } = JSON.parse((await qlikSync('drift', '--json')).stdout);
    expect(drift).toMatchObject([{ name: 'kpi', kind: 'unreadable' }]);
    expect((await qlikSync('apply', '--yes', '--overwrite', 'kpi')).code).toBe(0);
    expect((await qlikSync('drift')).code).toBe(0);
  });

  it('is not adopted; the command that adopt names works', async () => {
    await create(unreadable);
    scene.workspace.write(below('extensions/kpi'));
    const adopt = await qlikSync('adopt', 'kpi', '--yes');
    expect(adopt.code).toBe(7);
    expect(adopt.stdout.normalize()).toContain(
      'its content on the tenant could not be read: its archive contains "größe.css"',
    );
    expect(adopt.stdout).toContain('apply --adopt kpi goes on and uploads extensions/kpi');
    expect((await qlikSync('apply', '--adopt', 'kpi', '--yes')).code).toBe(0);
    expect((await qlikSync('plan', '--detailed-exitcode')).code).toBe(0);
  });

  it('is not pulled; what pull names works', async () => {
    await create(unreadable);
    const pull = await qlikSync('pull', 'kpi');
    expect(pull.code).toBe(6);
    expect(pull.stdout.normalize()).toContain(`The archive of kpi was not unpacked: ${whyUnreadable}.`);
    expect(pull.stdout).toContain('qlik-sync apply --adopt kpi replaces it');
    scene.workspace.write(below('extensions/kpi'));
    expect((await qlikSync('apply', '--adopt', 'kpi', '--yes')).code).toBe(0);
  });
});

describe('an archive that pull does not turn into the same folder', () => {
  const entries = Object.entries(foreignFiles).map(([name, content]) => ({ name, content }));
  const configure = (ignore: readonly string[]): void =>
    scene.workspace.write({
      'qlik-sync.config.json': JSON.stringify({ project: 'acme', extensions: ['extensions/*'], ignore }),
    });
  const linesIn = (text: string): readonly string[] =>
    JSON.parse(`[${/add ((?:"(?:[^"\\]|\\.)*"(?:, )?)+) to "ignore"/.exec(text)?.[1] ?? ''}]`);

  const leftOut: readonly (readonly [path: string, lines: readonly string[]])[] = [
    ['node_modules/d3/d3.js', ['!/extensions/kpi/**/node_modules/']],
    ['lib/node_modules/a/node_modules/b/b.js', ['!/extensions/kpi/**/node_modules/']],
    [
      'bower_components/x/node_modules/y.js',
      ['!/extensions/kpi/**/bower_components/', '!/extensions/kpi/**/node_modules/'],
    ],
    ['data/tables.ps1', ['!/extensions/kpi/**/*.ps1']],
  ];

  it.each(leftOut)(
    'because %s is left out by default: following either advice ends it',
    async (path, lines) => {
      await create(rawZip({ entries: [...entries, { name: path, content: 'define([], f);' }] }));
      const pull = await qlikSync('pull', 'kpi');
      expect(pull.code).toBe(0);
      expect(linesIn(pull.stdout)).toEqual(lines);
      const adopt = await qlikSync('adopt', 'kpi', '--yes');
      expect(adopt.code).toBe(7);
      expect(adopt.stdout).toContain(`includes ${path}, which an upload from extensions/kpi leaves out`);
      expect(linesIn(adopt.stdout)).toEqual(lines);
      configure(lines);
      expect((await qlikSync('pull', 'kpi')).stdout).toMatch(/~ kpi +updated/);
      expect((await qlikSync('adopt', 'kpi', '--yes')).code).toBe(0);
      expect((await qlikSync('plan', '--detailed-exitcode')).code).toBe(0);
      expect(readFileSync(`${scene.workspace.folder}/extensions/kpi/${path}`, 'utf8')).toBe('define([], f);');
    },
  );

  it('continues without those files if apply is told to', async () => {
    await create(rawZip({ entries: [...entries, { name: 'node_modules/d3.js', content: 'd3' }] }));
    expect((await qlikSync('pull', 'kpi')).code).toBe(0);
    expect((await qlikSync('adopt', 'kpi', '--yes')).stdout).toContain(
      'apply --adopt kpi uploads the folder without it',
    );
    expect((await qlikSync('apply', '--adopt', 'kpi', '--yes')).code).toBe(0);
    expect((await qlikSync('plan', '--detailed-exitcode')).code).toBe(0);
  });

  it.each([
    [
      'twins',
      [
        { name: 'lib/A.js', content: 'one' },
        { name: 'lib/a.js', content: 'two' },
      ],
      'differs only in case',
      'that one under another name',
    ],
    [
      'a name that Windows cannot store',
      [{ name: 'a?.txt', content: '12' }],
      'which Windows cannot store',
      'that one under another name',
    ],
    [
      'a link',
      [{ name: 'b.js', content: 'kpi.js', mode: 0o120777 }],
      'is a link',
      'a real file in the place of that one',
    ],
    [
      'a repository',
      [
        { name: 'g/HEAD', content: 'ref' },
        { name: 'g/objects/a.b', content: '12' },
      ],
      'a git repository',
      'without that one',
    ],
  ])('because it holds %s: the advice is what goes on', async (_what, more, why, way) => {
    await create(rawZip({ entries: [...entries, ...more] }));
    const pull = await qlikSync('pull', 'kpi');
    expect(pull.code).toBe(6);
    expect(pull.stdout).toContain(why);
    expect(pull.stdout).toContain(`, ${way}, and qlik-sync apply --adopt kpi replaces it`);
    scene.workspace.write(below('extensions/kpi'));
    const adopt = await qlikSync('adopt', 'kpi', '--yes');
    expect(adopt.code).toBe(7);
    expect(adopt.stdout).toContain('and pull cannot take an archive that contains');
    expect(adopt.stdout).toContain('apply --adopt kpi uploads the folder');
    expect((await qlikSync('apply', '--adopt', 'kpi', '--yes')).code).toBe(0);
    expect((await qlikSync('plan', '--detailed-exitcode')).code).toBe(0);
  });
});
