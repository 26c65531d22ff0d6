/** Everything that `explain` knows, from the owners of each text. */

import { type ExitCode, exitCodeMeanings, exitCodeOfRail } from './exit-codes.js';
import type { Rail, Severity } from './model.js';
import { type Rule, rules } from './rules/catalogue.js';
import {
  actionMeanings,
  type RailMeaning,
  railMeanings,
  reasonMeanings,
  stateMeanings,
} from './vocabulary.js';

export const topicKinds = ['rule', 'exit-code', 'action', 'state', 'reason', 'rail'] as const;

export type TopicKind = (typeof topicKinds)[number];

/** One word in one of its meanings. */
export interface Topic {
  readonly kind: TopicKind;
  readonly name: string;
  readonly meaning: string;
  /** Of a rule: how bad it is unless the config says otherwise. */
  readonly severity?: Severity;
  /** Of a rule: whether the config may change that. */
  readonly configurable?: boolean;
  /** Of a rail: how a run ends that it stopped. */
  readonly exitCode?: ExitCode;
  /** Of a rail: the option that lifts it; absent where none does. */
  readonly lift?: string;
}

export function listTopics(): readonly Topic[] {
  return [
    ...Object.entries<Rule>(rules).map(([name, { description: meaning, severity, configurable }]) => ({
      ...({ kind: 'rule', name, meaning, severity, configurable } as const),
    })),
    ...toTopics('exit-code', exitCodeMeanings),
    ...toTopics('action', actionMeanings),
    ...toTopics('state', stateMeanings),
    ...toTopics('reason', reasonMeanings),
    ...Object.entries<RailMeaning>(railMeanings).map(([name, { meaning, lift }]) => ({
      ...({ kind: 'rail', name, meaning, exitCode: exitCodeOfRail(name as Rail) } as const),
      ...(lift !== undefined && { lift }),
    })),
  ];
}

/** A word may be several things: `drift` is a rail, `foreign` a state and a rail. `exit 5` and `5` are the same. */
export function findTopics(word: string): readonly Topic[] {
  const wanted = word
    .trim()
    .toLowerCase()
    .replace(/^exit[- ](code[- ])?(?=\d)/, '');
  return listTopics().filter(({ name }) => name === wanted);
}

function toTopics(kind: TopicKind, meanings: Readonly<Record<string, string>>): readonly Topic[] {
  return Object.entries(meanings).map(([name, meaning]) => ({ kind, name, meaning }));
}
