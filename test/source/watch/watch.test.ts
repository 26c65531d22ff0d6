import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  cpSync,
  mkdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import {
  type FolderWatch,
  type Wake,
  type WatchOptions,
  watchFolders,
} from '../../../src/source/watch/watch.js';
import { createTree, type Files, qext, type Tree } from '../tree.js';

interface Watched extends Tree {
  readonly watch: FolderWatch;
  /** Wakes since the last call, by what they name; waits until one names what is asked for. */
  readonly until: (name: string) => Promise<readonly string[]>;
  readonly wakes: readonly Wake[];
}

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

const twoExtensions: Files = {
  'x/a/a.qext': qext(),
  'x/a/a.js': 'a',
  'x/a/lib/b.js': 'b',
  'x/z/z.qext': qext(),
  'x/z/z.js': 'z',
};

async function plant(files: Files = twoExtensions, more: Partial<WatchOptions> = {}): Promise<Watched> {
  const tree = createTree(files);
  cleanups.push(tree.remove);
  return { ...tree, ...(await watchTree(tree, more)) };
}

async function watchTree(
  tree: Tree,
  more: Partial<WatchOptions>,
): Promise<Pick<Watched, 'watch' | 'until' | 'wakes'>> {
  await becomeOld();
  const wakes: Wake[] = [];
  const waiting = new Set<() => void>();
  let told = 0;
  const watch = watchFolders({
    root: tree.root,
    cwd: tree.root,
    extensions: ['x/*'],
    ignore: [],
    sweepMs: 60_000,
    ...more,
    onWake: (wake) => {
      wakes.push(wake);
      for (const check of waiting) check();
    },
  });
  cleanups.push(watch.close);
  await watch.ready;
  const until = (name: string): Promise<readonly string[]> =>
    new Promise((resolve) => {
      const check = (): void => {
        const at = wakes.findIndex((wake, index) => index >= told && namesOf(wake).includes(name));
        if (at === -1) return;
        waiting.delete(check);
        resolve(wakes.slice(told, at + 1).flatMap(namesOf));
        told = at + 1;
      };
      waiting.add(check);
      check();
    });
  return { watch, until, wakes };
}

function namesOf({ names, config }: Wake): readonly string[] {
  return [...(names === 'all' ? ['all'] : names), ...(config ? ['config'] : [])];
}

/** What was written within a tick of the disk's clock may be written again unseen, and wakes once more. */
async function becomeOld(): Promise<void> {
  const start = Date.now();
  while (Date.now() - start < 25) await new Promise(setImmediate);
}

/** Writes on and on. A machine that stops for a while in between leaves the file quiet, and then it tells nothing. */
function keepWriting(file: string) {
  let [count, last, longestMs] = [0, performance.now(), 0];
  const pause = (): number => performance.now() - last;
  const timer = setInterval(() => {
    appendFileSync(file, '.');
    count += 1;
    longestMs = Math.max(longestMs, pause());
    last = performance.now();
  }, 5);
  return {
    count: () => count,
    longestPauseMs: () => Math.max(longestMs, pause()),
    stop: () => clearInterval(timer),
  };
}

/** A save of the other extension, whose wake shows that whatever came before it woke nobody. */
async function control(tree: Watched): Promise<readonly string[]> {
  appendFileSync(tree.path('x/z/z.js'), '.');
  return tree.until('z');
}

