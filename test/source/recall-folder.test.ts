import {
  chmodSync,
  cpSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { md5Of } from '../../src/core/digest.js';
import { archiveName } from '../../src/core/marker.js';
import type { ActualExtension, DesiredExtension, DesiredState, Finding, Plan } from '../../src/core/model.js';
import { ownerTag } from '../../src/core/owner.js';
import { plan } from '../../src/core/plan.js';
import { checkExtension } from '../../src/core/rules.js';
import { identifyOwnFiles } from '../../src/source/own-files.js';
import { type ReadOptions, type RuledReading, readRuled } from '../../src/source/read/read.js';
import { policy, project } from '../core/worlds.js';
import { createRandom } from '../tenant/virtual-time.js';
import { type Files, plant, qext, type Tree } from './tree.js';

const indexPath = '.qlik-sync/index.json';
const lie = 'f'.repeat(64);

const ordinary: Files = {
  'a/a.qext': qext(),
  'a/a.js': 'one',
  'a/lib/b.js': 'two',
  'a/LICENSE': 'not kept by Qlik',
  'a/notes/readme.md': 'three',
};

// Change times cannot be set back, so the clock of the readings is set forward.
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'] });
  vi.setSystemTime(Date.now() + 60_000);
});
afterEach(() => {
  vi.useRealTimers();
});

async function read(tree: Tree, options: Partial<ReadOptions> = {}) {
  const defaults = { extensions: ['*'], ignore: [], index: 'on', tool: 'test' } as const;
  return readRuled({ root: tree.root, cwd: tree.root, ...defaults, ...options });
}

async function digestOfA(tree: Tree, options: Partial<ReadOptions> = {}): Promise<string | undefined> {
  const { state } = await read(tree, options);
  return state.extensions.find(({ name }) => name === 'a')?.digest;
}

interface IndexText {
  folders: Record<string, { whole?: { extension: { digest: string } } }>;
  [key: string]: unknown;
}

function editIndex(tree: Tree, edit: (index: IndexText) => void): void {
  const index = JSON.parse(readFileSync(tree.path(indexPath), 'utf8')) as IndexText;
  edit(index);
  writeFileSync(tree.path(indexPath), JSON.stringify(index));
}

/** A tree with an index whose digest of `a` is wrong, so that a digest tells whether the folder was recalled. */
async function plantLie(files: Files = ordinary, options: Partial<ReadOptions> = {}): Promise<Tree> {
  const tree = plant(files);
  await read(tree, options);
  editIndex(tree, ({ folders }) => {
    const { whole } = folders['a'] ?? {};
    if (whole === undefined) throw new Error('the folder was not noted');
    whole.extension.digest = lie;
  });
  return tree;
}

