/** `--changed-since`, in repositories as people and pipelines have them. */

import { rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { git } from '../git.js';
import { runInProcess } from './support/in-process.js';
import { useScene } from './support/scene.js';
import { extensionFiles, type Result, simpleConfig } from './support/workspace.js';

const deployed = { ...extensionFiles('kpi'), ...extensionFiles('gauge'), ...extensionFiles('table') };
/** On main and on the tenant: kpi, gauge, table. On the branch `feature`, which is checked out: nothing else yet. */
const scene = useScene({
  files: deployed,
  prepare: async () => {
    inRepository('init', '--quiet', '--initial-branch', 'main');
    commit({});
    await succeed('apply', '--yes');
    inRepository('switch', '--quiet', '--create', 'feature');
  },
});
const { qlikSync, qlikSyncWith, succeed } = scene;

const inRepository = (...args: readonly string[]): string => git(scene.workspace.folder, ...args);

function commit(files: Readonly<Record<string, string>>): void {
  scene.workspace.write(files);
  inRepository('add', '--all');
  inRepository('commit', '--quiet', '--message', 'change');
}

const two = (name: string): Record<string, string> => extensionFiles(name, { code: 'two' });

/** What is said while the branch has no commit of its own. */
const nothingNew = /^--changed-since: main is the commit that is checked out \(HEAD\), .*\n/m;

interface Document {
  readonly changes: readonly { readonly name: string; readonly action: string; readonly reason: string }[];
}

/** Names that were not left out, with what happens to them. */
async function selected(...args: readonly string[]): Promise<Record<string, string>> {
  const { stdout, stderr, code } = await qlikSync('plan', '--json', '--changed-since', 'main', ...args);
  expect([code, stderr.replace(nothingNew, '')]).toEqual([0, '']);
  const { changes } = JSON.parse(stdout) as Document;
  const chosen = changes.filter(({ reason }) => reason !== 'not-selected');
  return Object.fromEntries(chosen.map(({ name, action }) => [name, action]));
}

describe('a ref without which nothing can differ', () => {
  const said = async (ref: string): Promise<string> =>
    (await qlikSync('apply', '--yes', '--changed-since', ref)).stderr;

  it('is recognized as HEAD itself, under each of its names', async () => {
    const hash = inRepository('rev-parse', 'HEAD');
    inRepository('tag', 'v1');
    for (const ref of ['HEAD', '@', 'feature', 'main', 'v1', hash, hash.slice(0, 8)]) {
      expect(await said(ref)).toContain(
        `--changed-since: ${ref} is the commit that is checked out (HEAD), so only work that is not committed can differ. For what the last commit changed: --changed-since HEAD~1`,
      );
    }
  });

  it('is recognized as ahead if it contains all of HEAD', async () => {
    commit(two('kpi'));
    inRepository('switch', '--quiet', 'main');
    expect(await said('feature')).toContain(
      '--changed-since: feature has every commit of HEAD, so only work',
    );
  });

  it('is not reported for any other', async () => {
    commit(two('kpi'));
    for (const ref of ['main', 'HEAD~1']) expect(await said(ref)).not.toContain('--changed-since');
  });
});

describe('what counts as changed', () => {
  const rows: readonly [string, () => unknown, Record<string, string>][] = [
    ['nothing', () => undefined, {}],
    ['a commit of the branch', () => commit(two('kpi')), { kpi: 'update' }],
    ['what is not committed yet', () => scene.workspace.write(two('kpi')), { kpi: 'update' }],
    [
      'a file that git was not told of',
      () => scene.workspace.write({ 'extensions/kpi/new.css': 'a{}' }),
      { kpi: 'update' },
    ],
    ['a new folder', () => scene.workspace.write(extensionFiles('new')), { new: 'create' }],
    ['a file that is gone', () => scene.workspace.write({ 'extensions/kpi/x.css': '' }), { kpi: 'update' }],
    ['what the tenant lacks', () => scene.tenant.remove('table'), { table: 'create' }],
    [
      'not what main got since',
      () => {
        inRepository('switch', '--quiet', 'main');
        commit(two('gauge'));
        inRepository('switch', '--quiet', 'feature');
        commit(two('kpi'));
      },
      { kpi: 'update' },
    ],
    [
      'not what only the tenant has otherwise',
      async () => {
        await scene.tenant.edit({ name: 'gauge', tags: ['qlik-sync:acme', 'by hand'] });
        commit(two('kpi'));
      },
      { kpi: 'update' },
    ],
    [
      'the config: everything',
      () => commit({ 'qlik-sync.config.json': `${simpleConfig['qlik-sync.config.json']}\n` }),
      { gauge: 'none', kpi: 'none', table: 'none' },
    ],
    [
      'a neighbour whose name begins alike: not',
      () => commit({ 'extensions/kpi-notes.txt': 'x', 'extensions/kp/README': 'x' }),
      {},
    ],
  ];
  it.each(rows)('%s', async (_, change, expected) => {
    await change();
    expect(await selected()).toEqual(expected);
  });

  it('a build folder that git ignores', async () => {
    const config = JSON.stringify({ project: 'acme', extensions: ['extensions/*', 'build/*'] });
    inRepository('switch', '--quiet', 'main');
    commit({ 'qlik-sync.config.json': config, '.gitignore': 'build/\n' });
    inRepository('switch', '--quiet', 'feature');
    inRepository('merge', '--quiet', 'main');
    scene.workspace.write(extensionFiles('built', { folder: 'build/built' }));
    expect((await qlikSync('apply', '--yes')).code).toBe(0);
    scene.workspace.write(extensionFiles('built', { folder: 'build/built', code: 'two' }));
    expect(await selected()).toEqual({ built: 'update' });
  });

  const all = { gauge: 'none', kpi: 'none', table: 'none' };
  const unknown: readonly [string, () => readonly string[], Record<string, string>][] = [
    [
      'the config',
      () => {
        scene.workspace.write({ '.gitignore': 'qlik-sync.config.json\n' });
        inRepository('rm', '--quiet', '--cached', 'qlik-sync.config.json');
        return [];
      },
      all,
    ],
    [
      'the config behind a link',
      () => {
        const config = simpleConfig['qlik-sync.config.json'];
        scene.workspace.write({ '.gitignore': 'written/\n', 'written/ci.json': config });
        symlinkSync('written/ci.json', join(scene.workspace.folder, 'ci.json'));
        return ['--config', 'ci.json'];
      },
      all,
    ],
    [
      'the ignore rules of all',
      () => {
        scene.workspace.write({ '.gitignore': '.qliksyncignore\n', '.qliksyncignore': '*.map\n' });
        return [];
      },
      all,
    ],
    [
      'the ignore rules of one',
      () => {
        scene.workspace.write({ '.gitignore': '.qliksyncignore\n' });
        scene.workspace.write({ 'extensions/kpi/.qliksyncignore': '*.map\n' });
        return [];
      },
      { kpi: 'none' },
    ],
  ];
  it.each(unknown)('%s where git does not know it', async (_, hide, expected) => {
    const args = hide();
    inRepository('switch', '--quiet', 'main');
    commit({});
    inRepository('switch', '--quiet', 'feature');
    inRepository('merge', '--quiet', 'main');
    // As a pipeline does: with the commit that no longer tracks it, git took the file away.
    scene.workspace.write(simpleConfig);
    expect(await selected(...args)).toEqual(expected);
  });

  const settings: readonly (readonly [string, string])[] = [
    ['diff.renames', 'copies'],
    ['diff.relative', 'true'],
    ['core.quotePath', 'true'],
    ['core.ignoreCase', 'true'],
  ];
  it.each(settings)('a file that went to another folder, with %s=%s: both', async (setting, value) => {
    inRepository('switch', '--quiet', 'main');
    commit({ 'extensions/kpi/größe.css': 'a { color: red; }' });
    await succeed('apply', '--yes');
    inRepository('switch', '--quiet', 'feature');
    inRepository('merge', '--quiet', 'main');
    inRepository('config', setting, value);
    inRepository('mv', 'extensions/kpi/größe.css', 'extensions/gauge');
    expect(await selected()).toEqual({ gauge: 'update', kpi: 'update' });
  });

  const hidden: readonly string[] = ['--skip-worktree', '--assume-unchanged'];
  it.each(hidden)('a file that git was told not to look at: %s', async (bit) => {
    inRepository('update-index', bit, 'extensions/kpi/kpi.js');
    scene.workspace.write(two('kpi'));
    expect(await selected()).toEqual({ kpi: 'update' });
  });

  const links: readonly [string, string, string][] = [
    ['to the folder', 'extensions/linky', '../v2/linky'],
    ['on its way', 'now', 'v2'],
  ];
  it.each(links)('a link %s that is pointed elsewhere', async (_, link, target) => {
    inRepository('switch', '--quiet', 'main');
    scene.workspace.write({
      ...extensionFiles('linky', { folder: 'v1/linky' }),
      ...extensionFiles('linky', { folder: 'v2/linky', code: 'two' }),
    });
    symlinkSync('v1', join(scene.workspace.folder, 'now'));
    symlinkSync('../now/linky', join(scene.workspace.folder, 'extensions/linky'));
    commit({});
    inRepository('switch', '--quiet', 'feature');
    inRepository('merge', '--quiet', 'main');
    expect((await qlikSync('apply', '--yes')).code).toBe(0);
    expect(await selected()).toEqual({});
    scene.workspace.remove(link);
    symlinkSync(target, join(scene.workspace.folder, link));
    commit({});
    expect(await selected()).toEqual({ linky: 'update' });
  });

  it('what a config that is code imports: everything', async () => {
    inRepository('switch', '--quiet', 'main');
    inRepository('rm', '--quiet', 'qlik-sync.config.json');
    commit({
      'qlik-sync.config.mjs': `import { tags } from './tags.mjs';
        export default { project: 'acme', extensions: ['extensions/*'], tags };`,
      'tags.mjs': 'export const tags = [];',
    });
    inRepository('switch', '--quiet', 'feature');
    inRepository('merge', '--quiet', 'main');
    commit(two('kpi'));
    expect(await selected()).toEqual({ kpi: 'update' });
    commit({ 'tags.mjs': 'export const tags = []; ' });
    expect(await selected()).toEqual({ gauge: 'none', kpi: 'update', table: 'none' });
  });

  it('a config that is below the root of the repository', async () => {
    inRepository('switch', '--quiet', 'main');
    scene.workspace.write({ 'qlik/notes.txt': '' });
    inRepository('mv', 'qlik-sync.config.json', 'extensions', 'qlik');
    commit({});
    inRepository('switch', '--quiet', 'feature');
    inRepository('merge', '--quiet', 'main');
    commit(extensionFiles('kpi', { code: 'two', folder: 'qlik/extensions/kpi' }));
    expect(await selected('--cwd', 'qlik')).toEqual({ kpi: 'update' });
  });
});

describe('a run with it', () => {
  it('writes what changed and deletes nothing', async () => {
    commit(two('kpi'));
    scene.workspace.remove('extensions/gauge');
    await scene.tenant.takeRequests();
    expect((await qlikSync('apply', '--yes', '--prune', '--changed-since', 'main')).code).toBe(0);
    expect(await scene.tenant.takeWrites()).toEqual(['PATCH']);
  });

  it('can be handed on as a plan', async () => {
    commit({ ...two('kpi'), ...two('gauge') });
    inRepository('checkout', '--quiet', 'main', '--', 'extensions/gauge');
    await qlikSync('plan', '--changed-since', 'main', '--out', '.git/plan.json');
    scene.workspace.write(two('table'));
    expect((await qlikSync('apply', '.git/plan.json', '--yes')).code).toBe(0);
    const records = await scene.tenant.client.list();
    const uploads = records
      .filter(({ version }) => version !== '1.0.0')
      .map(({ qextFilename }) => qextFilename);
    expect(uploads).toEqual(['kpi']);
  });
});

/** Variables that the command is run with. */
type Spoilt = Readonly<Record<string, string>> | undefined;

describe('what git does not know', () => {
  const rows: readonly [string, string, () => Spoilt, RegExp][] = [
    ['no such commit', 'nowhere', () => undefined, /git knows no such commit/],
    ['an option of git', '--output=pwned', () => undefined, /git knows no such commit/],
    [
      'no commit in common',
      'other',
      () => {
        inRepository('switch', '--quiet', '--orphan', 'other');
        commit({ 'a.txt': '' });
        inRepository('switch', '--quiet', 'feature');
        return undefined;
      },
      /shares no history with HEAD/,
    ],
    [
      'no repository',
      'main',
      () => {
        rmSync(join(scene.workspace.folder, '.git'), { recursive: true });
        return undefined;
      },
      /needs a git repository/,
    ],
    [
      'a repository of another user',
      'main',
      () => ({ GIT_TEST_ASSUME_DIFFERENT_OWNER: '1' }),
      /dubious ownership[\s\S]*Trust it: git config --global --add safe\.directory /,
    ],
    [
      'a repository that is broken',
      'main',
      () => {
        scene.workspace.write({ '.git/config': '[x' });
        return undefined;
      },
      /gave no answer: bad config/,
    ],
    [
      'a repository without commits',
      'main',
      () => {
        rmSync(join(scene.workspace.folder, '.git'), { recursive: true });
        inRepository('init', '--quiet');
        return undefined;
      },
      /git knows no such commit/,
    ],
  ];
  it.each(rows)('%s', async (_, ref, spoil, words) => {
    const env = spoil() ?? {};
    await scene.tenant.takeRequests();
    const { code, stderr } = await qlikSyncWith(env, 'apply', '--yes', `--changed-since=${ref}`);
    expect([code, stderr]).toEqual([3, expect.stringMatching(words)]);
    expect(await scene.tenant.takeWrites()).toEqual([]);
  });

  it('a shallow clone that lacks the commit says how to get it', async () => {
    commit(two('kpi'));
    const clone = join(scene.workspace.folder, 'clone');
    const from = pathToFileURL(scene.workspace.folder).href;
    inRepository(
      'clone',
      '--quiet',
      '--depth',
      '1',
      '--branch',
      'feature',
      '--no-single-branch',
      from,
      clone,
    );
    const plan = (ref: string): Promise<Result> =>
      runInProcess(['plan', '--changed-since', ref], { cwd: clone, env: scene.tenant.env });
    for (const ref of ['origin/main', inRepository('rev-parse', 'main~0')]) {
      const { code, stderr } = await plan(ref);
      expect([ref, code, stderr]).toEqual([ref, 3, expect.stringContaining('this is a shallow clone')]);
      expect(stderr).toContain('git fetch --unshallow');
    }
    git(clone, 'fetch', '--quiet', '--unshallow');
    expect((await plan('origin/main')).code).toBe(0);
  });
});