describe('a save', () => {
  const saves: Readonly<Record<string, (tree: Tree, file: string) => void>> = {
    'in place': (tree, file) => writeFileSync(tree.path(file), 'new'),
    appended: (tree, file) => appendFileSync(tree.path(file), 'new'),
    'VS Code: truncated, then written': (tree, file) => {
      writeFileSync(tree.path(file), '');
      writeFileSync(tree.path(file), 'new');
    },
    'atomic: written beside, renamed': (tree, file) => {
      writeFileSync(tree.path(`${file}.tmp-1`), 'new');
      renameSync(tree.path(`${file}.tmp-1`), tree.path(file));
    },
    'vim: probed, moved away, written, backup removed': (tree, file) => {
      writeFileSync(tree.path('x/a/4913'), '');
      unlinkSync(tree.path('x/a/4913'));
      renameSync(tree.path(file), tree.path(`${file}~`));
      writeFileSync(tree.path(file), 'new');
      unlinkSync(tree.path(`${file}~`));
    },
    'vim that keeps its backup': (tree, file) => {
      renameSync(tree.path(file), tree.path(`${file}~`));
      writeFileSync(tree.path(file), 'new');
    },
    JetBrains: (tree, file) => {
      writeFileSync(tree.path(`${file}___jb_tmp___`), 'new');
      renameSync(tree.path(file), tree.path(`${file}___jb_old___`));
      renameSync(tree.path(`${file}___jb_tmp___`), tree.path(file));
      unlinkSync(tree.path(`${file}___jb_old___`));
    },
    'sed -i': (tree, file) => execFileSync('sed', ['-i', 's/./new/', tree.path(file)]),
    removed: (tree, file) => unlinkSync(tree.path(file)),
  };
  const table = Object.entries(saves).flatMap(([how, save]) =>
    ['x/a/a.js', 'x/a/lib/b.js'].map((file) => ({ how, save, file })),
  );

  it.each(table)('wakes once: $how, $file', async ({ save, file }) => {
    const tree = await plant();
    save(tree, file);
    expect(await tree.until('a')).toEqual(['a']);
    expect(await control(tree)).toEqual(['z']);
  });

  it('says when it began and what it was', async () => {
    const quietMs = 200;
    const tree = await plant(twoExtensions, { quietMs });
    const before = performance.now();
    writeFileSync(tree.path('x/a/a.js'), 'new');
    await tree.until('a');
    const told = performance.now();
    const [wake] = tree.wakes;
    expect(wake).toMatchObject({ structure: false, config: false, cause: 'a/a.js (a.js)' });
    expect(wake?.firstChangeAt).toBeGreaterThanOrEqual(before);
    expect(wake?.firstChangeAt).toBeLessThan(told - quietMs + 5);
  });

  it.each(['on', 'off'] as const)('of what nobody reads wakes noNames, events %s', async (events) => {
    const files = {
      ...twoExtensions,
      'x/a/node_modules/m/m.js': '',
      'x/a/src/s.js': '',
      'x/b/theme.css': '',
    };
    const tree = await plant(files, {
      ignore: ['src', '*.log'],
      events,
      sweepMs: events === 'on' ? 60_000 : 30,
    });
    tree.write({
      'x/a/node_modules/m/m.js': '1',
      'x/a/src/s.js': '1',
      'x/a/debug.log': '1',
      'x/a/LICENSE': '1',
      'x/a/.a.js.swp': '1',
      'x/a/.#a.js': '1',
      'x/a/#a.js#': '1',
      'x/a/a.js~': '1',
      'x/a/4913': '1',
      'x/a/a.js.tmp': '1',
      'x/a/a.js.1234567': '1',
      'x/a/a.zip': '1',
      'x/b/theme.css': '1',
      'x/note.txt': '1',
      'note.txt': '1',
    });
    expect(await control(tree)).toEqual(['z']);
    expect(await control(tree)).toEqual(['z']);
  });

  it('wakes when a temporary file is gone that the reader may have seen', async () => {
    const tree = await plant({ ...twoExtensions, 'x/a/#a.js#': '1' }, { sweepMs: 30 });
    unlinkSync(tree.path('x/a/#a.js#'));
    expect(await tree.until('a')).toEqual(['a']);
  });
});

describe('a burst', () => {
  it('of fifty files wakes once', async () => {
    const tree = await plant();
    const names = Array.from({ length: 50 }, (_, index) => `x/a/dist/f${index}.js`);
    tree.write(Object.fromEntries(names.map((name) => [name, 'x'])));
    expect(await tree.until('a')).toEqual(['a']);
    appendFileSync(tree.path('x/a/dist/f7.js'), '.');
    expect(await tree.until('a')).toEqual(['a']);
    expect(await control(tree)).toEqual(['z']);
  });

  it('of one extension holds up no other, and does not go on for ever', async () => {
    const quietMs = 300;
    const tree = await plant(twoExtensions, { quietMs, maxWaitMs: 1000 });
    const start = performance.now();
    const writing = keepWriting(tree.path('x/a/a.js'));
    try {
      const woken = [await control(tree), await tree.until('a')];
      const tookMs = performance.now() - start;
      if (writing.longestPauseMs() < quietMs / 2) {
        expect(woken).toEqual([['z'], ['a']]);
        expect(tookMs).toBeGreaterThan(990);
      }
    } finally {
      writing.stop();
    }
    appendFileSync(tree.path('x/a/a.js'), '!');
    expect(await tree.until('a')).toEqual(['a']);
  });
});

