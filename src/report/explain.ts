/** What words mean, as every format shows it. */

import type { ExitCode } from '../core/exit-codes.js';
import { type Topic, type TopicKind, topicKinds } from '../core/topics.js';
import type { ExplainDocument } from './documents/answers.js';
import { type Paint, printable } from './paint.js';

interface Explanation {
  /** `qlik-sync/<version>`. */
  readonly tool: string;
  /** In the order of the words; all topics if no word was given. */
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
  rail: 'Rails that stop a change or a run',
  outcome: 'Outcomes of a change',
  drift: 'Kinds of drift, and whether it raises an alarm',
  pull: 'Results of pull',
  preview: 'Results of preview',
  check: 'Checks of doctor',
  history: 'Runs and changes in history',
  'left-out': 'Why a file is not uploaded',
  event: 'Events of watch',
  term: 'Other words',
};

/** What precedes the name of a single topic. */
const labels: Readonly<Record<TopicKind, string>> = {
  rule: 'rule',
  'exit-code': 'exit code',
  action: 'action',
  state: 'state',
  reason: 'reason',
  rail: 'rail',
  outcome: 'outcome',
  drift: 'drift',
  pull: 'pull',
  preview: 'preview',
  check: 'doctor',
  history: 'history',
  'left-out': 'left out',
  event: 'watch',
  term: 'word',
};

/** A few topics with everything that is known about them; more than that as a table by kind. */
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
  return `${paint('bold', `${labels[kind]} ${name}`)}\n  ${printable(meaning)}\n${notes.join('')}`;
}

function notesOf(topic: Topic): readonly string[] {
  const { kind, name, severity, configurable, next } = topic;
  const step = next === undefined ? [] : [`Next: ${printable(next)}`];
  if (kind === 'rail') return [...describeRail(topic), ...step];
  if (kind !== 'rule') return step;
  const config = configurable === true ? `; "rules": { "${name}": … } in the config changes that` : '';
  return [`Severity: ${severity}${config}.`];
}

function describeRail({ lift, stops, exitCode }: Topic): readonly string[] {
  return [
    lift === undefined ? 'No option lifts it.' : `${lift} lifts it.`,
    ...(stops === 'run' ? ['It stops the whole run before its first write.'] : []),
    `Exit code: ${exitCode}.`,
  ];
}
