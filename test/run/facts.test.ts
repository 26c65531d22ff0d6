import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readRunFacts } from '../../src/run/facts.js';
import { readGitState as readState, type SourceFiles } from '../../src/source/git/state.js';
import { git } from '../git.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'qlik-sync-facts-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const self = { pid: process.pid, isAlive: () => true };
type Variables = Readonly<Record<string, string | undefined>>;

const facts = (env: Variables = {}) =>
  readRunFacts({ config: { root: folder } }, { env: { ...process.env, ...noPipeline, ...env }, self }, []);

/** These tests may run in a pipeline themselves. */
const noPipeline = Object.fromEntries(
  Object.keys(process.env)
    .filter((name) => /^(?:GITHUB|CI|GITLAB|SYSTEM|BUILD|BITBUCKET|JENKINS|BRANCH|TF)/.test(name))
    .map((name) => [name, undefined]),
);

const readGitState = (sources: readonly SourceFiles[]) => readState({ folder, env: process.env }, sources);

function inFolder(...args: readonly string[]): string {
  return git(folder, ...args);
}

describe('who runs it, and from where', () => {
  it('a person at a machine, in no repository', async () => {
    const { who, source } = await facts();
    expect(who).toMatchObject({ host: hostname(), pid: process.pid });
    expect(who.user).not.toBe('');
    expect(source).toEqual({});
  });

  const jenkins = {
    JENKINS_URL: 'https://ci.example.com/',
    BUILD_URL: 'https://ci.example.com/job/x/1/',
  };

  type Row = readonly [string, Readonly<Record<string, string>>, object];
  const rows: readonly Row[] = [
    [
      'GitHub Actions',
      {
        GITHUB_SERVER_URL: 'https://github.com',
        GITHUB_REPOSITORY: 'acme/charts',
        GITHUB_RUN_ID: '42',
        GITHUB_REF_NAME: 'main',
        GITHUB_ACTOR: 'ana',
      },
      { user: 'ana', branch: 'main', ci: 'https://github.com/acme/charts/actions/runs/42' },
    ],
    [
      'GitHub Actions for a pull request',
      {
        GITHUB_SERVER_URL: 'https://github.com',
        GITHUB_REPOSITORY: 'acme/charts',
        GITHUB_RUN_ID: '42',
        GITHUB_REF_NAME: '7/merge',
        GITHUB_HEAD_REF: 'bubbles',
      },
      { branch: 'bubbles', ci: 'https://github.com/acme/charts/actions/runs/42' },
    ],
    [
      'GitHub Actions, started again by somebody else',
      {
        GITHUB_SERVER_URL: 'https://github.com',
        GITHUB_REPOSITORY: 'acme/charts',
        GITHUB_RUN_ID: '42',
        GITHUB_RUN_ATTEMPT: '2',
        GITHUB_REF_NAME: 'v1.0',
        GITHUB_ACTOR: 'ana',
        GITHUB_TRIGGERING_ACTOR: 'ben',
      },
      { user: 'ben', branch: 'v1.0', ci: 'https://github.com/acme/charts/actions/runs/42/attempts/2' },
    ],
    [
      'Gitea, started again',
      {
        GITEA_ACTIONS: 'true',
        GITHUB_SERVER_URL: 'https://gitea.example.com',
        GITHUB_REPOSITORY: 'acme/charts',
        GITHUB_RUN_ID: '42',
        GITHUB_RUN_ATTEMPT: '2',
      },
      { ci: 'https://gitea.example.com/acme/charts/actions/runs/42' },
    ],
    [
      'GitLab',
      {
        CI_JOB_URL: 'https://gitlab.example.com/acme/charts/-/jobs/1',
        CI_PIPELINE_URL: 'https://gitlab.example.com/acme/charts/-/pipelines/2',
        CI_COMMIT_REF_NAME: 'main',
        GITLAB_USER_LOGIN: 'ana',
      },
      { user: 'ana', branch: 'main', ci: 'https://gitlab.example.com/acme/charts/-/jobs/1' },
    ],
    [
      'Azure Pipelines',
      {
        SYSTEM_COLLECTIONURI: 'https://dev.azure.com/acme/',
        SYSTEM_TEAMPROJECT: 'Our charts',
        BUILD_BUILDID: '9',
        BUILD_SOURCEBRANCH: 'refs/heads/feature/bubbles',
        BUILD_SOURCEBRANCHNAME: 'bubbles',
        BUILD_REQUESTEDFOR: 'Ana A.',
      },
      {
        user: 'Ana A.',
        branch: 'feature/bubbles',
        ci: 'https://dev.azure.com/acme/Our%20charts/_build/results?buildId=9',
      },
    ],
    [
      'Azure Pipelines for a pull request',
      {
        SYSTEM_COLLECTIONURI: 'https://dev.azure.com/acme/',
        SYSTEM_TEAMPROJECT: 'charts',
        BUILD_BUILDID: '9',
        BUILD_SOURCEBRANCH: 'refs/pull/7/merge',
        BUILD_SOURCEBRANCHNAME: 'merge',
        SYSTEM_PULLREQUEST_SOURCEBRANCH: 'refs/heads/feature/bubbles',
      },
      { branch: 'feature/bubbles', ci: 'https://dev.azure.com/acme/charts/_build/results?buildId=9' },
    ],
    [
      'Bitbucket',
      {
        BITBUCKET_GIT_HTTP_ORIGIN: 'https://bitbucket.org/acme/charts',
        BITBUCKET_BUILD_NUMBER: '3',
        BITBUCKET_BRANCH: 'main',
      },
      { branch: 'main', ci: 'https://bitbucket.org/acme/charts/pipelines/results/3' },
    ],
    [
      'Bitbucket, for a tag',
      {
        BITBUCKET_GIT_HTTP_ORIGIN: 'https://bitbucket.org/acme/charts',
        BITBUCKET_BUILD_NUMBER: '3',
        BITBUCKET_TAG: 'v1.0',
      },
      { branch: 'v1.0', ci: 'https://bitbucket.org/acme/charts/pipelines/results/3' },
    ],
    ['Jenkins', jenkins, { ci: 'https://ci.example.com/job/x/1/' }],
    [
      'Jenkins with git',
      { ...jenkins, GIT_BRANCH: 'origin/feature/bubbles' },
      { branch: 'feature/bubbles', ci: 'https://ci.example.com/job/x/1/' },
    ],
    [
      'Jenkins for a pull request',
      { ...jenkins, BRANCH_NAME: 'PR-7', CHANGE_BRANCH: 'bubbles', GIT_BRANCH: 'PR-7' },
      { branch: 'bubbles', ci: 'https://ci.example.com/job/x/1/' },
    ],
    [
      'CircleCI',
      {
        CIRCLECI: 'true',
        CIRCLE_BUILD_URL: 'https://circleci.com/gh/acme/charts/8',
        CIRCLE_BRANCH: 'main',
        CIRCLE_USERNAME: 'ana',
      },
      { user: 'ana', branch: 'main', ci: 'https://circleci.com/gh/acme/charts/8' },
    ],
    [
      'Buildkite',
      {
        BUILDKITE: 'true',
        BUILDKITE_BUILD_URL: 'https://buildkite.com/acme/charts/builds/8',
        BUILDKITE_JOB_ID: 'f00d',
        BUILDKITE_BRANCH: 'main',
        BUILDKITE_BUILD_CREATOR: 'Ana A.',
        BUILDKITE_UNBLOCKER: 'Ben B.',
      },
      { user: 'Ben B.', branch: 'main', ci: 'https://buildkite.com/acme/charts/builds/8#f00d' },
    ],
    [
      'Drone',
      {
        DRONE: 'true',
        DRONE_BUILD_LINK: 'https://drone.example.com/acme/charts/8',
        DRONE_BRANCH: 'main',
        DRONE_SOURCE_BRANCH: 'bubbles',
        DRONE_BUILD_TRIGGER: 'ana',
      },
      { user: 'ana', branch: 'bubbles', ci: 'https://drone.example.com/acme/charts/8' },
    ],
    [
      'TeamCity',
      { TEAMCITY_VERSION: '2025.11', BUILD_URL: 'https://teamcity.example.com/build/8' },
      { ci: 'https://teamcity.example.com/build/8' },
    ],
    [
      'CircleCI on a schedule, which nobody started',
      { CIRCLE_BUILD_URL: 'https://circleci.com/gh/acme/charts/8', CIRCLE_BRANCH: '', CIRCLE_USERNAME: '' },
      { user: userInfo().username, ci: 'https://circleci.com/gh/acme/charts/8' },
    ],
    ['a BUILD_URL of nobody knows what', { BUILD_URL: 'https://example.com/8' }, {}],
    [
      'an address with a password in it',
      { CI_JOB_URL: 'https://ana:hunter22@gitlab.example.com/1' },
      { ci: 'https://gitlab.example.com/1' },
    ],
    ['an address that is none', { CI_JOB_URL: 'javascript:alert(1)' }, {}],
    ['half of what makes an address', { GITHUB_RUN_ID: '42' }, {}],
  ];
  it.each(rows)('%s', async (_what, env, expected) => {
    const { who, source } = await facts(env);
    const { user, ...rest } = { ...expected } as { readonly user?: string };
    expect(source).toEqual(rest);
    if (user !== undefined) expect(who.user).toBe(user);
  });
});