describe('a folder', () => {
  function rebuild(tree: Tree, content: string): void {
    rmSync(tree.path('x/a'), { recursive: true });
    tree.write({ 'x/a/a.qext': qext(), 'x/a/a.js': content, 'x/a/lib/b.js': content });
  }

  it('still wakes after being deleted and rebuilt at once, twenty times', async () => {
    const tree = await plant(twoExtensions, { quietMs: 30 });
    for (let turn = 0; turn < 20; turn++) {
      rebuild(tree, `built ${turn}`);
      expect(await tree.until('a')).toEqual(['a']);
      for (const file of ['x/a/lib/b.js', 'x/a/a.js', `x/a/new${turn}.js`]) {
        appendFileSync(tree.path(file), '.');
        expect(await tree.until('a')).toEqual(['a']);
      }
    }
  });

  const moves: Readonly<
    Record<string, { move: (tree: Tree) => void; wakes: readonly string[]; names: readonly string[] }>
  > = {
    appears: {
      move: (tree) => tree.write({ 'x/b/b.js': '', 'x/b/b.qext': qext() }),
      wakes: ['b'],
      names: ['a', 'b', 'z'],
    },
    'is moved in whole': {
      move: (tree) => {
        tree.write({ 'y/b.js': '', 'y/b.qext': qext() });
        renameSync(tree.path('y'), tree.path('x/b'));
      },
      wakes: ['b'],
      names: ['a', 'b', 'z'],
    },
    'is removed': {
      move: (tree) => rmSync(tree.path('x/a'), { recursive: true }),
      wakes: ['a'],
      names: ['z'],
    },
    'is renamed': {
      move: (tree) => renameSync(tree.path('x/a'), tree.path('x/c')),
      wakes: ['a'],
      names: ['a', 'z'],
    },
    'gets another manifest': {
      move: (tree) => renameSync(tree.path('x/a/a.qext'), tree.path('x/a/b.qext')),
      wakes: ['a', 'b'],
      names: ['b', 'z'],
    },
    'loses its manifest': {
      move: (tree) => unlinkSync(tree.path('x/a/a.qext')),
      wakes: ['a'],
      names: ['z'],
    },
    'gets a second manifest': {
      move: (tree) => tree.write({ 'x/a/b.qext': qext() }),
      wakes: ['a', 'b'],
      names: ['z'],
    },
  };

  it.each(Object.entries(moves))('that %s wakes', async (_, { move, wakes, names }) => {
    const tree = await plant();
    move(tree);
    expect((await tree.until(wakes[0]!)).toSorted()).toEqual(wakes);
    expect(tree.wakes.map(({ structure }) => structure)).toEqual([true]);
    expect(tree.watch.watchedNames()).toEqual(names);
    expect(await control(tree)).toEqual(['z']);
  });

  it('wakes when it is new', async () => {
    const tree = await plant();
    tree.write({ 'x/b/lib/b.js': '', 'x/b/b.qext': qext() });
    await tree.until('b');
    appendFileSync(tree.path('x/b/lib/b.js'), '.');
    expect(await tree.until('b')).toEqual(['b']);
  });

  it('within an extension wakes before it contains a file', async () => {
    const tree = await plant();
    mkdirSync(tree.path('x/a/deep/er'), { recursive: true });
    expect(await control(tree)).toEqual(['z']);
    tree.write({ 'x/a/deep/er/f.js': '' });
    expect(await tree.until('a')).toEqual(['a']);
  });

  it('that a link in the project leads to wakes', async () => {
    const tree = createTree({ 'packages/b/b.qext': qext(), 'packages/b/lib/b.js': '', 'x/a/a.qext': qext() });
    cleanups.push(tree.remove);
    symlinkSync('../packages/b', tree.path('x/b'));
    const { until, watch } = await watchTree(tree, {});
    expect(watch.watchedNames()).toEqual(['a', 'b']);
    appendFileSync(tree.path('packages/b/lib/b.js'), '.');
    expect(await until('b')).toEqual(['b']);
  });

  // chokidar 5.0.0 reports the first of them alone: findings/chokidar-sees-one-configmap-update.sh.
  it('mounted from a ConfigMap or a Secret wakes at each update', async () => {
    const tree = createTree({ 'x/a/..1/a.qext': qext(), 'x/a/..1/a.js': '' });
    cleanups.push(tree.remove);
    symlinkSync('..1', tree.path('x/a/..data'));
    for (const file of ['a.qext', 'a.js']) symlinkSync(`..data/${file}`, tree.path(`x/a/${file}`));
    const { until, watch } = await watchTree(tree, {});
    expect(watch.watchedNames()).toEqual(['a']);
    for (const update of [2, 3, 4]) {
      tree.write({ [`x/a/..${update}/a.qext`]: qext(), [`x/a/..${update}/a.js`]: String(update) });
      symlinkSync(`..${update}`, tree.path('x/a/..data_tmp'));
      renameSync(tree.path('x/a/..data_tmp'), tree.path('x/a/..data'));
      rmSync(tree.path(`x/a/..${update - 1}`), { recursive: true });
      expect(await until('a')).toEqual(['a']);
      await becomeOld();
    }
  });
});

