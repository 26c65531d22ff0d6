/** What `init` knows before it asks: its options, checked, and what the folder suggests. */

import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Command } from 'commander';
import { foldersToSearch } from '../../config/file/search-places.js';
import {
  type Answers,
  explainEnvironment,
  explainExtensions,
  explainKeyVariable,
  explainProject,
  explainTenant,
  proposeKeyVariable,
  proposeProject,
} from '../../config/new-config.js';
import { UserError } from '../../core/errors.js';
import type { SharedFlags } from '../../run/flags.js';
import { oneEnvironment } from '../../run/settings.js';
import {
  type ProposedPattern,
  proposePatterns,
  type Survey,
  surveyDepth,
  surveyTree,
} from '../../source/discover/survey.js';
import {
  findUnbuilt,
  hasBuildScript,
  proposeForUnbuilt,
  type UnbuiltProject,
  withoutSources,
} from '../../source/discover/unbuilt.js';
import { addOutput, addUnder, collect } from '../options.js';
import { markBroken } from './trial.js';

type AnswerOptions = Pick<InitFlags, 'project' | 'extensions' | 'tenant' | 'env' | 'apiKeyVariable'>;

/** What the options answered. */
export interface Given {
  readonly project: string | undefined;
  readonly extensions: readonly string[] | undefined;
  readonly tenant: string | undefined;
  readonly environment: string | undefined;
  readonly apiKeyVariable: string | undefined;
}

export interface Proposals {
  readonly project: string;
  readonly patterns: readonly ProposedPattern[];
  readonly survey: Survey;
  /** Their extensions do not exist yet. */
  readonly unbuilt: readonly UnbuiltProject[];
  /** Whether a build may create what was not found. */
  readonly hasBuild: boolean;
}

/** @throws UserError naming every option that cannot be used */
export function readGiven(options: AnswerOptions): Given {
  const { project, extensions, tenant, env, apiKeyVariable } = options;
  const environment = oneEnvironment(env);
  const problems = [
    ...explain('--project', project, explainProject),
    ...(extensions ?? []).flatMap((glob) => explain('--extensions', glob, explainExtensions)),
    ...explain('--tenant', tenant, explainTenant),
    ...explain('--env', environment, explainEnvironment),
    ...explain('--api-key-variable', apiKeyVariable, explainKeyVariable),
  ];
  if (problems.length > 0) throw new UserError(problems);
  return { project, extensions, tenant, environment, apiKeyVariable };
}

function explain(
  option: string,
  answer: string | undefined,
  check: (answer: string) => string | undefined,
): readonly string[] {
  const problem = answer === undefined ? undefined : check(answer);
  return problem === undefined ? [] : [`${option} ${problem}`];
}

/** @param folder absolute; in a repository the project is named after the repository */
export async function makeProposals(folder: string, signal: AbortSignal): Promise<Proposals> {
  const top = foldersToSearch(folder).at(-1) ?? folder;
  const project = proposeProject(basename(top), randomBytes(2).toString('hex'));
  const levels = existsSync(join(top, '.git')) ? Number.POSITIVE_INFINITY : surveyDepth;
  const found = await markBroken(folder, surveyTree(folder, levels), signal);
  const unbuilt = findUnbuilt(folder, found);
  const survey = withoutSources(found, unbuilt);
  const patterns = [...proposePatterns(survey), ...proposeForUnbuilt(unbuilt, survey)];
  return { project, patterns, survey, unbuilt, hasBuild: hasBuildScript(folder) };
}

/** Without a terminal. @throws UserError for options that need a tenant without one */
export function takeProposals(given: Given, { project, patterns }: Proposals): Answers {
  const found = patterns.length === 0 ? ['extensions/*'] : patterns.map(({ pattern }) => pattern);
  const environment = describeEnvironment(given);
  return {
    project: given.project ?? project,
    extensions: given.extensions ?? found,
    ...(environment !== undefined && { environment }),
  };
}

function describeEnvironment({ tenant, environment, apiKeyVariable }: Given): Answers['environment'] {
  if (tenant !== undefined) {
    const name = environment ?? 'dev';
    return { name, tenant, apiKeyVariable: apiKeyVariable ?? proposeKeyVariable(name) };
  }
  if (environment === undefined && apiKeyVariable === undefined) return undefined;
  const option = environment === undefined ? '--api-key-variable' : '--env (or QLIK_SYNC_ENV)';
  throw new UserError(`${option} describes a tenant, but none is given.`, {
    hint: 'Add --tenant <url>, or leave it out until there is a tenant.',
  });
}

export interface InitFlags
  extends Pick<SharedFlags, 'tenant' | 'env' | 'cwd' | 'json' | 'quiet' | 'verbose'> {
  readonly project?: string;
  readonly extensions?: readonly string[];
  readonly apiKeyVariable?: string;
}

/** What is not given is asked for, or proposed if there is no terminal. */
export function addInitOptions(command: Command): Command {
  command
    .option('--project <name>', 'who owns what is deployed; unique on the tenant')
    .option('--extensions <glob>', 'folders that hold a .qext file each; repeatable', collect)
    .option('--tenant <url>', 'address of the tenant')
    .option('--env <name>', 'its name in the config; dev when absent', collect)
    .option('--api-key-variable <name>', 'variable that holds the API key');
  addUnder('Config:', command, (group) => group.option('--cwd <dir>', 'work as if started in this folder'));
  return addOutput(command);
}
