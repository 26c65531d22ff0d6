/** What git has and a checkout leaves out is neither gone nor meant to go. Real git, whatever leaves it out. */

import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { git } from '../git.js';
import { useScene } from './support/scene.js';
import { extensionFiles, simpleConfig } from './support/workspace.js';

const kpi = {
  ...extensionFiles('kpi'),
  'extensions/kpi/lib/style.css': 'a{}\n',
  'extensions/kpi/kpi.js.map': '{}\n',
};

/** On the tenant and in the only commit: kpi, gauge, table. */
const scene = useScene({
  files: { ...kpi, ...extensionFiles('gauge'), ...extensionFiles('table') },
  prepare: async () => {
    inRepository('init', '--quiet', '--initial-branch', 'main');
    commit({});
    await succeed('apply', '--yes');
    await scene.tenant.takeRequests();
  },
});
const { qlikSync, qlikSyncWith, succeed } = scene;

const inRepository = (...args: readonly string[]): string => git(scene.workspace.folder, ...args);

function commit(files: Readonly<Record<string, string>>): void {
  scene.workspace.write(files);
  inRepository('add', '--all');
  inRepository('commit', '--quiet', '--allow-empty', '--message', 'change');
}

function sparse(...args: readonly string[]): void {
  // git leaves what it takes for changed, as files that a test wrote anew.
  inRepository('update-index', '-q', '--refresh');
  inRepository('sparse-checkout', 'set', ...args);
}

/** Leaves out what these patterns, in gitignore syntax, name. */
function leaveOut(...patterns: readonly string[]): void {
  sparse('--no-cone', '/*', ...patterns.map((pattern) => `!${pattern}`));
}

interface Planned {
  readonly action: string;
  readonly message: string;
  readonly blocked?: { readonly rail: string; readonly message: string; readonly lift?: string };
}

async function planned(...args: readonly string[]): Promise<Record<string, Planned>> {
  const { stdout } = await qlikSync('plan', '--json', '--prune', ...args);
  const { changes } = JSON.parse(stdout) as {
    readonly changes: readonly (Planned & { readonly name: string })[];
  };
  return Object.fromEntries(changes.map((change) => [change.name, change]));
}

describe('a whole extension that is left out', () => {
  type Row = readonly [string, () => void, RegExp];
  const rows: readonly Row[] = [
    [
      'by a sparse checkout',
      () => leaveOut('/extensions/gauge/', '/extensions/table/'),
      /extensions\/gauge, which git has and this checkout leaves out; check it out, or add "!extensions\/gauge"/,
    ],
    ['by one in cone mode', () => sparse('extensions/kpi'), /this checkout leaves out/],
    [
      'by one with a sparse index',
      () => sparse('--sparse-index', 'extensions/kpi'),
      /this checkout leaves out/,
    ],
    [
      'by hand',
      () => {
        for (const name of ['gauge', 'table']) {
          const files = inRepository('ls-files', `extensions/${name}`).split('\n');
          inRepository('update-index', name === 'gauge' ? '--skip-worktree' : '--assume-unchanged', ...files);
          scene.workspace.remove(`extensions/${name}`);
        }
      },
      /this checkout leaves out/,
    ],
  ];
  it.each(rows)('%s is kept', async (_, arrange, words) => {
    arrange();
    const { gauge, table } = await planned();
    expect(gauge).toMatchObject({ action: 'none', message: expect.stringMatching(words) });
    expect(table).toMatchObject({ action: 'none', message: expect.stringContaining('kept:') });
    expect((await qlikSync('apply', '--prune', '--yes')).code).toBe(0);
    expect(await scene.tenant.takeWrites()).toEqual([]);
    expect((await qlikSync('drift')).code).toBe(0);
  });

  it('is deleted once the commit no longer has it, or the config', async () => {
    leaveOut('/extensions/table/');
    inRepository('rm', '--quiet', '-r', 'extensions/gauge');
    expect(await planned()).toMatchObject({ gauge: { action: 'delete' }, table: { action: 'none' } });
    const config = JSON.parse(simpleConfig['qlik-sync.config.json']) as Record<string, unknown>;
    const extensions = ['extensions/*', '!extensions/table'];
    scene.workspace.write({ 'qlik-sync.config.json': JSON.stringify({ ...config, extensions }) });
    expect(await planned()).toMatchObject({ gauge: { action: 'delete' }, table: { action: 'delete' } });
  });

  it('is gone where a person removed it', async () => {
    scene.workspace.remove('extensions/gauge');
    expect(await planned()).toMatchObject({ gauge: { action: 'delete' } });
  });

  it('as a submodule that is not checked out keeps whatever it may hold', async () => {
    const origin = join(scene.workspace.home, 'origin');
    mkdirSync(origin);
    git(scene.workspace.home, 'clone', '--quiet', scene.workspace.folder, origin);
    scene.workspace.remove('extensions/gauge');
    inRepository('rm', '--quiet', '-r', '--cached', 'extensions/gauge');
    inRepository('submodule', '--quiet', 'add', origin, 'extensions/parts');
    commit({});
    inRepository('submodule', '--quiet', 'deinit', '--force', '--all');
    const { gauge } = await planned();
    expect(gauge).toMatchObject({
      action: 'none',
      message: expect.stringMatching(
        /extensions\/parts, a submodule that is not checked out; git submodule update --init/,
      ),
    });
    rmSync(join(scene.workspace.folder, 'extensions/parts'), { recursive: true });
    expect(await planned()).toMatchObject({ gauge: { action: 'none' } });
    mkdirSync(join(scene.workspace.folder, 'extensions/parts'));
    inRepository('mv', 'extensions/parts', 'parts');
    expect(await planned()).toMatchObject({ gauge: { action: 'delete' } });
  });
});