describe('the tree', () => {
  it('may start without any extension, folder or root', async () => {
    const tree = createTree();
    cleanups.push(tree.remove);
    const root = tree.path('project');
    const { until } = await watchTree(tree, { root, cwd: root });
    tree.write({ 'project/x/a/a.qext': qext(), 'project/x/a/a.js': '' });
    expect(await until('all')).toEqual(['all']);
    appendFileSync(tree.path('project/x/a/a.js'), '.');
    expect(await until('a')).toEqual(['a']);
  });

  it.each(['x', '.'])('replaced as a whole at %s is noticed, and heard afterwards', async (where) => {
    const tree = createTree();
    cleanups.push(tree.remove);
    const root = tree.path('project');
    for (const project of ['project', 'other'])
      tree.write(Object.fromEntries(Object.entries(twoExtensions).map(([p, c]) => [`${project}/${p}`, c])));
    const { until } = await watchTree(tree, { root, cwd: root });
    renameSync(tree.path(`project/${where}`), tree.path('old'));
    renameSync(tree.path(`other/${where}`), tree.path(`project/${where}`));
    expect((await until('z')).toSorted()).toEqual(['a', 'z']);
    appendFileSync(tree.path('project/x/a/lib/b.js'), '.');
    expect(await until('a')).toEqual(['a']);
  });

  it('is searched deeply without following what is left out', async () => {
    const tree = await plant(
      { 'p/q/a/a.qext': qext(), 'p/q/a/a.js': '', 'p/node_modules/m/m.qext': qext() },
      { extensions: ['p/**'] },
    );
    tree.write({ 'p/r/s/b/b.qext': qext(), 'p/node_modules/n/n.qext': qext() });
    expect(await tree.until('b')).toEqual(['b']);
    appendFileSync(tree.path('p/q/a/a.js'), '.');
    expect(await tree.until('a')).toEqual(['a']);
  });

  it('is watched for the selected names only', async () => {
    const tree = await plant(twoExtensions, { selection: (name) => name === 'z' });
    writeFileSync(tree.path('x/a/a.js'), 'new');
    expect(await control(tree)).toEqual(['z']);
    expect(tree.watch.watchedNames()).toEqual(['z']);
  });
});

describe('rules', () => {
  it.each(['.qliksyncignore', 'x/a/.qliksyncignore'])('change with %s', async (file) => {
    const tree = await plant();
    writeFileSync(tree.path(file), 'lib\n');
    expect(await tree.until('a')).toEqual(['a']);
    appendFileSync(tree.path('x/a/lib/b.js'), '.');
    expect(await control(tree)).toEqual(['z']);
    writeFileSync(tree.path(file), 'nothing\n');
    expect(await tree.until('a')).toEqual(['a']);
    appendFileSync(tree.path('x/a/lib/b.js'), '.');
    expect(await tree.until('a')).toEqual(['a']);
  });

  it('change with the config, whichever way it is saved', async () => {
    const tree = createTree({ ...twoExtensions, 'c.json': '{}' });
    cleanups.push(tree.remove);
    const watched = { ...tree, ...(await watchTree(tree, { configFile: tree.path('c.json') })) };
    writeFileSync(tree.path('c.json'), '{ }');
    expect(await watched.until('config')).toEqual(['config']);
    writeFileSync(tree.path('c.json.new'), '{  }');
    renameSync(tree.path('c.json.new'), tree.path('c.json'));
    expect(await watched.until('config')).toEqual(['config']);
    unlinkSync(tree.path('c.json'));
    expect(await watched.until('config')).toEqual(['config']);
    expect(await control(watched)).toEqual(['z']);
  });
});