describe('the commit', () => {
  const gaps: readonly [string, () => Variables, RegExp | undefined][] = [
    ['no repository', () => ({}), undefined],
    [
      'no commit',
      () => {
        inFolder('init', '-q');
        return {};
      },
      undefined,
    ],
    [
      'another owner',
      () => {
        inFolder('init', '-q');
        return { GIT_TEST_ASSUME_DIFFERENT_OWNER: '1' };
      },
      /dubious ownership\. Trust it: git config --global --add safe\.directory \S+$/,
    ],
    [
      'no git',
      () => {
        inFolder('init', '-q');
        return { PATH: folder };
      },
      /^The commit is not recorded: git is not installed\. Install it; it has to be on the PATH\.$/,
    ],
    [
      'a broken config',
      () => {
        inFolder('init', '-q');
        writeFileSync(join(folder, '.git/config'), '[x');
        return {};
      },
      /^The commit is not recorded: bad config line \d/,
    ],
    [
      'a damaged index',
      () => {
        inFolder('init', '-q');
        writeFileSync(join(folder, '.git/index'), 'DIRC');
        return {};
      },
      /^The commit is not recorded: its index is damaged\. Remove the file "index" of the git folder/,
    ],
  ];
  it.each(gaps)('%s', async (_, arrange, words) => {
    const { source, whyUnknown } = await facts(arrange());
    expect(source).toEqual({});
    if (words === undefined) expect(whyUnknown).toBeUndefined();
    else expect(whyUnknown).toMatch(words);
  });

  it('is none before the first', async () => {
    inFolder('init', '-q', '-b', 'main');
    expect(await readGitState([])).toEqual({});
  });

  it('comes with its branch, and whether anything differs from it', async () => {
    inFolder('init', '-q', '-b', 'main');
    writeFileSync(join(folder, 'a'), '1');
    inFolder('add', '-A');
    inFolder('commit', '-q', '-m', 'first');
    const commit = inFolder('rev-parse', 'HEAD');
    const sources = [{ folder, paths: ['a'], wants: () => false }];
    expect(await readGitState(sources)).toEqual({ commit, branch: 'main', dirty: false });
    writeFileSync(join(folder, 'a'), '2');
    expect(await readGitState(sources)).toEqual({ commit, branch: 'main', dirty: true });
    inFolder('checkout', '-q', '--detach');
    expect(await readGitState(sources)).toEqual({ commit, dirty: true });
  });
});