describe('files of an extension that are left out', () => {
  const partial = {
    action: 'update',
    blocked: {
      rail: 'partial',
      message: 'the checkout leaves out 1 file of it: lib/style.css',
      lift: '--allow-partial kpi',
    },
  };

  it('block its upload until that is approved, by name', async () => {
    leaveOut('style.css');
    expect(await planned()).toMatchObject({ kpi: partial });
    const refused = await qlikSync('apply', '--yes');
    expect([refused.code, await scene.tenant.takeWrites()]).toEqual([6, []]);
    expect(refused.stdout).toContain('--allow-partial kpi uploads it without');
    expect((await qlikSync('apply', '--yes', '--allow-partial', 'kip')).code).toBe(3);
    expect((await qlikSync('apply', '--yes', '--allow-partial', 'gauge')).code).toBe(6);
    await succeed('plan', '--out', 'plan.json', '--allow-partial', 'kpi');
    await succeed('apply', 'plan.json', '--yes');
    expect(await scene.tenant.takeWrites()).toHaveLength(1);
  });

  it('block a new one, too, and one that changed in another file', async () => {
    commit({ ...extensionFiles('new'), 'extensions/new/a.css': 'a{}\n' });
    leaveOut('a.css', 'style.css');
    scene.workspace.write(extensionFiles('kpi', { code: 'two' }));
    expect(await planned()).toMatchObject({
      new: { action: 'create', blocked: { rail: 'partial', lift: '--allow-partial new' } },
      kpi: partial,
    });
  });

  it('do not matter where they are not uploaded, or where nothing is', async () => {
    const config = JSON.parse(simpleConfig['qlik-sync.config.json']) as Record<string, unknown>;
    commit({ 'qlik-sync.config.json': JSON.stringify({ ...config, ignore: ['*.map'] }) });
    await succeed('apply', '--yes');
    leaveOut('*.map');
    expect(await planned()).toMatchObject({ kpi: { action: 'none' } });
    scene.workspace.write(extensionFiles('kpi', { code: 'two' }));
    expect((await planned())['kpi']?.blocked).toBeUndefined();
  });

  it('are reported by drift, which cannot compare', async () => {
    leaveOut('style.css');
    const { code, stdout } = await qlikSync('drift');
    expect(code).toBe(2);
    expect(stdout).toContain('the checkout leaves out 1 file of it: lib/style.css, so it cannot be compared');
  });

  it('as a submodule within it', async () => {
    const origin = join(scene.workspace.home, 'origin');
    mkdirSync(origin);
    git(scene.workspace.home, 'clone', '--quiet', scene.workspace.folder, origin);
    inRepository('submodule', '--quiet', 'add', origin, 'extensions/kpi/vendor');
    commit({});
    inRepository('submodule', '--quiet', 'deinit', '--force', '--all');
    scene.workspace.write(extensionFiles('kpi', { code: 'two' }));
    expect(await planned()).toMatchObject({
      kpi: { blocked: { rail: 'partial', message: 'the checkout leaves out 1 file of it: vendor/' } },
    });
    // No extension of `extensions/*` lies deeper.
    scene.workspace.remove('extensions/gauge');
    expect(await planned()).toMatchObject({ gauge: { action: 'delete' } });
  });
});

