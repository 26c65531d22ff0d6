/** Labels of environments, and the expressions that select by them: `region=eu,tier!=pilot`. Pure. */

import { UserError } from './errors.js';

/** By key. */
export type Labels = Readonly<Record<string, string>>;

export interface LabelledEnvironment {
  readonly name: string;
  readonly labels: Labels;
}

/** The key under which an environment's own name is among its labels. */
export const nameLabel = 'name';

export function isLabelKey(text: string): boolean {
  return /^[A-Za-z][\w.-]{0,62}$/.test(text) && !['constructor', 'prototype'].includes(text);
}

/** One part of an expression. */
interface Term {
  readonly key: string;
  readonly isWanted: boolean;
  /** As written: `*` stands for any text, `?` for one character. */
  readonly value: string;
  readonly matches: (value: string) => boolean;
}

/** Selects an environment for which every term holds; a label that an environment lacks has no value. */
export interface LabelSelector {
  /** As written. */
  readonly text: string;
  readonly terms: readonly Term[];
}

/** No name of an environment has a `=`. */
export function isLabelSelector(text: string): boolean {
  return text.includes('=');
}

/**
 * @param option the option that the text is the value of: `--env`, `--waves`
 * @throws UserError
 */
export function parseLabelSelector(text: string, option: string): LabelSelector {
  const terms = text.split(',').map((part) => {
    const [, key = '', operator, value = ''] = /^([^=!]*)(!?=)(.*)$/s.exec(part.trim()) ?? [];
    const term = { key: key.trim(), value: value.trim() };
    const problem = problemOf(operator, term);
    if (problem !== undefined) throw new UserError(`${option} ${text}: ${problem}.`, { hint: form });
    return { ...term, isWanted: operator === '=', matches: compile(term.value) };
  });
  return { text, terms };
}

const form = 'Labels are selected as in region=eu,tier!=pilot; * stands for any text, and commas mean and.';

function problemOf(
  operator: string | undefined,
  { key, value }: Pick<Term, 'key' | 'value'>,
): string | undefined {
  if (operator === undefined) return 'a part has no =';
  if (!isLabelKey(key)) return key === '' ? 'a label has no key' : `${key} cannot be the key of a label`;
  if (value === '') return `${key} has no value`;
  return value.startsWith('=') ? `${key} is followed by == instead of =` : undefined;
}

/** Takes at most the product of both lengths in steps: only the last `*` is ever tried again. */
function compile(pattern: string): (value: string) => boolean {
  const wanted = [...pattern];
  return (value) => {
    const given = [...value];
    let at = 0;
    let star = -1;
    let resume = 0;
    for (let index = 0; index < given.length; ) {
      if (wanted[at] === '*') {
        star = at++;
        resume = index;
      } else if (wanted[at] === '?' || wanted[at] === given[index]) {
        at += 1;
        index += 1;
      } else if (star >= 0) {
        at = star + 1;
        index = ++resume;
      } else return false;
    }
    return wanted.slice(at).every((rest) => rest === '*');
  };
}

export function isSelected(selector: LabelSelector, environment: LabelledEnvironment): boolean {
  return selector.terms.every(({ key, isWanted, matches }) => {
    const value = labelOf(environment, key);
    return (value !== undefined && matches(value)) === isWanted;
  });
}

function labelOf({ name, labels }: LabelledEnvironment, key: string): string | undefined {
  if (key === nameLabel) return name;
  return Object.hasOwn(labels, key) ? labels[key] : undefined;
}

/** The keys of all labels, and that of the name. */
export function labelKeys(environments: readonly LabelledEnvironment[]): readonly string[] {
  return [...new Set([nameLabel, ...environments.flatMap(({ labels }) => Object.keys(labels))])];
}

/** The values of one label, each once, in the environments' order. */
export function labelValues(environments: readonly LabelledEnvironment[], key: string): readonly string[] {
  const values = environments.map((environment) => labelOf(environment, key));
  return [...new Set(values.filter((value) => value !== undefined))];
}
