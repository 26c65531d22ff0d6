/** The environment in use: the one asked for, else the file's default. */

import { isObject } from '../core/json.js';
import { expand, type Variables } from './expand.js';
import { readKey } from './file/raw.js';
import type { Problem } from './known-keys.js';
import { didYouMean } from './suggest.js';

interface ChosenEnvironment {
  /** One of the file's environments; `undefined` where none is chosen or the choice is a problem. */
  readonly name?: string;
  readonly problem?: Problem;
}

export function chooseEnvironment(
  value: unknown,
  { environment, env }: { readonly environment?: string | undefined; readonly env: Variables },
): ChosenEnvironment {
  const known = environmentNames(value);
  if (environment === undefined) return chooseDefault(readKey(value, 'defaultEnvironment'), known, env);
  if (known.includes(environment)) return { name: environment };
  const message = `no environment "${environment}", which --env or QLIK_SYNC_ENV asks for`;
  return { problem: { path: ['environments'], message, hint: suggestEnvironment(environment, known) } };
}

function suggestEnvironment(name: string, known: readonly string[]): string {
  return known.length === 0 ? 'the file has no environments' : didYouMean(name, known);
}

/** In the file's order. */
export function environmentNames(value: unknown): readonly string[] {
  const environments = readKey(value, 'environments');
  return isObject(environments) ? Object.keys(environments) : [];
}

/** Reports nothing that the schema or the expansion reports anyway. */
function chooseDefault(text: unknown, known: readonly string[], env: Variables): ChosenEnvironment {
  if (typeof text !== 'string' || text.trim() === '') return {};
  const { text: name, unset, malformed } = expand(text, env);
  if (unset.length > 0 || malformed) return {};
  if (known.includes(name)) return { name };
  const message = `"${name}" is not an environment of this file`;
  return { problem: { path: ['defaultEnvironment'], message, hint: suggestEnvironment(name, known) } };
}
