/** The effective settings key by key, each with its place in the config. For `qlik-sync config`; decides nothing. */

import { relative } from 'node:path';
import { isObject } from '../core/json.js';
import type { Config, Environment, FleetSource } from './config.js';
import { namesOf } from './expand.js';
import { type KeyPath, type LoadedConfig, readPath } from './file/raw.js';
import { formatDuration } from './option-values.js';
import type { ConfigInput } from './schema.js';
import { redact } from './secrets.js';

interface DescribedValue {
  readonly key: string;
  readonly value: string | number | boolean | readonly string[];
  readonly from: string;
}

/** In the order of the schema. Objects are listed key by key, as they are merged; `[]` is what is not set. */
export function describeSettings(loaded: LoadedConfig, config: Config): readonly DescribedValue[] {
  const { environment } = config;
  const settings = { ...settingsOf(config), ...(environment && settingsOfEnvironment(environment)) };
  return flatten(settings, []).map(({ path, value }) => ({
    key: path.join('.'),
    value: toShown(value),
    from: originOf(loaded, path, environment?.name),
  }));
}

type EnvironmentInput = NonNullable<ConfigInput['environments']>[string];

/** `environments` is shown above the settings, and what an environment says about its tenant below them. */
function settingsOf(
  config: Config,
): Readonly<Record<Exclude<keyof ConfigInput, '$schema' | 'environments'>, unknown>> {
  const { policyCommand, storeCommand } = config;
  return {
    project: config.project,
    extensions: config.extensions,
    ignore: config.ignore,
    lineEndings: config.lineEndings,
    themes: config.themes,
    tags: config.tags,
    prune: config.prune,
    onDrift: config.onDrift,
    store: config.store ?? [],
    storeCredentials: storeCommand === undefined ? [] : { command: describeCommand(storeCommand) },
    driftIgnore: config.driftIgnore,
    origins: config.origins,
    manageOrigins: config.manageOrigins,
    versionPolicy: config.versionPolicy,
    maxDeletes: config.maxDeletes,
    maxDeletePercent: config.maxDeletePercent,
    maxUpdatePercent: config.maxUpdatePercent,
    limitPeriod: formatDuration(config.limitPeriodMs),
    policy: policyCommand === undefined ? [] : { command: describeCommand(policyCommand) },
    impact: config.impact,
    protect: config.protect,
    rules: config.rules,
    backup: config.backup,
    defaultEnvironment: config.defaultEnvironment ?? [],
    fleet: { tenants: config.fleet === undefined ? [] : describeInventory(config.fleet, config) },
  };
}

function settingsOfEnvironment(
  environment: Environment,
): Readonly<Record<Exclude<keyof EnvironmentInput, keyof ConfigInput | 'tenant' | 'auth'>, unknown>> {
  const { protected: isProtected, labels, tenantId = [] } = environment;
  return { protected: isProtected, tenantId, labels };
}

function describeInventory(fleet: FleetSource, { root }: Pick<Config, 'root'>): string | object {
  if (fleet.kind === 'file') return { file: relative(root, fleet.file) };
  return fleet.kind === 'command' ? { command: describeCommand(fleet.command) } : 'the organization';
}

/** A program may get secrets in its arguments, and a config that is code has already expanded them. */
function describeCommand([program, ...args]: readonly string[]): string {
  const rest = args.length === 1 ? '1 argument' : `${args.length} arguments`;
  return args.length === 0 ? `${program}` : `${program}, its ${rest} not shown`;
}

interface Leaf {
  readonly path: readonly string[];
  readonly value: unknown;
}

function flatten(value: object, path: readonly string[]): readonly Leaf[] {
  return Object.entries(value).flatMap(([key, inner]): readonly Leaf[] =>
    isObject(inner) && Object.keys(inner).length > 0
      ? flatten(inner, [...path, key])
      : [{ path: [...path, key], value: inner }],
  );
}

function toShown(value: unknown): DescribedValue['value'] {
  if (isObject(value)) return [];
  if (typeof value === 'number' || typeof value === 'boolean') return value;
  if (Array.isArray(value)) return value.map(toText);
  return toText(value);
}

function toText(value: unknown): string {
  return redact(typeof value === 'string' ? value : JSON.stringify(value));
}

/** The environment's own value wins; what the file does not have is a default. */
function originOf(loaded: LoadedConfig, path: KeyPath, environment: string | undefined): string {
  const own: KeyPath = environment === undefined ? [] : ['environments', environment, ...path];
  const places = [own, path].filter((place) => place.length > 0);
  const found = places.find((place) => readPath(loaded.value, place) !== undefined);
  if (found === undefined) return 'default';
  const line = loaded.locate(found)?.line;
  const file = line === undefined ? loaded.displayFile : `${loaded.displayFile}:${line}`;
  const place = found === own ? `environments.${environment}, ${file}` : file;
  const variables = [...new Set(variablesIn(readPath(loaded.value, found)))];
  return variables.length === 0 ? place : `${place}, with ${variables.join(', ')}`;
}

function variablesIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return namesOf(value);
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(variablesIn) : [];
}
