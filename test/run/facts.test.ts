import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { readRunFacts } from '../../src/run/facts.js';
import { readGitState } from '../../src/source/git/git.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'qlik-sync-facts-'));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

const self = { pid: process.pid, isAlive: () => true };
const facts = (env: Readonly<Record<string, string>> = {}) => readRunFacts(folder, { env, self });

function git(...args: readonly string[]): string {
  const identity = ['-c', 'user.name=t', '-c', 'user.email=t@example.com'];
  return execFileSync('git', ['-C', folder, ...identity, ...args], { stdio: 'pipe' })
    .toString()
    .trim();
}

describe('who runs it, and from where', () => {
  it('a person at a machine, in no repository', async () => {
    const { who, source } = await facts();
    expect(who).toMatchObject({ host: hostname(), pid: process.pid });
    expect(who.user).not.toBe('');
    expect(source).toEqual({});
  });

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
        BUILD_SOURCEBRANCHNAME: 'main',
        BUILD_REQUESTEDFOR: 'Ana A.',
      },
      {
        user: 'Ana A.',
        branch: 'main',
        ci: 'https://dev.azure.com/acme/Our%20charts/_build/results?buildId=9',
      },
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
      'Jenkins',
      { JENKINS_URL: 'https://ci.example.com/', BUILD_URL: 'https://ci.example.com/job/x/1/' },
      { ci: 'https://ci.example.com/job/x/1/' },
    ],
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
  const gaps: readonly [string, () => void, RegExp | undefined][] = [
    ['no repository', () => undefined, undefined],
    ['no commit', () => git('init', '-q'), undefined],
    [
      'another owner',
      () => {
        git('init', '-q');
        vi.stubEnv('GIT_TEST_ASSUME_DIFFERENT_OWNER', '1');
      },
      /dubious ownership\. Trust it: git config --global --add safe\.directory \S+$/,
    ],
    [
      'no git',
      () => {
        git('init', '-q');
        vi.stubEnv('PATH', folder);
      },
      /^The commit is not recorded: git is not installed\.$/,
    ],
    [
      'a broken config',
      () => {
        git('init', '-q');
        writeFileSync(join(folder, '.git/config'), '[x');
      },
      /^The commit is not recorded: bad config line \d/,
    ],
  ];
  it.each(gaps)('%s', async (_, arrange, words) => {
    arrange();
    const { source, whyUnknown } = await facts();
    expect(source).toEqual({});
    if (words === undefined) expect(whyUnknown).toBeUndefined();
    else expect(whyUnknown).toMatch(words);
  });

  it('is none before the first', async () => {
    git('init', '-q', '-b', 'main');
    expect(await readGitState(folder)).toEqual({});
  });

  it('comes with its branch, and whether anything differs from it', async () => {
    git('init', '-q', '-b', 'main');
    writeFileSync(join(folder, 'a'), '1');
    git('add', '-A');
    git('commit', '-q', '-m', 'first');
    const commit = git('rev-parse', 'HEAD');
    expect(await readGitState(folder)).toEqual({ commit, branch: 'main', dirty: false });
    writeFileSync(join(folder, 'new'), '');
    expect(await readGitState(folder)).toEqual({ commit, branch: 'main', dirty: true });
    git('checkout', '-q', '--detach');
    expect(await readGitState(folder)).toEqual({ commit, dirty: true });
  });
});
