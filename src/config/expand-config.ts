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
import type { KeyPath, Problem } from './file/raw.js';
import { fillForCheck } from './fleet/template.js';
import { unknownText } from './schema-values.js';

interface ExpandedConfig {
  /** With `unknownText` in place of a variable that is unset or not needed in this run. */
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
  const visitText = (written: string, path: KeyPath): string => {
    const text = isOfTemplate(path) ? fillForCheck(written) : written;
    const known = textWithoutVariables(text, path);
    if (known !== undefined) return known;
    if (isUnused(path, environment) && (hasReference(text) || text !== written)) return unknownText;
    const { text: expanded, unset, malformed } = expand(text, variables);
    problems.push(...unset.map((name) => ({ path, ...explainUnset(name, 'setting') })));
    if (malformed) problems.push({ path, ...malformedReference });
    return unset.length > 0 || malformed ? unknownText : expanded;
  };
  return { value: mapTexts(value, [], visitText), problems };
}

/** For what is never expanded here: labels, and secrets, of which only the form matters. */
function textWithoutVariables(text: string, path: KeyPath): string | undefined {
  if (isSecret(path)) return isReferenceOnly(text) ? unknownText : text;
  return isLabel(path) ? text : undefined;
}

function isOfTemplate([first, second]: KeyPath): boolean {
  return first === 'fleet' && second === 'template';
}

function isSecret(path: KeyPath): boolean {
  const [first, , part] = path;
  const places =
    path.length === 4
      ? (first === 'environments' || isOfTemplate(path)) && part === 'auth'
      : isOfConsole(path);
  return places && secretKeys.includes(String(path.at(-1)));
}

function isOfConsole(path: KeyPath): boolean {
  return path.length === 5 && path.slice(0, 4).join('.') === 'fleet.tenants.organization.auth';
}

/** Labels must be the same on every machine. */
function isLabel(path: KeyPath): boolean {
  return (path[0] === 'environments' || isOfTemplate(path)) && path[2] === 'labels';
}

const secretKeys: readonly string[] = ['apiKey', 'clientSecret'];

function isUnused(path: KeyPath, environment: string | undefined): boolean {
  const [first, name, part] = path;
  if (first === 'fleet') return true;
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