it('a clone within the folders of the config may be partial, too', async () => {
  const origin = join(scene.workspace.home, 'origin');
  git(scene.workspace.home, 'clone', '--quiet', scene.workspace.folder, origin);
  const clone = join(scene.workspace.folder, 'clones/team');
  git(scene.workspace.folder, 'clone', '--quiet', origin, clone);
  scene.configure({ extensions: ['clones/*/extensions/*'] });
  await succeed('apply', '--yes');
  git(clone, 'sparse-checkout', 'set', '--no-cone', '/*', '!/extensions/gauge/', '!style.css');
  const { kpi: found, gauge } = await planned();
  expect(found).toMatchObject({ blocked: { rail: 'partial', lift: '--allow-partial kpi' } });
  expect(gauge).toMatchObject({
    action: 'none',
    message: expect.stringContaining('clones/team/extensions/gauge, which git has'),
  });
});

it.each(['clones/*/extensions/*', 'clones/team/*/*', 'clones/team/extensions/*', 'clones/**'])(
  'a clone may leave out all that %s would find',
  async (pattern) => {
    const clone = join(scene.workspace.folder, 'clones/team');
    git(scene.workspace.home, 'clone', '--quiet', scene.workspace.folder, clone);
    scene.workspace.write(extensionFiles('other', { folder: 'other' }));
    scene.configure({ extensions: ['other', pattern] });
    await succeed('apply', '--yes');
    git(clone, 'sparse-checkout', 'set', '--no-cone', '/qlik-sync.config.json');
    const message = (name: string) =>
      expect.stringContaining(`clones/team/extensions/${name}, which git has and this checkout leaves out`);
    expect(await planned()).toMatchObject({
      gauge: { action: 'none', message: message('gauge') },
      kpi: { action: 'none', message: message('kpi') },
    });
  },
);

it('a script that the checkout leaves out is to be checked out, not built', async () => {
  leaveOut('kpi.js');
  const { code, stdout } = await qlikSync('validate');
  expect([code, stdout]).toEqual([
    3,
    expect.stringMatching(
      /\[missing-entry\]\n +git has kpi\.js, and this checkout leaves it out\. Check it out: git sparse-checkout disable/,
    ),
  ]);
  inRepository('sparse-checkout', 'disable');
  scene.workspace.remove('extensions/kpi/kpi.js');
  expect((await qlikSync('validate')).stdout).toContain('Build the extension, or name the script kpi.js.');
});

