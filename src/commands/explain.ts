/** `qlik-sync explain`: what a word of plans, findings and exit codes means. Needs no config and no tenant. */

import type { Command } from 'commander';
import { suggest } from '../config/suggest.js';
import { UserError } from '../core/errors.js';
import { type ExitCode, exitCodes } from '../core/exit-codes.js';
import { findNearTopics, findTopics, listTopics, type Topic } from '../core/topics.js';
import { explainDocumentOf, renderExplanation } from '../report/explain.js';
import { renderDocument } from '../report/json.js';
import type { SharedFlags } from '../run/flags.js';
import type { Io } from '../run/io.js';
import { addExamples, addOutput, type Finish } from './options.js';

type ExplainFlags = Pick<SharedFlags, 'json' | 'quiet' | 'verbose'>;

/** @param words all topics if there are none. @throws UserError for a word that means nothing here */
export function explain(words: readonly string[], given: ExplainFlags, io: Io): ExitCode {
  const topics = words.length === 0 ? listTopics() : joinWords(words).flatMap(lookUp);
  const explanation = { tool: io.tool, topics, exitCode: exitCodes.ok };
  io.stdout.write(
    given.json === true
      ? renderDocument(explainDocumentOf(explanation))
      : renderExplanation(explanation, io.stdout.paint),
  );
  return explanation.exitCode;
}

/** `not applied` is one word of the output, although a shell makes two of it. */
function joinWords(words: readonly string[]): readonly string[] {
  const [first, ...others] = words;
  if (first === undefined) return [];
  const isOne = (parts: readonly string[]): boolean =>
    parts.every((part) => /^\w+$/.test(part)) && findTopics(parts.join(' ')).length > 0;
  const lengths = words.map((_word, index) => words.length - index).filter((length) => length > 1);
  const most = lengths.find((length) => isOne(words.slice(0, length)));
  if (most === undefined) return [first, ...joinWords(others)];
  return [words.slice(0, most).join(' '), ...joinWords(words.slice(most))];
}

function lookUp(word: string): readonly Topic[] {
  const topics = findTopics(word);
  if (topics.length > 0) return topics;
  const closest = suggest(word, [...new Set(listTopics().map(({ name }) => name))]);
  const near = closest === undefined ? findNearTopics(word) : [];
  const meant = closest === undefined ? near.map((name) => `"${name}"`).join(', ') : `"${closest}"`;
  throw new UserError(`explain does not know "${word}".`, {
    hint: `${meant === '' ? '' : `Did you mean ${meant}? `}qlik-sync explain lists every word it knows.`,
  });
}

export function addExplain(program: Command, io: Io, finish: Finish): void {
  const command = program
    .command('explain')
    .argument('[word...]', 'a word of the output, an exit code or an approval');
  addOutput(command.allowUnknownOption()).action((words: string[], flags: ExplainFlags) =>
    finish(explain(words, flags, io)),
  );
  addExamples(command, [
    ['qlik-sync explain', 'all of them'],
    ['qlik-sync explain missing-entry 6', 'a rule and an exit code'],
    ['qlik-sync explain allow-deletes', 'what an option lifts'],
  ]);
}
