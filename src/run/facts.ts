/** Who runs this, on which CI system, and from which commit: for journals and reports, never to decide. */

import { userInfo } from 'node:os';
import { isTurnedOn } from '../config/option-values.js';
import { withoutUndefined } from '../core/json.js';
import type { SourceState } from '../core/past-run.js';
import { describeProcess } from '../reconcile/lock/process-facts.js';
import type { RunStart } from '../reconcile/run-record.js';
import type { SourceFiles } from '../source/git/state.js';
import type { SharedFlags } from './flags.js';
import type { Io } from './io.js';
import type { Run } from './run.js';
import { readOnce, type Settings } from './settings.js';

export interface RunFacts extends Pick<RunStart, 'who' | 'source'> {
  /** For people: why the commit is unknown although there is a repository. */
  readonly whyUnknown?: string;
}

/**
 * git takes 10 ms and more, so begin early and wait late; of several environments that deploy the same, only the first
 * calls it.
 *
 * @param sources what must not differ from the commit for it to say what is uploaded
 */
export async function readRunFacts(
  settings: FactsOf,
  io: Pick<Io, 'env' | 'self'>,
  sources: readonly SourceFiles[],
): Promise<RunFacts> {
  const { keyOfSources } = await import('../source/git/state.js');
  return readOnce(settings, ['facts', keyOfSources(sources)], () => askGit(settings, io, sources));
}

type FactsOf = Pick<Settings, 'reads'> & { readonly config: Pick<Settings['config'], 'root'> };

async function askGit(
  { config: { root } }: FactsOf,
  { env, self }: Pick<Io, 'env' | 'self'>,
  sources: readonly SourceFiles[],
): Promise<RunFacts> {
  const { readGitState } = await import('../source/git/state.js');
  let whyUnknown: string | undefined;
  const git = await readGitState({ folder: root, env }, sources, (reason) => {
    whyUnknown = reason;
  });
  const { user, branch, address } = readPipeline(env);
  return {
    who: { user: user ?? systemUser(env), ...describeProcess(self.pid) },
    source: withoutUndefined({ ...git, branch: git.branch ?? branch, ci: address }),
    ...(whyUnknown !== undefined && { whyUnknown }),
  };
}

type Variables = Io['env'];

interface Pipeline {
  /** The person who started it; the account that it runs under says nothing. */
  readonly user?: string | undefined;
  /** Pipelines check out a commit, so git knows no branch. */
  readonly branch?: string | undefined;
  /** Where a person can read what happened. */
  readonly address?: string | undefined;
}

/** Where a person can read what this job does. */
export function addressOfJob(env: Variables): string | undefined {
  return readPipeline(env).address;
}

/** The first system that says where a person can read what happened. */
function readPipeline(env: Variables): Pipeline {
  const systems: readonly CiSystem[] = ciSystems;
  const found = systems.map(({ read }) => read(env)).find(({ address }) => address !== undefined);
  if (found === undefined) return {};
  const { user, branch, address } = found;
  return { user: present(user), branch: present(branch), address: webAddress(address) };
}

/** A CI system, recognized by the variables in its documentation. */
interface CiSystem {
  readonly name: string;
  /** Set in each of its jobs. */
  readonly sign: string;
  /** The variable with the folder that it checks out to. */
  readonly checkout?: string;
  readonly read: (env: Variables) => Pipeline;
}

