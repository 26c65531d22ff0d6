/** What words mean, as every format shows it. */

import type { ExitCode } from '../core/exit-codes.js';
import { type Topic, type TopicKind, topicKinds } from '../core/topics.js';
import type { ExplainDocument } from './documents/answers.js';
import { type Paint, printable } from './paint.js';

interface Explanation {
  /** `qlik-sync/<version>`. */
  readonly tool: string;
  /** In the order of the words; all of them where no word was given. */
  readonly topics: readonly Topic[];
  readonly exitCode: ExitCode;
}

export function explainDocumentOf({ tool, topics, exitCode }: Explanation): ExplainDocument {
  return { command: 'explain', schemaVersion: 1, tool, topics, exitCode };
}

// `qlik-sync explain` for people.

const titles: Readonly<Record<TopicKind, string>> = {
  rule: 'Rules of validate',
  'exit-code': 'Exit codes',
  action: 'Actions of a change',
  state: 'States of an extension',
  reason: 'Reasons of a change',
  rail: 'Rails that stop a change',
};

/** A few topics with all that is known of them; more than that as a table by kind. */
export function renderExplanation({ topics }: Explanation, paint: Paint): string {
  if (topics.length <= longestAnswer) return topics.map((topic) => renderTopic(topic, paint)).join('');
  const width = Math.max(...topics.map(({ name }) => name.length)) + 2;
  return topicKinds
    .map((kind) => {
      const rows = topics.filter((topic) => topic.kind === kind);
      const lines = rows.map(({ name, meaning }) => `  ${name.padEnd(width)}${printable(meaning)}\n`);
      return `${paint('bold', titles[kind])}\n${lines.join('')}`;
    })
    .join('\n');
}

const longestAnswer = 20;

function renderTopic(topic: Topic, paint: Paint): string {
  const { kind, name, meaning } = topic;
  const notes = notesOf(topic).map((note) => `  ${note}\n`);
  return `${paint('bold', `${kind.replace('-', ' ')} ${name}`)}\n  ${printable(meaning)}\n${notes.join('')}`;
}

function notesOf({ kind, name, severity, configurable, exitCode, lift }: Topic): readonly string[] {
  if (kind === 'rule') {
    const config = configurable === true ? `; "rules": { "${name}": … } in the config changes that` : '';
    return [`Severity: ${severity}${config}.`];
  }
  if (kind !== 'rail') return [];
  return [lift === undefined ? 'No option lifts it.' : `${lift} lifts it.`, `Exit code: ${exitCode}.`];
}
