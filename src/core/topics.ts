/** Everything that `explain` knows, from the owners of each text. */

import { type ExitCode, exitCodeMeanings, exitCodeOfRail, exitCodeSteps, exitCodes } from './exit-codes.js';
import type { Rail, Severity } from './model.js';
import {
  checkMeanings,
  checkStatusMeanings,
  driftMeanings,
  eventMeanings,
  historyMeanings,
  leftOutMeanings,
  outcomeMeanings,
  previewMeanings,
  pullMeanings,
} from './report-vocabulary.js';
import { type Rule, rules } from './rules/catalogue.js';
import { termMeanings } from './terms.js';
import {
  actionMeanings,
  type RailMeaning,
  railMeanings,
  reasonMeanings,
  runRailMeanings,
  stateMeanings,
} from './vocabulary.js';

export const topicKinds = [
  'rule',
  'exit-code',
  'action',
  'state',
  'reason',
  'rail',
  'outcome',
  'drift',
  'pull',
  'preview',
  'check',
  'history',
  'left-out',
  'event',
  'term',
] as const;

export type TopicKind = (typeof topicKinds)[number];

/** One word in one of its meanings. */
export interface Topic {
  readonly kind: TopicKind;
  readonly name: string;
  readonly meaning: string;
  /** What to do about it. */
  readonly next?: string;
  /** Of a rule: how bad it is unless the config says otherwise. */
  readonly severity?: Severity;
  /** Of a rule: whether the config may change that. */
  readonly configurable?: boolean;
  /** Of a rail: what it stops. */
  readonly stops?: 'change' | 'run';
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
    ...toTopics('exit-code', exitCodeMeanings).map((topic) => ({
      ...{ ...topic, next: exitCodeSteps[Number(topic.name) as ExitCode] },
    })),
    ...toTopics('action', actionMeanings),
    ...toTopics('state', stateMeanings),
    ...toTopics('reason', reasonMeanings),
    ...toRails('change', railMeanings, (name) => exitCodeOfRail(name as Rail)),
    ...toRails('run', runRailMeanings, () => exitCodes.refused),
    ...toTopics('outcome', outcomeMeanings),
    ...toTopics('drift', driftMeanings),
    ...toTopics('pull', pullMeanings),
    ...toTopics('preview', previewMeanings),
    ...toTopics('check', { ...checkMeanings, ...checkStatusMeanings }),
    ...toTopics('history', historyMeanings),
    ...toTopics('left-out', leftOutMeanings),
    ...toTopics('event', eventMeanings),
    ...Object.entries(termMeanings).map(([name, { meaning, next }]) => ({
      ...({ kind: 'term', name, meaning } as const),
      ...(next !== undefined && { next }),
    })),
  ];
}

function toTopics(kind: TopicKind, meanings: Readonly<Record<string, string>>): readonly Topic[] {
  return Object.entries(meanings).map(([name, meaning]) => ({ kind, name, meaning }));
}

function toRails(
  stops: 'change' | 'run',
  meanings: Readonly<Record<string, RailMeaning>>,
  exitCodeOf: (name: string) => ExitCode,
): readonly Topic[] {
  return Object.entries(meanings).map(([name, meaning]) => ({
    ...({ kind: 'rail', name, stops, exitCode: exitCodeOf(name) } as const),
    ...meaning,
  }));
}

/**
 * A word may be several things: `drift` is a rail, `foreign` a state and a rail. `exit 5` and `5` are the same, and so are
 * `not applied`, `not-applied`, `backups` and `backup` and, for what an option lifts, `--allow-empty` and `allow-empty`.
 */
export function findTopics(word: string): readonly Topic[] {
  const wanted = normalise(word);
  const find = (name: string) => listTopics().filter((topic) => wordsOf(topic).includes(name));
  const found = find(wanted);
  return found.length > 0 || !/[a-z]{3}s$/.test(wanted) ? found : find(wanted.slice(0, -1));
}

/** What somebody may have meant by a word that has no topic, at most five names; empty where nothing is near. */
export function findNearTopics(word: string): readonly string[] {
  const wanted = normalise(word);
  if (wanted.length < 3) return [];
  const parts = wanted.split('-').filter((part) => part.length > 2);
  const all = listTopics();
  const ranked = [
    all.filter((topic) => wordsOf(topic).some((each) => parts.includes(each))),
    all.filter((topic) => wordsOf(topic).some((each) => each.includes(wanted))),
    all.filter((topic) =>
      wordsOf(topic).some((each) => each.split('-').some((part) => parts.includes(part))),
    ),
    all.filter(({ meaning }) => meaning.toLowerCase().includes(wanted)),
  ];
  return [...new Set(ranked.flat().map(({ name }) => name))].slice(0, 5);
}

/** All that a topic answers to. */
function wordsOf({ kind, name, lift }: Topic): readonly string[] {
  const aliases = kind === 'term' ? (termMeanings[name]?.aliases ?? []) : [];
  const printed = kind === 'rail' ? (printedAs[name] ?? []) : [];
  return [name, ...aliases, ...printed, ...(lift === undefined ? [] : [normalise(lift)])];
}

/** How the line of a plan has it. */
const printedAs: Readonly<Record<string, readonly string[]>> = { version: ['version-not-raised'] };

function normalise(word: string): string {
  return word
    .trim()
    .toLowerCase()
    .replace(/^--/, '')
    .replace(/[ =]<.*$|=.*$/, '')
    .replace(/[\s_]+/g, '-')
    .replace(/^exit-(code-)?(?=\d)/, '');
}