describe('dirty', () => {
  const wants = (path: string): boolean => /^[^.][^/]*\.js$/.test(path);
  const ext = (...paths: readonly string[]): readonly SourceFiles[] => [
    { folder: join(folder, 'ext'), paths, wants },
    { folder, paths: ['qlik-sync.config.json'], wants: () => false },
  ];
  beforeEach(() => {
    inFolder('init', '-q');
    mkdirSync(join(folder, 'ext'));
    for (const path of ['ext/a.js', 'ext/é.js', 'ext/README', 'notes.md', 'qlik-sync.config.json'])
      writeFileSync(join(folder, path), '1');
    inFolder('add', '-A');
    inFolder('commit', '-q', '-m', 'first');
  });

  type Row = readonly [string, boolean, () => void, (readonly string[])?];
  const write = (path: string) => writeFileSync(join(folder, path), '2');
  const rows: readonly Row[] = [
    ['nothing differs', false, () => undefined],
    ['a file that is uploaded differs', true, () => write('ext/a.js')],
    ['one with a name beyond ASCII', true, () => write('ext/é.js')],
    ['the same, staged', true, () => [write('ext/a.js'), inFolder('add', '-A')]],
    ['a file beside the extensions differs', false, () => write('notes.md')],
    ['one within an extension that is not uploaded', false, () => write('ext/README')],
    ['a new file that is not uploaded', false, () => write('ext/new.md')],
    ['a new file that is uploaded', true, () => write('ext/new.js'), ['a.js', 'é.js', 'new.js']],
    [
      'one that git ignores',
      true,
      () => [write('ext/b.js'), writeFileSync(join(folder, '.git/info/exclude'), 'b.js')],
      ['a.js', 'é.js', 'b.js'],
    ],
    ['a file is gone', true, () => rmSync(join(folder, 'ext/é.js')), ['a.js']],
    ['a file is gone that would not be uploaded', false, () => rmSync(join(folder, 'ext/README'))],
    ['renamed', true, () => inFolder('mv', 'ext/a.js', 'ext/c.js'), ['c.js', 'é.js']],
    ['the config differs', true, () => write('qlik-sync.config.json')],
    ['a file that git does not look at', true, () => inFolder('update-index', '--skip-worktree', 'ext/a.js')],
    [
      'a file without which a checkout was made',
      true,
      () => [inFolder('update-index', '--skip-worktree', 'ext/é.js'), rmSync(join(folder, 'ext/é.js'))],
      ['a.js'],
    ],
  ];
  const complete = rows.map(([what, dirty, change, paths = ['a.js', 'é.js']]) => ({
    what,
    dirty,
    change,
    paths,
  }));
  it.each(complete)('$what: $dirty', async ({ dirty, change, paths }) => {
    change();
    expect(await readGitState(ext(...paths))).toMatchObject({ dirty });
  });

  it('follows a folder that is a link, and knows a submodule by its folder', async () => {
    symlinkSync(join(folder, 'ext'), join(folder, 'linked'));
    inFolder('add', '-A');
    inFolder('commit', '-q', '-m', 'link');
    const linked = [{ folder: join(folder, 'linked'), paths: ['a.js'], wants: () => false }];
    expect(await readGitState(linked)).toMatchObject({ dirty: false });
    writeFileSync(join(folder, 'ext/a.js'), '2');
    expect(await readGitState(linked)).toMatchObject({ dirty: true });
    inFolder('checkout', '-q', '--', '.');
    const origin = join(folder, 'sub-origin');
    execFileSync('git', ['clone', '-q', folder, origin]);
    inFolder('submodule', '--quiet', 'add', origin, 'sub');
    inFolder('commit', '-q', '-m', 'submodule');
    const sub = [{ folder: join(folder, 'sub/ext'), paths: ['a.js'], wants: () => false }];
    expect(await readGitState(sub)).toMatchObject({ dirty: false });
    writeFileSync(join(folder, 'sub/ext/a.js'), '3');
    expect(await readGitState(sub)).toMatchObject({ dirty: true });
  });
});

describe('the variables of git', () => {
  it('name no other repository, as in a hook', async () => {
    inFolder('init', '-q', '-b', 'main');
    inFolder('commit', '-q', '--allow-empty', '-m', 'first');
    const commit = inFolder('rev-parse', 'HEAD');
    const other = mkdtempSync(join(tmpdir(), 'qlik-sync-facts-'));
    execFileSync('git', ['init', '-q', other]);
    const local = execFileSync('git', ['rev-parse', '--local-env-vars']).toString().trim().split('\n');
    const set = Object.fromEntries(
      local.map((name) => [name, /COUNT/.test(name) ? '1' : join(other, '.git')]),
    );
    const traced = {
      GIT_TRACE: join(other, 'trace'),
      GIT_LITERAL_PATHSPECS: '1',
      GIT_EXTERNAL_DIFF: 'false',
    };
    const { source } = await facts({ ...set, ...traced });
    expect(source).toEqual({ commit, branch: 'main', dirty: false });
    expect(existsSync(join(other, 'trace'))).toBe(false);
    rmSync(other, { recursive: true });
  });
});
