/** The questions of `init`, on a terminal. What the options answer is not asked. */

import {
  type Answers,
  explainEnvironment,
  explainExtensions,
  explainKeyVariable,
  explainProject,
  explainTenant,
  proposeKeyVariable,
} from '../../config/new-config.js';
import { UserError } from '../../core/errors.js';
import { exitCodes } from '../../core/exit-codes.js';
import { listNames } from '../../core/format.js';
import { type Asked, type Asker, createAsker } from '../../pipeline/approve.js';
import type { Terminal } from '../../run/io.js';
import { describeNone } from '../../source/discover/survey.js';
import type { Given, Proposals } from './answers.js';

/** @throws UserError if the person cancels (exit 130) or declines with Ctrl-D (exit 5) */
export async function askQuestions(
  given: Given,
  proposals: Proposals,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<Answers> {
  const asking = await createAsker(terminal, signal);
  const project = given.project ?? (await askProject(asking, proposals.project));
  const extensions = given.extensions ?? (await askExtensions(asking, proposals));
  const environment = await askEnvironment(asking, given);
  return { project, extensions, ...(environment !== undefined && { environment }) };
}

function askProject(asking: Asker, proposal: string): Promise<string> {
  const message = 'Project: who owns what is deployed, unique on the tenant';
  return askText(asking, message, proposal, explainProject);
}

async function askExtensions(asking: Asker, { patterns, survey }: Proposals): Promise<readonly string[]> {
  if (patterns.length === 0) {
    const message = `${describeNone(survey)}. Which folders will hold the extensions?`;
    return [await askText(asking, message, 'extensions/*', explainExtensions)];
  }
  const options = patterns.map(({ pattern, names }) => ({ value: pattern, hint: listNames(names, 5) }));
  return answerOf(asking, await asking.several('Extensions: folders with a .qext file each', options));
}

async function askEnvironment(asking: Asker, given: Given): Promise<Answers['environment']> {
  const tenant = given.tenant ?? (await askTenant(asking, given));
  if (tenant === '') return undefined;
  const name =
    given.environment ?? (await askText(asking, 'Name of this environment', 'dev', explainEnvironment));
  const message = 'Environment variable that holds the API key (its name, not the key)';
  const apiKeyVariable =
    given.apiKeyVariable ?? (await askText(asking, message, proposeKeyVariable(name), explainKeyVariable));
  return { name, tenant, apiKeyVariable };
}

/** Empty for none yet, unless an option needs one. */
function askTenant(asking: Asker, { environment, apiKeyVariable }: Given): Promise<string> {
  const isNeeded = environment !== undefined || apiKeyVariable !== undefined;
  const message = isNeeded ? 'Address of the tenant' : 'Address of the tenant (leave it empty for none yet)';
  return askText(asking, message, '', (answer) =>
    answer === '' && !isNeeded ? undefined : explainTenant(answer),
  );
}

async function askText(
  asking: Asker,
  message: string,
  initialValue: string,
  explain: (answer: string) => string | undefined,
): Promise<string> {
  const asked = await asking.text(message, {
    initialValue,
    explain: (value) => {
      const problem = explain(value.trim());
      return problem === undefined ? undefined : `It ${problem}.`;
    },
  });
  return answerOf(asking, asked).trim();
}

function answerOf<T>(asking: Asker, asked: Asked<T>): T {
  if (asked.kind === 'answered') return asked.value;
  asking.end('Nothing was written.');
  const exitCode = asked.kind === 'declined' ? exitCodes.incomplete : exitCodes.interrupted;
  throw new UserError('Cancelled: nothing was written.', { exitCode });
}
