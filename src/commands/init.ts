/** `qlik-sync init`: write a config file from answers or options. Nothing that exists is touched. */

import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Command } from 'commander';
import { readVariable } from '../config/expand.js';
import { listConfigs } from '../config/file/load.js';
import { display, foldersToSearch } from '../config/file/search-places.js';
import { type Answers, newConfig, newConfigName, renderNewConfig } from '../config/new-config.js';
import { UserError } from '../core/errors.js';
import { type ExitCode, exitCodes } from '../core/exit-codes.js';
import type { RuleId } from '../core/rules/catalogue.js';
import { shellWord } from '../core/shell-word.js';
import { reasonOf } from '../core/system-error.js';
import type { Problem } from '../report/init.js';
import type { ValidateReport } from '../report/validate.js';
import type { SharedFlags } from '../run/flags.js';
import type { Io } from '../run/io.js';
import { print } from '../run/reporting.js';
import { readSettings, workingFolder } from '../run/settings.js';
import { spellPattern } from '../source/discover/pattern.js';
import { describeNone, describePassedOver } from '../source/discover/survey.js';
import {
  addInitOptions,
  type Given,
  type InitFlags,
  makeProposals,
  type Proposals,
  readGiven,
  takeProposals,
} from './init/answers.js';
import { proposeIgnore } from './init/trial.js';
import { addExamples, type Finish } from './options.js';
import { checkFolders } from './validate.js';

/** The exit code is that of validating what was written. @throws UserError if nothing was written */
export async function init(flags: InitFlags, io: Io): Promise<ExitCode> {
  const folder = workingFolder(flags, io);
  await assertNoConfig(folder);
  const given = readGiven(flags);
  const proposals = await makeProposals(folder, io.interrupted);
  const answers = await findAnswers(given, proposals, io);
  const {
    lines,
    giveUp,
    notes: onLines,
  } = await proposeIgnore({
    ...{ root: folder, extensions: answers.extensions },
    ...{ found: proposals.survey.extensions, signal: io.interrupted },
  });
  const extensions = giveUp.reduce(withoutFolder, answers.extensions);
  const config = newConfig({ ...answers, extensions, ignore: lines }, findSchema(folder));
  await writeNew(join(folder, newConfigName), renderNewConfig(config), io.interrupted);
  const validation = await validateNew(folder, answers, proposals, flags, io);
  const { exitCode } = validation;
  const header = { command: 'init', tool: io.tool, project: config.project } as const;
  const notes = [...(given.extensions === undefined ? describeProposals(proposals) : []), ...onLines];
  const next = nextCommand(answers, proposals, validation, flags.cwd);
  print({ kind: 'init', header, file: newConfigName, config, notes, validation, next, exitCode }, flags, io);
  noteMissingKey(answers, io);
  return exitCode;
}

/** @throws UserError naming the config that exists, whatever its form */
async function assertNoConfig(folder: string): Promise<void> {
  const [existing] = await listConfigs(folder);
  if (existing === undefined) return;
  const what = existing === 'package.json' ? 'package.json has a "qlik-sync" key' : `${existing} exists`;
  throw new UserError(`Nothing was written: ${what} already.`, {
    hint: 'init never overwrites: edit that config, or remove it first.',
  });
}

async function findAnswers(given: Given, proposals: Proposals, io: Io): Promise<Answers> {
  const terminal = io.terminal();
  if (terminal !== undefined) {
    const { askQuestions } = await import('./init/questions.js');
    return askQuestions(given, proposals, terminal, io.interrupted);
  }
  const answers = takeProposals(given, proposals);
  if (given.extensions === undefined && proposals.patterns.length === 0) {
    io.stderr.write(
      `${describeNone(proposals.survey)}, so "extensions" is ${answers.extensions.join(', ')}.\n`,
    );
  }
  return answers;
}

function withoutFolder(patterns: readonly string[], folder: string): readonly string[] {
  const pattern = spellPattern(folder);
  const others = patterns.filter((each) => each !== pattern);
  return others.length < patterns.length ? others : [...patterns, `!${pattern}`];
}

/** What the proposed folders leave out, and what has to be built first. */
function describeProposals(proposals: Proposals): readonly string[] {
  const { survey, unbuilt, hasBuild } = proposals;
  return [
    ...describePassedOver(survey),
    ...unbuilt.map(
      ({ folder, name, command }) =>
        `${folder === '.' ? name : folder} is a nebula.js project that is not built yet: ${command}`,
    ),
    ...(isEmpty(proposals) && hasBuild
      ? [
          'package.json has a script "build": if npm run build writes a .qext file, name its folder in "extensions".',
        ]
      : []),
    ...(survey.isCut
      ? ['Folders further down were not searched: name what they contain in "extensions".']
      : []),
  ];
}