describe('the watch itself', () => {
  function handles(): number {
    return process.getActiveResourcesInfo().filter((kind) => kind === 'FSEventWrap').length;
  }

  /** A closed handle goes away a round of the event loop later. */
  async function untilHandles(expected: number): Promise<void> {
    while (handles() !== expected) await new Promise(setImmediate);
  }

  it('holds no more handles after many changes, and none when it is closed', async () => {
    await untilHandles(0);
    const tree = await plant(twoExtensions, { quietMs: 1 });
    const during = handles();
    expect(during).toBe(tree.watch.watchedFolders().length);
    for (let turn = 0; turn < 100; turn++) {
      rmSync(tree.path('x/a'), { recursive: true });
      tree.write({ 'x/a/a.qext': qext(), 'x/a/a.js': 'a', 'x/a/lib/b.js': `${turn}` });
      expect(await tree.until('a')).toContain('a');
    }
    await untilHandles(during);
    await tree.watch.close();
    await untilHandles(0);
  });

  it('wakes nobody after it was closed', async () => {
    const tree = await plant();
    const second = await watchTree(tree, {});
    await tree.watch.close();
    writeFileSync(tree.path('x/a/a.js'), 'new');
    expect(await second.until('a')).toEqual(['a']);
    expect(tree.wakes).toEqual([]);
  });

  it('may be closed before it is ready', async () => {
    const tree = createTree(twoExtensions);
    cleanups.push(tree.remove);
    await untilHandles(0);
    const options = {
      root: tree.root,
      cwd: tree.root,
      extensions: ['x/*'],
      ignore: [],
      onWake: () => undefined,
    };
    const watch = watchFolders(options);
    await Promise.all([watch.close(), watch.ready]);
    await untilHandles(0);
    expect(watch.watchedFolders()).toEqual([]);
  });

  it('notices a rebuilt folder after another watch of it is closed', async () => {
    const tree = await plant();
    const second = await watchTree(tree, {});
    rmSync(tree.path('x/a'), { recursive: true });
    tree.write({ 'x/a/a.qext': qext(), 'x/a/a.js': 'b' });
    await Promise.all([tree.until('a'), second.until('a')]);
    await tree.watch.close();
    appendFileSync(tree.path('x/a/a.js'), '.');
    expect(await second.until('a')).toEqual(['a']);
  });
});

describe('without events', () => {
  const quiet = { events: 'off', sweepMs: 30 } as const;
  const changes: Readonly<Record<string, (tree: Tree) => void>> = {
    'a write': (tree) => appendFileSync(tree.path('x/a/lib/b.js'), '.'),
    'a write of the same size': (tree) => writeFileSync(tree.path('x/a/a.js'), 'A'),
    'a rename': (tree) => renameSync(tree.path('x/a/a.js'), tree.path('x/a/c.js')),
    'a removal': (tree) => unlinkSync(tree.path('x/a/a.js')),
    'a folder': (tree) => tree.write({ 'x/a/new/f.js': '' }),
    'a rebuild': (tree) => {
      rmSync(tree.path('x/a'), { recursive: true });
      tree.write({ 'x/a/a.qext': qext(), 'x/a/a.js': 'A' });
    },
    'an ignore file': (tree) => tree.write({ 'x/a/.qliksyncignore': 'lib' }),
    'a removed extension': (tree) => rmSync(tree.path('x/a'), { recursive: true }),
    'an ignore file of the root': (tree) => tree.write({ '.qliksyncignore': 'lib' }),
  };

  it.each(Object.entries(changes))('%s is found', async (_, change) => {
    const tree = await plant(twoExtensions, quiet);
    change(tree);
    expect(await tree.until('a')).toEqual(['a']);
    expect(tree.watch.watchedFolders()).toEqual([]);
    expect(await control(tree)).toEqual(['z']);
  });

  it('a new extension and the config are found', async () => {
    const tree = createTree({ ...twoExtensions, 'c.json': '' });
    cleanups.push(tree.remove);
    const { until } = await watchTree(tree, { ...quiet, configFile: tree.path('c.json') });
    cpSync(tree.path('x/a'), tree.path('x/b'), { recursive: true });
    renameSync(tree.path('x/b/a.qext'), tree.path('x/b/b.qext'));
    expect(await until('b')).toContain('b');
    writeFileSync(tree.path('c.json'), '{}');
    expect(await until('config')).toEqual(['config']);
  });

  it('a file that is still being written is waited for', async () => {
    const quietMs = 1000;
    const tree = await plant(twoExtensions, { ...quiet, quietMs });
    const writing = keepWriting(tree.path('x/a/a.js'));
    await expect.poll(writing.count, { interval: 10 }).toBeGreaterThan(20);
    writing.stop();
    const woken = [...tree.wakes];
    if (writing.longestPauseMs() < quietMs / 2) expect(woken).toEqual([]);
    expect(await tree.until('a')).toEqual(['a']);
  });
});
