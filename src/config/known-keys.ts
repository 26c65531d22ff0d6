/** Finds all keys that the schema does not know, with what was probably meant. */

import { isObject } from '../core/json.js';
import { isLabelKey, nameLabel } from '../core/labels.js';
import { ruleIds } from '../core/rules/catalogue.js';
import { type KeyPath, type Problem, readKey } from './file/raw.js';
import type { configSchema } from './schema.js';
import { labelForm } from './schema-values.js';
import { looksLikeApiKey } from './secrets.js';
import { didYouMean } from './suggest.js';

type Schema = ReturnType<typeof configSchema>;

/** One object of the file and the keys that it may have, or a check for keys that users choose. */
interface Level {
  readonly path: KeyPath;
  readonly value: unknown;
  readonly keys: readonly string[] | ((path: KeyPath, key: string) => readonly Problem[]);
}

export function findUnknownKeys(value: unknown, schema: Schema): readonly Problem[] {
  return listLevels(value, schema).flatMap(checkLevel);
}

function listLevels(value: unknown, schema: Schema): readonly Level[] {
  const environment = schema.entries.environments.wrapped.value.entries;
  return [
    { path: [], value, keys: Object.keys(schema.entries) },
    ...listObjects(value, [], schema),
    { path: ['environments'], value: readKey(value, 'environments'), keys: checkEnvironmentName },
    ...listEnvironments(value).flatMap(({ path, value: own }): Level[] => [
      { path, value: own, keys: Object.keys(environment) },
      ...listObjects(own, path, schema),
      {
        path: [...path, 'auth'],
        value: readKey(own, 'auth'),
        keys: Object.keys(environment.auth.wrapped.entries),
      },
      { path: [...path, 'labels'], value: readKey(own, 'labels'), keys: checkLabelKey },
    ]),
    ...listFleet(readKey(value, 'fleet'), schema.entries.fleet.wrapped.entries),
  ];
}

/** Those that are written, and the template of a fleet. */
export function listEnvironments(
  value: unknown,
): readonly { readonly path: KeyPath; readonly value: unknown }[] {
  const named = readKey(value, 'environments');
  const template = readKey(readKey(value, 'fleet'), 'template');
  return [
    ...Object.entries(isObject(named) ? named : {}).map(([name, own]) => ({
      path: ['environments', name],
      value: own,
    })),
    ...(template === undefined ? [] : [{ path: ['fleet', 'template'], value: template }]),
  ];
}

function listFleet(
  fleet: unknown,
  entries: Schema['entries']['fleet']['wrapped']['entries'],
): readonly Level[] {
  const tenants = readKey(fleet, 'tenants');
  const organization = readKey(tenants, 'organization');
  const known = entries.tenants.entries.organization.wrapped.entries;
  const at = ['fleet', 'tenants'];
  return [
    { path: ['fleet'], value: fleet, keys: Object.keys(entries) },
    { path: at, value: tenants, keys: Object.keys(entries.tenants.entries) },
    { path: [...at, 'organization'], value: organization, keys: Object.keys(known) },
    {
      path: [...at, 'organization', 'auth'],
      value: readKey(organization, 'auth'),
      keys: Object.keys(known.auth.entries),
    },
  ];
}

/** The objects that a file and each of its environments may contain. */
function listObjects(value: unknown, path: KeyPath, { entries }: Schema): readonly Level[] {
  const { rules, backup, policy } = entries;
  const single = Object.entries({ rules, backup, policy }).map(([key, { wrapped }]) => ({
    path: [...path, key],
    value: readKey(value, key),
    keys: Object.keys(wrapped.entries),
  }));
  const ignored = readKey(value, 'driftIgnore');
  const listed = (Array.isArray(ignored) ? ignored : []).map((item: unknown, index) => ({
    path: [...path, 'driftIgnore', index],
    value: item,
    keys: Object.keys(entries.driftIgnore.wrapped.item.entries),
  }));
  const origins = readKey(value, 'origins');
  const declared = Object.entries(isObject(origins) ? origins : {}).map(([name, own]) => ({
    path: [...path, 'origins', name],
    value: own,
    keys: anyKey,
  }));
  return [...single, ...listed, { path: [...path, 'origins'], value: origins, keys: anyKey }, ...declared];
}

/** Names and origins: the schema says what they must be. */
function anyKey(): readonly Problem[] {
  return [];
}

function checkLevel({ path, value, keys }: Level): readonly Problem[] {
  if (Array.isArray(value)) return [{ path, message: 'must be an object, not a list' }];
  if (!isObject(value)) return [];
  if (typeof keys === 'function') return Object.keys(value).flatMap((key) => keys(path, key));
  return Object.keys(value)
    .filter((key) => !keys.includes(key))
    .map((key) => ({ path: [...path, key], ...explain(path, key, keys) }));
}

/** The value of `--env` that means every environment. */
export const everyEnvironment = 'all';

const reservedNames: readonly string[] = ['constructor', 'prototype', everyEnvironment];

/** Keys with a special meaning in JavaScript or for `--env` are not allowed. */
export function isEnvironmentName(name: string): boolean {
  return /^[A-Za-z0-9][\w.-]{0,63}$/.test(name) && !reservedNames.includes(name);
}

function checkEnvironmentName(path: KeyPath, name: string): readonly Problem[] {
  const message = checkNewEnvironmentName(name);
  return message === undefined ? [] : [{ path: [...path, name], message }];
}

/** Why this cannot be the name of an environment; `undefined` if it can. */
export function checkNewEnvironmentName(name: string): string | undefined {
  if (isEnvironmentName(name)) return undefined;
  return name === everyEnvironment
    ? 'is not the name of an environment: --env all means every one'
    : 'is not the name of an environment; use 1 to 64 letters, digits, - _ and .';
}

function checkLabelKey(path: KeyPath, key: string): readonly Problem[] {
  if (isLabelKey(key) && key !== nameLabel) return [];
  const message =
    key === nameLabel
      ? "is what labels call the environment's own name; use another key"
      : `cannot be the key of a label: ${labelForm}`;
  return [{ path: [...path, key], message }];
}

const ofEnvironment: readonly string[] = ['tenant', 'tenantId', 'auth', 'labels', 'protected'];

function explain(path: KeyPath, key: string, keys: readonly string[]): Pick<Problem, 'message' | 'hint'> {
  if (looksLikeApiKey(key)) {
    return { message: 'is an unknown key, and looks like an API key', hint: 'remove it' };
  }
  if (path.length === 0 && ofEnvironment.includes(key)) {
    return { message: 'belongs to an environment', hint: `move it to environments.<name>.${key}` };
  }
  if (path.at(-1) === 'rules' && (ruleIds as readonly string[]).includes(key)) {
    return {
      message: 'is a rule whose severity cannot be changed',
      hint: 'where it finds something, "!<folder>" in "extensions" leaves that folder out',
    };
  }
  const what = path.at(-1) === 'rules' ? 'is not a rule' : 'is an unknown key';
  return { message: what, hint: didYouMean(key, keys) };
}