/** Editors use it to complete and check the file, if the package is installed. */
function findSchema(folder: string): string | undefined {
  const files = foldersToSearch(folder).map((each) => join(each, 'node_modules/qlik-sync/schema.json'));
  const file = files.find((each) => existsSync(each));
  if (file === undefined) return undefined;
  const path = display(folder, file);
  return path.startsWith('../') ? path : `./${path}`;
}

async function writeNew(file: string, text: string, interrupted: AbortSignal): Promise<void> {
  interrupted.throwIfAborted();
  try {
    await writeFile(file, text, { flag: 'wx' });
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === undefined) throw cause;
    const reason = code === 'EEXIST' ? 'it exists already' : reasonOf(cause);
    throw new UserError(`${newConfigName} was not written: ${reason}.`, { cause });
  }
}

/** The file has been written, so whatever stops the check is part of the result. */
async function validateNew(
  folder: string,
  { environment, extensions: [pattern = ''] }: Answers,
  proposals: Proposals,
  flags: SharedFlags,
  io: Io,
): Promise<ValidateReport | Problem> {
  const env = environment === undefined ? [] : [environment.name];
  const config = join(folder, newConfigName);
  try {
    const settings = await readSettings({ ...flags, config, cwd: folder, env }, io);
    return isEmpty(proposals) ? nothingYet(pattern) : await checkFolders([], settings, io);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const { message, hint } = error;
    return { kind: 'problem', message, ...(hint !== undefined && { hint }), exitCode: exitCodes.usage };
  }
}

/** Whether there is no extension, and none to build. */
function isEmpty({ survey, unbuilt }: Proposals): boolean {
  return survey.extensions.length === 0 && !survey.isCut && unbuilt.length === 0;
}

/** A new repository has its config first, which is no mistake. */
function nothingYet(pattern: string): Problem {
  const folder = pattern.replace(/\*+$/, 'my-chart').replace(/^\.$/, '');
  const below = folder === '' || folder.endsWith('/') ? folder : `${folder}/`;
  const example = /[*?[{!]/.test(below) ? '' : `, such as ${below}my-chart.qext and ${below}my-chart.js`;
  return {
    kind: 'problem',
    message: 'There is no extension yet.',
    hint: `Each needs a folder with a .qext file and a script of the same name${example}.`,
    exitCode: exitCodes.ok,
  };
}

function nextCommand(
  { environment }: Answers,
  proposals: Proposals,
  validation: ValidateReport | Problem,
  cwd: string | undefined,
): string {
  const [unbuilt] = proposals.unbuilt;
  const there = cwd === undefined ? '' : ` --cwd ${shellWord(cwd)}`;
  if (validation.exitCode !== exitCodes.ok) {
    if (unbuilt === undefined && proposals.hasBuild && holdsSources(validation)) {
      const prefix = cwd === undefined ? '' : ` --prefix ${shellWord(cwd)}`;
      return `npm${prefix} run build, then name the folder that it writes in "extensions", and qlik-sync validate${there}`;
    }
    const build = unbuilt === undefined || cwd !== undefined ? '' : `${unbuilt.command} && `;
    return `${build}qlik-sync validate${there}`;
  }
  // What is found may be all of a kind that is skipped, such as mashups.
  const isNothing = validation.kind === 'problem' || validation.extensions.length === 0;
  const first = isNothing ? 'add an extension, then ' : '';
  return `${first}qlik-sync plan${environment === undefined ? ' --sandbox' : ''}${there}`;
}

/** What a build is made of is not what is deployed, and only its program knows where the output will be. */
function holdsSources(validation: ValidateReport | Problem): boolean {
  return validation.kind === 'validate' && validation.findings.some(({ rule }) => ofSources.has(rule));
}

const ofSources: ReadonlySet<string> = new Set([
  'not-built',
  'missing-entry',
  'missing-module',
] satisfies RuleId[]);

function noteMissingKey({ environment }: Answers, io: Io): void {
  if (environment === undefined || readVariable(io.env, environment.apiKeyVariable) !== undefined) return;
  const { apiKeyVariable, name } = environment;
  io.stderr.write(`Set ${apiKeyVariable} to an API key of ${name} before the first plan.\n`);
}

export function addInit(program: Command, io: Io, finish: Finish): void {
  const command = addInitOptions(program.command('init')).action(async (flags: InitFlags) => {
    finish(await init(flags, io));
  });
  addExamples(command, [
    ['qlik-sync init', 'asks, on a terminal'],
    ['qlik-sync init --tenant https://acme.eu.qlikcloud.com', 'asks less'],
  ]);
}