describe('a module that the checkout leaves out', () => {
  const asks = 'define(["./lib/parts"], () => ({ paint() {} }));\n';
  interface Document {
    readonly findings: readonly {
      readonly rule: string;
      readonly severity: string;
      readonly message: string;
    }[];
  }
  const findings = async (...args: readonly string[]): Promise<Document['findings']> => {
    const { stdout } = await qlikSync(...args, '--json');
    return (JSON.parse(stdout) as Document).findings.filter(({ rule }) => /module|partial/.test(rule));
  };

  it('is treated like any other file: the rail applies, and its approval is enough', async () => {
    commit({ 'extensions/kpi/kpi.js': asks, 'extensions/kpi/lib/parts.js': 'define([], () => 1);\n' });
    leaveOut('parts.js');
    expect(await findings('plan')).toEqual([
      expect.objectContaining({
        rule: 'partial-checkout',
        severity: 'warning',
        message:
          'The module asks for "./lib/parts", and the checkout leaves out lib/parts.js, which git has.',
      }),
    ]);
    expect(await planned()).toMatchObject({ kpi: { blocked: { rail: 'partial' } } });
    expect((await qlikSync('apply', '--yes')).code).toBe(6);
    const { stdout } = await succeed('apply', '--yes', '--allow-partial', 'kpi');
    expect(stdout).toContain('[partial-checkout]');
    expect(await scene.tenant.takeWrites()).toHaveLength(1);
    await succeed('plan', '--detailed-exitcode');
  });

  it('is missing if nothing has it', async () => {
    commit({ 'extensions/kpi/kpi.js': asks });
    leaveOut('style.css');
    expect(await findings('validate')).toMatchObject([{ rule: 'missing-module', severity: 'error' }]);
  });
});

describe('pack', () => {
  it('says what its zips lack, and which are missing altogether', async () => {
    leaveOut('style.css', '/extensions/gauge/');
    const { stdout } = await succeed('pack');
    expect(stdout).toContain(
      'The checkout leaves out 1 file that git has: lib/style.css. [partial-checkout]',
    );
    expect(stdout).toContain('extensions/gauge: warning: The checkout leaves out the folder, which git has');
    expect((await succeed('pack', 'table')).stdout).not.toContain('partial-checkout');
    scene.configure({ rules: { 'partial-checkout': 'error' } });
    expect((await qlikSync('pack')).code).toBe(3);
    inRepository('sparse-checkout', 'disable');
    expect((await succeed('pack')).stdout).not.toContain('partial-checkout');
  });
});

describe('git', () => {
  /** Writes a mark when it is asked, and gives no answer. */
  function spoiltGit(): Record<string, string> {
    const folder = join(scene.workspace.home, 'bin');
    mkdirSync(folder, { recursive: true });
    return { PATH: folder };
  }

  it('is not needed where nothing would be uploaded or deleted, nor where nothing suggests a part', async () => {
    expect((await qlikSyncWith(spoiltGit(), 'plan', '--prune')).code).toBe(0);
    scene.workspace.remove('extensions/gauge');
    const { code, stdout } = await qlikSyncWith(spoiltGit(), 'plan', '--prune');
    expect([code, stdout]).toEqual([0, expect.stringContaining('1 to delete')]);
  });

  it('that gives no answer about a sparse checkout ends the run with 3', async () => {
    leaveOut('/extensions/gauge/');
    const { code, stderr } = await qlikSyncWith(spoiltGit(), 'apply', '--prune', '--yes');
    expect([code, stderr]).toEqual([
      3,
      expect.stringMatching(
        /A checkout that may leave out files needs git, which gave no answer: git is not installed/,
      ),
    ]);
    expect(await scene.tenant.takeWrites()).toEqual([]);
    // Without a deletion or an upload, it is not asked.
    expect((await qlikSyncWith(spoiltGit(), 'apply', '--yes')).code).toBe(0);
  });

  it('needs no remote for a partial clone', async () => {
    inRepository('config', 'uploadpack.allowFilter', 'true');
    const { folder, home } = scene.workspace;
    const clone = join(home, 'clone');
    git(home, 'clone', '--quiet', '--filter=blob:none', '--sparse', `file://${folder}`, clone);
    git(clone, 'sparse-checkout', 'set', '--sparse-index', 'extensions/kpi');
    git(clone, 'remote', 'remove', 'origin');
    const { stdout, code } = await qlikSync('plan', '--prune', '--cwd', clone);
    expect([code, stdout]).toEqual([0, expect.stringMatching(/0 to delete/)]);
    expect(stdout).toMatch(
      /gauge +kept.*this checkout leaves out|gauge.*which git has and this checkout leaves out/,
    );
  });
});