const ciSystems = [
  {
    // Gitea and Forgejo set the same variables.
    name: 'github',
    sign: 'GITHUB_ACTIONS',
    checkout: 'GITHUB_WORKSPACE',
    read: (env) => ({
      // Who started it again, where that was somebody else.
      user: present(env['GITHUB_TRIGGERING_ACTOR']) ?? env['GITHUB_ACTOR'],
      branch: present(env['GITHUB_HEAD_REF']) ?? env['GITHUB_REF_NAME'],
      address: join(env, ['GITHUB_SERVER_URL', 'GITHUB_REPOSITORY', 'GITHUB_RUN_ID'], (server, repo, run) => {
        return `${server}/${repo}/actions/runs/${run}${attemptOf(env)}`;
      }),
    }),
  },
  {
    name: 'gitlab',
    sign: 'GITLAB_CI',
    checkout: 'CI_PROJECT_DIR',
    read: (env) => ({
      user: env['GITLAB_USER_LOGIN'],
      branch: env['CI_COMMIT_REF_NAME'],
      address: present(env['CI_JOB_URL']) ?? present(env['CI_PIPELINE_URL']),
    }),
  },
  {
    name: 'azure',
    sign: 'TF_BUILD',
    checkout: 'BUILD_SOURCESDIRECTORY',
    read: (env) => ({
      user: env['BUILD_REQUESTEDFOR'],
      // BUILD_SOURCEBRANCHNAME is only what follows the last slash.
      branch: nameOfRef(present(env['SYSTEM_PULLREQUEST_SOURCEBRANCH']) ?? env['BUILD_SOURCEBRANCH']),
      address: join(
        env,
        ['SYSTEM_COLLECTIONURI', 'SYSTEM_TEAMPROJECT', 'BUILD_BUILDID'],
        (base, team, id) => {
          return `${base}${encodeURIComponent(team)}/_build/results?buildId=${id}`;
        },
      ),
    }),
  },
  {
    name: 'bitbucket',
    sign: 'BITBUCKET_BUILD_NUMBER',
    checkout: 'BITBUCKET_CLONE_DIR',
    read: (env) => ({
      branch: present(env['BITBUCKET_BRANCH']) ?? env['BITBUCKET_TAG'],
      address: join(env, ['BITBUCKET_GIT_HTTP_ORIGIN', 'BITBUCKET_BUILD_NUMBER'], (origin, build) => {
        return `${origin}/pipelines/results/${build}`;
      }),
    }),
  },
  {
    name: 'jenkins',
    sign: 'JENKINS_URL',
    read: (env) => ({
      user: env['BUILD_USER_ID'],
      branch:
        present(env['CHANGE_BRANCH']) ??
        present(env['BRANCH_NAME']) ??
        env['GIT_BRANCH']?.replace(/^origin\//, ''),
      address: present(env['JENKINS_URL']) && env['BUILD_URL'],
    }),
  },
  {
    name: 'circleci',
    sign: 'CIRCLECI',
    read: (env) => ({
      user: env['CIRCLE_USERNAME'],
      branch: present(env['CIRCLE_BRANCH']) ?? env['CIRCLE_TAG'],
      address: env['CIRCLE_BUILD_URL'],
    }),
  },
  {
    name: 'buildkite',
    sign: 'BUILDKITE',
    checkout: 'BUILDKITE_BUILD_CHECKOUT_PATH',
    read: (env) => ({
      // Who let a build that waited for somebody go on.
      user: present(env['BUILDKITE_UNBLOCKER']) ?? env['BUILDKITE_BUILD_CREATOR'],
      branch: env['BUILDKITE_BRANCH'],
      address: join(env, ['BUILDKITE_BUILD_URL', 'BUILDKITE_JOB_ID'], (build, job) => `${build}#${job}`),
    }),
  },
  {
    name: 'drone',
    sign: 'DRONE',
    checkout: 'DRONE_WORKSPACE',
    read: (env) => ({
      user: env['DRONE_BUILD_TRIGGER'],
      branch: present(env['DRONE_SOURCE_BRANCH']) ?? present(env['DRONE_BRANCH']) ?? env['DRONE_TAG'],
      address: env['DRONE_BUILD_LINK'],
    }),
  },
  {
    name: 'teamcity',
    sign: 'TEAMCITY_VERSION',
    read: (env) => ({ address: present(env['TEAMCITY_VERSION']) && env['BUILD_URL'] }),
  },
] as const satisfies readonly CiSystem[];

/** Gitea and Forgejo have no such page. */
function attemptOf(env: Variables): string {
  const attempt = env['GITHUB_RUN_ATTEMPT'] ?? '';
  const isGitHub = (env['GITEA_ACTIONS'] ?? env['FORGEJO_ACTIONS']) === undefined;
  return isGitHub && /^\d+$/.test(attempt) && attempt !== '1' ? `/attempts/${attempt}` : '';
}

function nameOfRef(ref: string | undefined): string | undefined {
  return ref?.replace(/^refs\/(?:heads|tags)\//, '');
}

/** Those that show the reports in a job's log and files without being configured to. */
export const reportReaders = [
  'github',
  'azure',
] as const satisfies readonly (typeof ciSystems)[number]['name'][];

export type ReportReader = (typeof reportReaders)[number];

/** GitHub sets its variable to `true`, Azure's agent to `True`; other values are a person's. */
export function findReader(env: Variables): ReportReader | undefined {
  const signs = new Map<string, string>(ciSystems.map(({ name, sign }) => [name, sign]));
  return reportReaders.find((name) => /^true$/i.test(env[signs.get(name) ?? ''] ?? ''));
}

/** Some systems outside the table set only `CI`. */
export function isPipeline(env: Variables): boolean {
  return ['CI', ...ciSystems.map(({ sign }) => sign)].some((name) => isTurnedOn(env[name]));
}

/** The folder that the CI system checked the repository out to, according to its variable. */
export function checkoutFolder(env: Variables): string | undefined {
  const systems: readonly CiSystem[] = ciSystems;
  return systems
    .map(({ checkout }) => (checkout === undefined ? undefined : present(env[checkout])))
    .find((folder) => folder !== undefined);
}

function join(
  env: Variables,
  names: readonly string[],
  make: (...values: readonly string[]) => string,
): string | undefined {
  const values = names.flatMap((name) => present(env[name]) ?? []);
  return values.length === names.length ? make(...values) : undefined;
}

/** Without any user name or password in it. */
function webAddress(text: string | undefined): string | undefined {
  if (text === undefined || !URL.canParse(text)) return undefined;
  const url = new URL(text);
  if (!/^https?:$/.test(url.protocol)) return undefined;
  url.username = '';
  url.password = '';
  return url.href;
}

/** A container may run as a user id without an account. */
function systemUser(env: Variables): string {
  try {
    return userInfo().username;
  } catch {
    return present(env['USER']) ?? present(env['USERNAME']) ?? 'unknown';
  }
}

function present(text: string | undefined): string | undefined {
  return text?.trim() === '' ? undefined : text;
}

/**
 * Whether a report states the commit of the folders. Asking git costs more than a plan, so only what is kept asks: a plan
 * file always, any other plan if a document of it is requested, and the plans of `watch` never.
 */
export type Origin = 'always' | 'in-documents' | 'nowhere';

export async function readSourceState(
  origin: Origin,
  { settings, io, notices }: Pick<Run, 'settings' | 'io' | 'notices'>,
  sources: readonly SourceFiles[],
): Promise<SourceState> {
  const isWanted = origin === 'always' || asksForDocument(settings.flags);
  if (origin === 'nowhere' || !isWanted) return {};
  const { source, whyUnknown } = await readRunFacts(settings, io, sources);
  if (whyUnknown !== undefined) notices.say(whyUnknown);
  return source;
}

/** Says why the journal will not contain the commit, unless a document of the plan has said so already. */
export async function warnUnknownCommit(
  facts: Promise<RunFacts> | undefined,
  { settings: { flags }, notices }: Pick<Run, 'settings' | 'notices'>,
): Promise<void> {
  const whyUnknown = (await facts)?.whyUnknown;
  if (whyUnknown !== undefined && !asksForDocument(flags)) notices.say(whyUnknown);
}

function asksForDocument({ json, report }: SharedFlags): boolean {
  return json === true || report !== undefined;
}
