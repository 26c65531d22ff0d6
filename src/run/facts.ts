/** Who runs this, and from where: for the journal, never to decide. */

import { userInfo } from 'node:os';
import { withoutUndefined } from '../core/json.js';
import type { SourceState } from '../core/past-run.js';
import { describeProcess } from '../reconcile/lock/process-facts.js';
import type { RunStart } from '../reconcile/run-record.js';
import type { RunPlace } from './connect.js';
import type { SharedFlags } from './flags.js';
import { type Io, openNotices } from './io.js';

export interface RunFacts extends Pick<RunStart, 'who' | 'source'> {
  /** For people: why the commit is not known, though there is a repository. */
  readonly gap?: string;
}

/** git takes 10 ms and more, so begin early and wait late. @param root absolute: the folder of the config */
export async function readRunFacts(root: string, { env, self }: Pick<Io, 'env' | 'self'>): Promise<RunFacts> {
  const { readGitState } = await import('../source/git/git.js');
  let gap: string | undefined;
  const git = await readGitState(root, (told) => {
    gap = told;
  });
  const { user, branch, address } = readPipeline(env);
  return {
    who: { user: user ?? systemUser(env), ...describeProcess(self.pid) },
    source: withoutUndefined({ ...git, branch: git.branch ?? branch, ci: address }),
    ...(gap !== undefined && { gap }),
  };
}

type Variables = Io['env'];

interface Pipeline {
  /** Who set it off; the account that runs it says nothing. */
  readonly user?: string | undefined;
  /** Pipelines check out a commit, so git does not know. */
  readonly branch?: string | undefined;
  /** Where a person can read what happened. */
  readonly address?: string | undefined;
}

/** By the variables that each documents; the first that is there. */
function readPipeline(env: Variables): Pipeline {
  const found = pipelines.map((read) => read(env)).find(({ address }) => address !== undefined);
  return found === undefined ? {} : { ...found, address: webAddress(found.address) };
}

const pipelines: readonly ((env: Variables) => Pipeline)[] = [
  // GitHub Actions, Gitea, Forgejo
  (env) => ({
    user: env['GITHUB_ACTOR'],
    branch: present(env['GITHUB_HEAD_REF']) ?? env['GITHUB_REF_NAME'],
    address: join(env, ['GITHUB_SERVER_URL', 'GITHUB_REPOSITORY', 'GITHUB_RUN_ID'], (server, repo, run) => {
      return `${server}/${repo}/actions/runs/${run}`;
    }),
  }),
  // GitLab
  (env) => ({
    user: env['GITLAB_USER_LOGIN'],
    branch: env['CI_COMMIT_REF_NAME'],
    address: present(env['CI_JOB_URL']) ?? present(env['CI_PIPELINE_URL']),
  }),
  // Azure Pipelines
  (env) => ({
    user: env['BUILD_REQUESTEDFOR'],
    branch: env['BUILD_SOURCEBRANCHNAME'],
    address: join(env, ['SYSTEM_COLLECTIONURI', 'SYSTEM_TEAMPROJECT', 'BUILD_BUILDID'], (base, team, id) => {
      return `${base}${encodeURIComponent(team)}/_build/results?buildId=${id}`;
    }),
  }),
  // Bitbucket Pipelines
  (env) => ({
    branch: env['BITBUCKET_BRANCH'],
    address: join(env, ['BITBUCKET_GIT_HTTP_ORIGIN', 'BITBUCKET_BUILD_NUMBER'], (origin, build) => {
      return `${origin}/pipelines/results/${build}`;
    }),
  }),
  // Jenkins
  (env) => ({
    user: env['BUILD_USER_ID'],
    branch: env['BRANCH_NAME'],
    address: present(env['JENKINS_URL']) && env['BUILD_URL'],
  }),
];

function join(
  env: Variables,
  names: readonly string[],
  make: (...values: readonly string[]) => string,
): string | undefined {
  const values = names.flatMap((name) => present(env[name]) ?? []);
  return values.length === names.length ? make(...values) : undefined;
}

/** Without a user name or password that somebody put into it. */
function webAddress(text: string | undefined): string | undefined {
  if (text === undefined || !URL.canParse(text)) return undefined;
  const url = new URL(text);
  if (!/^https?:$/.test(url.protocol)) return undefined;
  url.username = '';
  url.password = '';
  return url.href;
}

/** A container may run under a number that no account has. */
function systemUser(env: Variables): string {
  try {
    return userInfo().username;
  } catch {
    return present(env['USER']) ?? present(env['USERNAME']) ?? 'unknown';
  }
}

function present(text: string | undefined): string | undefined {
  return text === '' ? undefined : text;
}

// At which commit the folders are, for what is kept of a run; never to decide.

/** Whether a plan says where it comes from: since it outlives this run, only in a document, or nowhere. */
export type Origin = 'always' | 'in-documents' | 'nowhere';

/** Asking git costs more than a plan, so only what records the commit asks. */
export async function readSourceState(
  origin: Origin,
  { settings: { flags, config }, io }: Pick<RunPlace, 'settings' | 'io'>,
): Promise<SourceState> {
  if (origin === 'nowhere' || (origin === 'in-documents' && !asksForDocument(flags))) return {};
  const { source, gap } = await readRunFacts(config.root, io);
  if (gap !== undefined) openNotices(io.stderr).say(gap);
  return source;
}

/** Where a document was asked for, its plan has said so already. */
export async function tellGap(
  facts: Promise<RunFacts> | undefined,
  { settings: { flags }, io }: Pick<RunPlace, 'settings' | 'io'>,
): Promise<void> {
  const gap = (await facts)?.gap;
  if (gap !== undefined && !asksForDocument(flags)) openNotices(io.stderr).say(gap);
}

function asksForDocument({ json, report }: SharedFlags): boolean {
  return json === true || report !== undefined;
}