describe('a folder in which nothing changed', () => {
  it('is recalled, and equal except for its digest', async () => {
    const tree = await plantLie();
    const { state, findings } = await read(tree);
    const truth = await read(tree, { index: 'off' });
    expect(state.extensions[0]?.digest).toBe(lie);
    expect({ ...state.extensions[0], digest: '' }).toEqual({ ...truth.state.extensions[0], digest: '' });
    expect(findings).toEqual(truth.findings);
  });

  const tricky: readonly [string, Files, Partial<ReadOptions>?][] = [
    ['a finding', { ...ordinary, 'a/sub/b.qext': qext() }],
    [
      'a manifest with a finding',
      { ...ordinary, 'a/a.qext': '{"name":"A","name":"B","type":"visualization"}' },
    ],
    [
      'names in another order on the disk',
      { 'a/a.qext': qext(), 'a/e\u0301.js': '1', 'a/f.js': '2', 'a/ﬀ.js': '3' },
    ],
    ['files that rule version 1 uploaded', { ...ordinary, 'a/desktop.ini': 'x', 'a/lib/b.js~': 'y' }],
    ['patterns', { ...ordinary, 'a/x.map': '' }, { ignore: ['*.map', 'notes/'] }],
    ['an ignore file of its own', { ...ordinary, 'a/.qliksyncignore': 'lib/b.js\n' }],
    ['texts with CRLF', { ...ordinary, 'a/c.js': 'a\r\nb\r\n' }, { lineEndings: 'lf' }],
    [
      'a module that the parser reads',
      { ...ordinary, 'a/a.js': 'define(["./lib/b", "qlik"], (b) => b && null)' },
    ],
    ['what the rules find', { 'a/a.qext': qext(), 'a/b.js': 'one', 'a/c.pem': 'x', 'a/LICENSES': 'y' }],
    ['folders named like numbers', { ...ordinary, '1/1.qext': qext(), '0/0.qext': qext(), '0/7/x.js': '' }],
    [
      'folders named like what objects have',
      { ...ordinary, 'a/__proto__/x.js': '1', 'a/constructor/y.js': '2' },
    ],
  ];
  it.each(tricky)('is read the same with an index where there is %s', async (_, files, options = {}) => {
    const tree = plant(files);
    const truth = await read(tree, { ...options, index: 'off' });
    await read(tree, options);
    expect(readFileSync(tree.path(indexPath), 'utf8')).toContain('"whole"');
    expect(await read(tree, options)).toEqual({ ...truth, sources: expect.anything() });
  });

  it('is recalled whatever is written to files that are left out', async () => {
    const tree = await plantLie({ ...ordinary, 'a/node_modules/x/index.js': '1' });
    tree.write({ 'a/node_modules/y/index.js': '2', 'a/LICENSE': 'another' });
    expect(await digestOfA(tree)).toBe(lie);
  });
});

describe('a folder is read again after', () => {
  const changes: readonly [string, (tree: Tree) => void][] = [
    ['a change of one size', (tree) => tree.write({ 'a/lib/b.js': 'owt' })],
    ['a file more', (tree) => tree.write({ 'a/lib/c.js': '' })],
    ['a folder more', (tree) => mkdirSync(tree.path('a/more'))],
    ['a file less', (tree) => unlinkSync(tree.path('a/lib/b.js'))],
    ['a folder less', (tree) => rmSync(tree.path('a/notes'), { recursive: true })],
    ['another name', (tree) => renameSync(tree.path('a/lib/b.js'), tree.path('a/lib/c.js'))],
    [
      'two files that exchanged their names',
      (tree) => {
        renameSync(tree.path('a/a.js'), tree.path('a/t'));
        renameSync(tree.path('a/lib/b.js'), tree.path('a/a.js'));
        renameSync(tree.path('a/t'), tree.path('a/lib/b.js'));
      },
    ],
    [
      'a folder where a file was left out',
      (tree) => {
        unlinkSync(tree.path('a/LICENSE'));
        tree.write({ 'a/LICENSE/x.js': '' });
      },
    ],
    [
      'a link where a folder was',
      (tree) => {
        renameSync(tree.path('a/lib'), tree.path('elsewhere'));
        symlinkSync('../elsewhere', tree.path('a/lib'));
      },
    ],
    ['an ignore file', (tree) => tree.write({ 'a/.qliksyncignore': 'lib/\n' })],
    ['an ignore file at the root', (tree) => tree.write({ '.qliksyncignore': 'lib/\n' })],
    ['another mode', (tree) => chmodSync(tree.path('a/a.js'), 0o640)],
    ['a pull that was interrupted', (tree) => mkdirSync(tree.path('a/.qlik-sync'))],
  ];
  it.each(changes)('%s', async (_, change) => {
    const tree = await plantLie();
    change(tree);
    const found = await digestOfA(tree);
    expect(found).not.toBe(lie);
    expect(found).toBe(await digestOfA(tree, { index: 'off' }));
  });

  it('a change of its own ignore file to one of the same size', async () => {
    const tree = await plantLie({ ...ordinary, 'a/.qliksyncignore': 'lib/' });
    tree.write({ 'a/.qliksyncignore': 'not/' });
    expect(await digestOfA(tree)).toBe(await digestOfA(tree, { index: 'off' }));
  });

  const others: readonly [string, Partial<ReadOptions>][] = [
    ['other patterns', { ignore: ['lib/'] }],
    ['other line endings', { lineEndings: 'lf' }],
    ['another version', { tool: 'newer' }],
  ];
  it.each(others)('%s', async (_, options) => {
    const tree = await plantLie();
    expect(await digestOfA(tree, options)).toBe(await digestOfA(tree, { ...options, index: 'off' }));
  });

  it('a run from another working directory, whose findings are to name other paths', async () => {
    const tree = await plantLie({ ...ordinary, 'a/sub/b.qext': qext() });
    const { findings } = await read(tree, { cwd: tree.path('a') });
    expect(findings.map(({ file }) => file)).toEqual(['sub/b.qext']);
  });

  it('one of its files became what a run writes', async () => {
    const tree = await plantLie();
    const own = identifyOwnFiles({ paths: [tree.path('a/notes/readme.md')], streams: {} });
    expect(await digestOfA(tree, { own })).toBe(await digestOfA(tree, { own, index: 'off' }));
    expect(await digestOfA(tree), 'which the next run does not write').toBe(lie);
  });
});

