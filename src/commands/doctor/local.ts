/** What this machine tells: the config, the folders' repository, the pipeline. */

import { isSet } from '../../config/option-values.js';
import type { Check } from '../../report/doctor/report.js';
import { readGitState } from '../../source/git.js';
import type { Io } from '../io.js';
import type { Settings } from '../settings.js';

export function checkConfig({ config }: Settings): Check {
  const { displayFile, project, environment } = config;
  const use = environment === undefined ? 'no environment in use' : `environment ${environment.name}`;
  const guarded = environment?.protected === true ? ' (protected)' : '';
  return { name: 'config', status: 'ok', message: `${displayFile}: project ${project}, ${use}${guarded}` };
}

/** Recorded with every run; nothing depends on it. */
export async function checkSource(root: string, io: Io): Promise<Check> {
  let hint: string | undefined;
  const { commit, branch, dirty } = await readGitState(root, (gap) => {
    hint = gap;
  });
  const where = isPipeline(io) ? 'in a pipeline' : 'not in a pipeline';
  if (commit === undefined) {
    const message = `no git commit is known for the folders, so none is recorded; ${where}`;
    return { name: 'source', status: 'unknown', message, ...(hint !== undefined && { hint }) };
  }
  const at = `commit ${commit.slice(0, 10)}${branch === undefined ? '' : ` on ${branch}`}`;
  const state = dirty === true ? ', with changes that are not committed' : '';
  return { name: 'source', status: 'ok', message: `${at}${state}; ${where}` };
}

function isPipeline({ env }: Io): boolean {
  return ['CI', 'GITHUB_ACTIONS', 'GITLAB_CI', 'TF_BUILD', 'BITBUCKET_BUILD_NUMBER', 'JENKINS_URL'].some(
    (name) => isSet(env[name]),
  );
}
