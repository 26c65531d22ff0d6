/** Expands the file's texts as far as the run needs them, and reports what cannot be expanded. */

import { isObject } from '../core/json.js';
import {
  expand,
  explainUnset,
  hasReference,
  isReferenceOnly,
  malformedReference,
  type Variables,
} from './expand.js';
import type { KeyPath } from './file/raw.js';
import type { Problem } from './known-keys.js';
import { unknownText } from './schema-values.js';

interface ExpandedConfig {
  /** With `unknownText` where a variable is unset or not needed in this run. */
  readonly value: unknown;
  readonly problems: readonly Problem[];
}

/** Expands only what the environment in use needs; addresses and credentials are expanded when they are used. */
export function expandConfig(
  value: unknown,
  environment: string | undefined,
  variables: Variables,
): ExpandedConfig {
  const problems: Problem[] = [];
  const visitText = (text: string, path: KeyPath): string => {
    if (isLabel(path)) return text;
    if (isSecret(path)) return isReferenceOnly(text) ? unknownText : text;
    if (isUnused(path, environment) && hasReference(text)) return unknownText;
    const { text: expanded, unset, malformed } = expand(text, variables);
    problems.push(...unset.map((name) => ({ path, ...explainUnset(name, 'setting') })));
    if (malformed) problems.push({ path, ...malformedReference });
    return unset.length > 0 || malformed ? unknownText : expanded;
  };
  return { value: mapTexts(value, [], visitText), problems };
}

function isSecret(path: KeyPath): boolean {
  const [first, , part, key] = path;
  return path.length === 4 && first === 'environments' && part === 'auth' && secretKeys.includes(String(key));
}

/** What an environment is must be the same wherever this runs. */
function isLabel([first, , part]: KeyPath): boolean {
  return first === 'environments' && part === 'labels';
}

const secretKeys: readonly string[] = ['apiKey', 'clientSecret'];

function isUnused(path: KeyPath, environment: string | undefined): boolean {
  const [first, name, part] = path;
  return first === 'environments' && (name !== environment || part === 'tenant' || part === 'auth');
}

/** `Object.fromEntries` keeps a key `__proto__` as an ordinary key. */
function mapTexts(value: unknown, path: KeyPath, map: (text: string, path: KeyPath) => string): unknown {
  if (typeof value === 'string') return map(value, path);
  if (Array.isArray(value)) return value.map((item, index) => mapTexts(item, [...path, index], map));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, mapTexts(item, [...path, key], map)]),
  );
}