describe('an index is not trusted', () => {
  const spoils: readonly [string, (tree: Tree) => void][] = [
    ['of another form', (tree) => editIndex(tree, (index) => (index['format'] = 5))],
    ['of another rule version', (tree) => editIndex(tree, (index) => (index['ruleVersion'] = 1))],
    ['from the future, as the clock was set back', () => vi.setSystemTime(Date.now() - 3_600_000)],
    ['of another root', (tree) => editIndex(tree, (index) => (index['place'] = '/elsewhere 1 2'))],
    ['without its stats', (tree) => editIndex(tree, (index) => (index['stats'] = ''))],
    [
      'with half of its stats',
      (tree) => editIndex(tree, (index) => (index['stats'] = String(index['stats']).slice(0, 160))),
    ],
    [
      'without whole readings that have a shape',
      (tree) =>
        editIndex(tree, ({ folders }) => Object.assign(folders['a'] ?? {}, { whole: { extension: 1 } })),
    ],
    [
      'without what the rules said',
      (tree) =>
        editIndex(tree, ({ folders }) => Object.assign(folders['a']?.whole ?? {}, { ruled: undefined })),
    ],
    [
      'cut in half',
      (tree) => {
        const text = readFileSync(tree.path(indexPath), 'utf8');
        writeFileSync(tree.path(indexPath), text.slice(0, text.length / 2));
      },
    ],
  ];
  it.each(spoils)('%s', async (_, spoil) => {
    const tree = await plantLie();
    spoil(tree);
    expect(await digestOfA(tree)).toBe(await digestOfA(tree, { index: 'off' }));
  });

  it('in a copy of the folder, times and all', async () => {
    const tree = await plantLie();
    const copy = plant();
    cpSync(tree.root, copy.root, { recursive: true, preserveTimestamps: true });
    expect(await digestOfA(copy)).toBe(await digestOfA(copy, { index: 'off' }));
  });

  it('of a file that was written as it was read', async () => {
    const tree = plant(ordinary);
    vi.useRealTimers();
    await read(tree);
    expect(readFileSync(tree.path('a/a.js'), 'utf8')).toBe('one');
    tree.write({ 'a/a.js': 'eno' });
    expect(await digestOfA(tree)).toBe(await digestOfA(tree, { index: 'off' }));
  });
});

// Worlds: what a tree is found to be is the same with an index that went through all its changes, and without.

const worlds = process.env['INDEX_WORLDS'] === undefined ? 200 : Number(process.env['INDEX_WORLDS']);

