import { chmodSync, existsSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { UserError } from '../../../src/core/errors.js';
import { readGitChanges } from '../../../src/source/git/changes.js';
import { type GitPlace, listGit } from '../../../src/source/git/git.js';
import { readGitState } from '../../../src/source/git/state.js';
import { git } from '../../git.js';
import { createTree, plant, type Tree } from '../tree.js';

let origin: Tree;
beforeAll(() => {
  origin = createTree();
  git(origin.root, 'init', '-q', '-b', 'main');
  git(origin.root, 'config', 'uploadpack.allowFilter', 'true');
  git(origin.root, 'config', 'uploadpack.allowAnySHA1InWant', 'true');
  for (const content of ['1', '2', '3']) {
    origin.write({ 'ext/sub/a.js': content });
    git(origin.root, 'add', '-A');
    git(origin.root, 'commit', '-q', '-m', content);
  }
});
afterAll(() => origin.remove());

function clone(...args: readonly string[]): Tree {
  const tree = plant();
  git(tree.root, 'clone', '-q', ...args, `file://${origin.root}`, 'clone');
  return { ...tree, root: join(tree.root, 'clone'), path: (below) => join(tree.root, 'clone', below) };
}

async function failureOf(place: GitPlace): Promise<UserError> {
  const error = await readGitChanges(place, 'HEAD~1').catch((thrown: unknown) => thrown);
  if (!(error instanceof UserError)) throw error;
  return error;
}

/** A program called git that runs these lines instead. */
function pretend(...lines: readonly string[]): Record<string, string> {
  const { root, path } = plant({ git: `#!/bin/sh\n${lines.join('\n')}\n` });
  chmodSync(path('git'), 0o755);
  return { PATH: `${root}:${process.env['PATH']}` };
}

const promised = /this clone lacks objects that git would have to fetch first/;

describe('git without an answer', () => {
  type Row = readonly [string, (tree: Tree) => Partial<GitPlace>, RegExp, RegExp];
  const rows: readonly Row[] = [
    [
      'whose remote cannot be reached',
      ({ root }) => {
        git(root, 'remote', 'set-url', 'origin', 'https://ana:hunter22@127.0.0.1:9/charts.git');
        return {};
      },
      promised,
      /git fetch --refetch --no-filter/,
    ],
    [
      'whose remote is forgotten',
      ({ root }) => {
        git(root, 'remote', 'remove', 'origin');
        return {};
      },
      promised,
      /clone without --filter/,
    ],
    [
      'whose index is cut off',
      ({ path }) => {
        writeFileSync(path('.git/index'), 'DIRC');
        return {};
      },
      /its index is damaged/,
      /git reset/,
    ],
    [
      'whose index is cut in half, which git lists without an error',
      ({ path }) => {
        const index = readFileSync(path('.git/index'));
        writeFileSync(path('.git/index'), index.subarray(0, index.length / 2));
        return {};
      },
      /its index is damaged/,
      /git reset/,
    ],
    [
      'whose index has a byte that is not what git wrote',
      ({ path }) => {
        const index = readFileSync(path('.git/index'));
        const odd = index.length - 30;
        writeFileSync(path('.git/index'), index.fill((index[odd] ?? 0) ^ 1, odd, odd + 1));
        return {};
      },
      /its index is damaged/,
      /git reset/,
    ],
    [
      'whose index is something else',
      ({ path }) => {
        writeFileSync(path('.git/index'), Buffer.alloc(300, 'x'));
        return {};
      },
      /its index is damaged/,
      /git reset/,
    ],
    ['that is not installed', () => ({ env: { PATH: '/nowhere' } }), /git is not installed/, /PATH/],
    [
      'that is slow',
      () => ({ env: pretend('exec sleep 60'), limitMs: 300 }),
      /it gave no answer within 0\.3 seconds/,
      /git status/,
    ],
    [
      'that waits for a program of its own',
      () => ({ env: pretend('sleep 60'), limitMs: 300 }),
      /it gave no answer within 0\.3 seconds/,
      /git status/,
    ],
    [
      'that quotes the address of a remote',
      () => ({
        env: pretend(
          'echo "fatal: cannot use https://x-access-token:hunter22@example.com/a.git" >&2; exit 128',
        ),
      }),
      /cannot use https:\/\/example\.com\/a\.git/,
      /git status/,
    ],
  ];
  it.each(rows)('%s', async (_, arrange, message, hint) => {
    const tree = clone('--filter=tree:0');
    const error = await failureOf({ folder: tree.root, env: process.env, ...arrange(tree) });
    expect(error.exitCode).toBe(3);
    expect(error.message).toMatch(message);
    expect(error.message).toMatch(/^--changed-since needs git, which gave no answer: [^\n]*\.$/);
    expect(error.hint).toMatch(hint);
    expect(`${error.message}${error.hint}`).not.toContain('hunter22');
  });

  it.each([['--object-format=sha256'], ['--object-format=sha1', 'index.skipHash=true']])(
    'is none where the index is as git %s writes it',
    async (format, setting = 'index.skipHash=false') => {
      const { root, write } = plant();
      git(root, 'init', '-q', format);
      write({ 'ext/a.js': '1' });
      git(root, '-c', setting, 'add', '-A');
      git(root, 'commit', '-q', '-m', '1');
      git(root, '-c', setting, 'update-index', '--force-write-index');
      expect(await listGit({ folder: root, env: process.env }, ['ls-files', '-z'])).toEqual(['ext/a.js']);
    },
  );

  it('distinguishes a missing commit from one that cannot be looked up', async () => {
    const full = clone();
    await expect(readGitChanges({ folder: full.root, env: process.env }, 'nowhere')).rejects.toThrow(
      '--changed-since nowhere: git knows no such commit',
    );
    const shallow = clone('--depth', '1');
    await expect(readGitChanges({ folder: shallow.root, env: process.env }, 'HEAD~2')).rejects.toThrow(
      '--changed-since HEAD~2: this is a shallow clone',
    );
  });

  it('says why the commit is not recorded, without the address of a remote', async () => {
    const tree = clone();
    const env = pretend('echo "fatal: https://ana:hunter22@example.com/a.git is out of reach" >&2; exit 128');
    let why = '';
    const state = await readGitState({ folder: tree.root, env: { ...process.env, ...env } }, [], (reason) => {
      why = reason;
    });
    expect(state).toEqual({});
    expect(why).toBe(
      'The commit is not recorded: https://example.com/a.git is out of reach. Run git status in that folder to see more.',
    );
  });
});

it('is started only where there is a repository, even behind a link', async () => {
  const { root, path } = plant({ 'outside/a.js': 'a' });
  const env = { ...process.env, ...pretend(`echo "$@" >> ${path('ran')}`, 'exit 1') };
  expect(await readGitState({ folder: path('outside'), env }, [])).toEqual({});
  expect(await readGitState({ folder: path('outside'), env }, [])).toEqual({});
  expect(existsSync(path('ran'))).toBe(false);
  symlinkSync(clone().path('ext'), `${root}/linked`);
  expect(await readGitState({ folder: path('linked'), env }, [])).toEqual({});
  expect(existsSync(path('ran'))).toBe(true);
});

it('contacts no remote, runs no hook and no monitor, and never prompts', async () => {
  const tree = clone('--filter=tree:0');
  const connections: string[] = [];
  const server = createServer((socket) => {
    connections.push(String(socket.remotePort));
    socket.destroy();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    const { port } = server.address() as { readonly port: number };
    git(tree.root, 'remote', 'set-url', 'origin', `http://127.0.0.1:${port}/a.git`);
    for (const name of ['post-index-change', 'fsmonitor-watchman']) {
      writeFileSync(tree.path(`.git/hooks/${name}`), `#!/bin/sh\ntouch ${tree.path('ran')}\n`, {
        mode: 0o755,
      });
    }
    git(tree.root, 'config', 'core.fsmonitor', tree.path('.git/hooks/fsmonitor-watchman'));
    const env = { ...process.env, GIT_ASKPASS: tree.path('.git/hooks/post-index-change') };
    await failureOf({ folder: tree.root, env });
    await readGitState({ folder: tree.root, env }, []);
    expect(connections).toEqual([]);
    expect(existsSync(tree.path('ran'))).toBe(false);
  } finally {
    await new Promise((resolve) => server.close(resolve));
  }
});
