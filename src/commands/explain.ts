/** `qlik-sync explain`: what a word of plans, findings and exit codes means. Needs no config and no tenant. */

import type { Command } from 'commander';
import { didYouMean } from '../config/suggest.js';
import { UserError } from '../core/errors.js';
import { type ExitCode, exitCodes } from '../core/exit-codes.js';
import { findTopics, listTopics, type Topic } from '../core/topics.js';
import { explainDocumentOf, renderExplanation } from '../report/explain.js';
import { renderDocument } from '../report/json.js';
import type { SharedFlags } from '../run/flags.js';
import type { Io } from '../run/io.js';
import type { Finish } from './options.js';
import { addExamples, addOutput } from './options.js';

type ExplainFlags = Pick<SharedFlags, 'json' | 'quiet' | 'verbose'>;

/** @param words all topics where there are none. @throws UserError for a word that means nothing here */
export function explain(words: readonly string[], given: ExplainFlags, io: Io): ExitCode {
  const topics = words.length === 0 ? listTopics() : words.flatMap(lookUp);
  const explanation = { tool: io.tool, topics, exitCode: exitCodes.ok };
  io.stdout.write(
    given.json === true
      ? renderDocument(explainDocumentOf(explanation))
      : renderExplanation(explanation, io.stdout.paint),
  );
  return explanation.exitCode;
}

function lookUp(word: string): readonly Topic[] {
  const topics = findTopics(word);
  if (topics.length > 0) return topics;
  const known = [...new Set(listTopics().map(({ name }) => name))];
  throw new UserError(`"${word}" is not a rule, exit code, action, state, reason or rail.`, {
    hint: `${didYouMean(word, known)}; qlik-sync explain lists them all`,
  });
}

export function addExplain(program: Command, io: Io, finish: Finish): void {
  const command = program
    .command('explain')
    .argument('[word...]', 'a rule, exit code, action, state, reason or rail')
    .description('say what a rule, exit code, state, reason or rail means');
  addOutput(command).action((words: string[], flags: ExplainFlags) => finish(explain(words, flags, io)));
  addExamples(command, [
    ['qlik-sync explain', 'all of them'],
    ['qlik-sync explain missing-entry 6', 'a rule and an exit code'],
  ]);
}