const names = [
  'a.js',
  'b.css',
  'LICENSE',
  'x.map',
  'é.js',
  '.hidden',
  'desktop.ini',
  '.qliksyncignore',
  'sub/c.js',
  'sub/d.qext',
  'sub/deep/e.js',
  'node_modules/f.js',
  'sub/LICENSE',
];
const contents = ['', 'one', 'two', '*.map\n', 'sub/\n', 'a\r\nb', 'define(["./b"], 1)', 'lib'];
const options: readonly Partial<ReadOptions>[] = [
  {},
  {},
  {},
  { ignore: ['*.map'] },
  { lineEndings: 'lf' },
  { selection: (name) => name === 'a' },
];

describe(`${worlds} worlds`, () => {
  it(
    'are read the same, and have the same plan, with and without an index',
    async () => {
      const random = createRandom(15);
      const tree = plant({ 'a/a.qext': qext(), 'b/b.qext': qext() });
      let held: readonly ActualExtension[] = [];
      for (let world = 0; world < worlds; world++) {
        change(tree, random);
        vi.setSystemTime(Date.now() + 10_000);
        const how = pick(options, random);
        const { sources: _, ...truth } = await read(tree, { ...how, index: 'off' });
        const { sources: _read, ...found } = await read(tree, how);
        expect(found, `world ${world}`).toEqual(truth);
        const planned = planOf(truth.state, new Map(), held);
        expect(planOf(found.state, found.ruled, held), `plan of world ${world}`).toEqual(planned);
        if (random() < 0.5) held = truth.state.extensions.map(recordOf);
      }
    },
    worlds * 3_000,
  );
});

/** What would be done on a tenant that holds these, and what the rules say. */
function planOf(
  desired: DesiredState,
  ruled: RuledReading['ruled'],
  extensions: readonly ActualExtension[],
): { readonly plan: Plan; readonly findings: readonly Finding[] } {
  const known = { policy: policy({ prune: true }), tenant: 'tenant', reads: 1 };
  return {
    plan: plan({ ...known, desired, actual: { extensions } }),
    findings: desired.extensions.flatMap((each) => checkExtension(each, {}, {}, ruled.get(each))),
  };
}

/** As an apply leaves it. */
function recordOf({ name, digest }: DesiredExtension): ActualExtension {
  const md5 = md5Of(Buffer.from(digest));
  const told = { md5, archiveName: archiveName(digest, md5), tags: [ownerTag(project)] };
  return { id: `id-${name}`, name, bundled: false, supernova: false, ...told };
}

/** One change that a person, a build or git may make. */
function change(tree: Tree, random: () => number): void {
  const folder = pick(['a', 'b'], random);
  const path = `${folder}/${pick(names, random)}`;
  const step = Math.floor(random() * 9);
  if (step < 5) overwrite(tree, path, pick(contents, random));
  else if (step === 5) rmSync(tree.path(path), { force: true });
  else if (step === 6) rmSync(tree.path(`${folder}/sub`), { recursive: true, force: true });
  else if (step === 7) relink(tree, `${folder}/linked.js`, random);
  else overwrite(tree, `${folder}/${folder}.qext`, qext({ version: `1.0.${Math.floor(random() * 3)}` }));
}

/** Written until the clock of the disk has ticked, as the readings believe that seconds passed. */
function overwrite(tree: Tree, path: string, content: string): void {
  const before = lastTick;
  while (lastTick === before) {
    tree.write({ [path]: content });
    lastTick = Math.max(lastTick, statSync(tree.path(path)).ctimeMs);
  }
}

let lastTick = 0;

function relink(tree: Tree, path: string, random: () => number): void {
  rmSync(tree.path(path), { force: true });
  if (random() < 0.5) symlinkSync('a.js', tree.path(path));
}

function pick<T>(from: readonly T[], random: () => number): T {
  return from[Math.floor(random() * from.length)] as T;
}
