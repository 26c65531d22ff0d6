/** The environments that `--env` selects, and the one in use: the one selected, else the file's default. */

import { UserError } from '../core/errors.js';
import { isObject } from '../core/json.js';
import {
  isLabelSelector,
  isSelected,
  type LabelledEnvironment,
  type LabelSelector,
  type Labels,
  labelKeys,
  labelValues,
  parseLabelSelector,
} from '../core/labels.js';
import { expand, type Variables } from './expand.js';
import { type LoadedConfig, type Problem, readKey } from './file/raw.js';
import { everyEnvironment } from './known-keys.js';
import { didYouMean } from './suggest.js';

interface ChosenEnvironment {
  /** One of the file's environments; `undefined` if none is chosen or the choice is a problem. */
  readonly name?: string;
  readonly problem?: Problem;
}

export function chooseEnvironment(
  value: unknown,
  { environment, env }: { readonly environment?: string | undefined; readonly env: Variables },
): ChosenEnvironment {
  if (environment === undefined) {
    return chooseDefault(readKey(value, 'defaultEnvironment'), environmentNames(value), env);
  }
  // Called for each of a fleet, so the others are not looked at.
  const environments = readKey(value, 'environments');
  if (isObject(environments) && Object.hasOwn(environments, environment)) return { name: environment };
  const known = environmentNames(value);
  const message = `no environment "${environment}", which --env or QLIK_SYNC_ENV asks for`;
  return { problem: { path: ['environments'], message, hint: suggestEnvironment(environment, known) } };
}

/** Names may be joined by commas, as labels are. */
export function suggestEnvironment(name: string, known: readonly string[]): string {
  if (known.length === 0) return 'the file has no environments';
  const parts = name.split(',').map((part) => part.trim());
  if (parts.length === 1 || !parts.every((part) => known.includes(part))) return didYouMean(name, known);
  return `give each on its own: ${parts.map((part) => `--env ${part}`).join(' ')}`;
}

/** In the file's order. */
export function environmentNames(value: unknown): readonly string[] {
  const environments = readKey(value, 'environments');
  return isObject(environments) ? Object.keys(environments) : [];
}

/** Does not report what the schema or the expansion reports anyway. */
function chooseDefault(text: unknown, known: readonly string[], env: Variables): ChosenEnvironment {
  if (typeof text !== 'string' || text.trim() === '') return {};
  const { text: name, unset, malformed } = expand(text, env);
  if (unset.length > 0 || malformed) return {};
  if (known.includes(name)) return { name };
  const message = `"${name}" is not an environment of this file`;
  return { problem: { path: ['defaultEnvironment'], message, hint: suggestEnvironment(name, known) } };
}

/** With their labels, in the file's order; what cannot be a label is left out, as the schema reports it. */
export function labelledEnvironments(value: unknown): readonly LabelledEnvironment[] {
  const environments = readKey(value, 'environments');
  return Object.entries(isObject(environments) ? environments : {}).map(([name, own]) => ({
    name,
    labels: labelsIn(own),
  }));
}

function labelsIn(environment: unknown): Labels {
  const labels = readKey(environment, 'labels');
  const texts = Object.entries(isObject(labels) ? labels : {}).filter(([, text]) => typeof text === 'string');
  return Object.fromEntries(texts) as Labels;
}

/**
 * What the values of `--env` mean together, each once: names unchanged, `all`, and environments with the labels.
 *
 * @param option the option with these values, for messages
 * @throws UserError if an expression cannot be parsed, or selects nothing
 */
export function selectEnvironments(
  asked: readonly string[],
  loaded: Pick<LoadedConfig, 'value' | 'displayFile' | 'fleet'>,
  option: '--env' | '--confirm' = '--env',
): readonly string[] {
  const { value, displayFile } = loaded;
  const known = environmentNames(value);
  const select = (text: string): readonly string[] => {
    if (text === everyEnvironment) return known;
    if (!isLabelSelector(text)) return [text];
    const selector = parseLabelSelector(text, option);
    const environments = labelledEnvironments(value);
    const selected = environments.filter((environment) => isSelected(selector, environment));
    if (selected.length > 0) return selected.map(({ name }) => name);
    throw new UserError(
      `${option} ${text} selects none of the ${environments.length} environments of ${displayFile}.`,
      {
        hint: explainNothing(selector, environments),
      },
    );
  };
  if (known.length === 0 && asked.some(selectsSeveral)) {
    throw new UserError(`${option} ${asked.find(selectsSeveral)}: ${explainNoEnvironments(loaded)}`);
  }
  return [...new Set(asked.flatMap(select))];
}

/** A sentence about a config without environments, or with a fleet without tenants. */
export function explainNoEnvironments({
  displayFile,
  fleet,
}: Pick<LoadedConfig, 'displayFile' | 'fleet'>): string {
  const why = fleet === undefined ? '' : ', and the inventory of its fleet no tenant';
  return `${displayFile} has no environments${why}.`;
}

/**
 * Whether one of the values of `--confirm`, which are written as those of `--env`, means this environment.
 *
 * @throws UserError
 */
export function isMeant(texts: readonly string[], environment: LabelledEnvironment): boolean {
  return texts.some((text) => {
    if (!isLabelSelector(text)) return text === everyEnvironment || text === environment.name;
    return isSelected(parseLabelSelector(text, '--confirm'), environment);
  });
}

/** Whether the value of `--env` may mean several environments, however many it is today. */
export function selectsSeveral(asked: string): boolean {
  return asked === everyEnvironment || isLabelSelector(asked);
}

/** Names the first part that nothing satisfies; if each part alone selects some, they have none in common. */
function explainNothing({ terms }: LabelSelector, environments: readonly LabelledEnvironment[]): string {
  const keys = labelKeys(environments);
  const unknown = terms.find(({ key }) => !keys.includes(key));
  if (unknown !== undefined)
    return `No environment has a label ${unknown.key}; ${didYouMean(unknown.key, keys)}`;
  const impossible = terms.find(
    (term) => !environments.some((environment) => isSelected({ text: '', terms: [term] }, environment)),
  );
  if (impossible === undefined) return 'Each part selects some of them, but none has them all.';
  const { key, value, isWanted } = impossible;
  if (!isWanted) return `Every environment has a ${key} that is ${value}.`;
  const values = labelValues(environments, key);
  return `No environment has a ${key} that is ${value}; ${didYouMean(value, values)}`;
}
