/** Makes a complete `Config` from what the file says, or reports all its problems at once. */

import { type BaseIssue, safeParse } from 'valibot';
import { ConfigError, type ConfigProblem } from '../core/errors.js';
import { deepestNesting, isObject, omit } from '../core/json.js';
import { assembleConfig, fleetSource } from './assemble.js';
import { chooseEnvironment } from './choose-environment.js';
import type { Config, FleetSource } from './config.js';
import {
  findLoneCredentials,
  findMixedCredentials,
  findSameTenants,
  findSharedTenants,
  findWrittenSecrets,
  type SameTenants,
} from './cross-checks.js';
import type { Variables } from './expand.js';
import { expandConfig } from './expand-config.js';
import { describeKeyPath, type LoadedConfig, type Problem, readKey } from './file/raw.js';
import { findUnknownKeys } from './known-keys.js';
import { configSchema } from './schema.js';
import { redact } from './secrets.js';

export type { Config } from './config.js';

interface ResolveContext {
  /** `--env`; without it the file's `defaultEnvironment` is used. */
  readonly environment?: string | undefined;
  /** The environment variables. */
  readonly env: Variables;
  /** The rules that `rules` may name. */
  readonly ruleIds: readonly string[];
}

/** @throws ConfigError with every problem of the file, each with its key path and, if the format has one, its position */
export function resolveConfig(loaded: LoadedConfig, context: ResolveContext): Config {
  const { keys, schema, others, same } = checkFile(loaded, context);
  const chosen = chooseEnvironment(loaded.value, context);
  const { name } = chosen;
  const own = withOnly(loaded.value, name);
  const expanded = expandConfig(own, name, context.env);
  const parsed = safeParse(schema, expanded.value, { abortPipeEarly: true });
  const problems: readonly Problem[] = [
    ...(chosen.problem === undefined ? [] : [chosen.problem]),
    ...keys,
    ...expanded.problems,
    ...(parsed.issues ?? []).filter(isNotAboutKeys).map(toProblem),
    ...findMissing(expanded.value, name),
    ...others,
  ];
  if (problems.length > 0 || !parsed.success) throw toError(loaded, eachOnce(problems));
  return assembleConfig(loaded, parsed.output, name, { env: context.env, same });
}

/**
 * Where the tenants of the fleet are listed; `undefined` if the config has no fleet.
 *
 * @throws ConfigError with everything that is wrong with `fleet`
 */
export function readFleetSource(
  loaded: LoadedConfig,
  context: Omit<ResolveContext, 'environment'>,
): FleetSource | undefined {
  if (readKey(loaded.value, 'fleet') === undefined) return undefined;
  const { keys, others } = checkFile(loaded, context);
  const problems = [...keys, ...others].filter(({ path: [first] }) => first === 'fleet');
  if (problems.length > 0) throw toError(loaded, problems);
  return fleetSource(loaded, context.env);
}

/**
 * Called before a run on several environments, so that what is wrong for all of them is reported once.
 *
 * @throws ConfigError
 */
export function assertUsable(loaded: LoadedConfig, context: Omit<ResolveContext, 'environment'>): void {
  const { keys, others, shared } = checkFile(loaded, context);
  const problems = [...keys, ...others, ...inheritedByAll(shared(), loaded)];
  if (problems.length > 0) throw toError(loaded, eachOnce(problems));
}

/** Without problems of keys that some environment overrides: those are reported only for the others. */
function inheritedByAll(problems: readonly Problem[], { value }: LoadedConfig): readonly Problem[] {
  const environments = readKey(value, 'environments');
  const all = isObject(environments) ? Object.values(environments) : [];
  return problems.filter(({ path: [key] }) =>
    all.every((own) => key === undefined || readKey(own, String(key)) === undefined),
  );
}

/** For each origin of a tenant that has several, the one that stands for it. @throws ConfigError for what is not a tree */
export function sameTenants(loaded: LoadedConfig, context: Omit<ResolveContext, 'environment'>): SameTenants {
  return checkFile(loaded, context).same;
}

/** Resolving one environment costs the same however many others the file has. */
function withOnly(value: unknown, name: string | undefined): unknown {
  const environments = readKey(value, 'environments');
  if (!isObject(value) || !isObject(environments)) return value;
  const own = name === undefined ? [] : [[name, readKey(environments, name)]];
  return { ...omit(value, ['fleet']), environments: Object.fromEntries(own) };
}

type ConfigSchema = ReturnType<typeof configSchema>;

/** What does not depend on the environment in use. */
interface CheckedFile {
  readonly env: Variables;
  readonly ruleIds: readonly string[];
  readonly schema: ConfigSchema;
  readonly keys: readonly Problem[];
  readonly others: readonly Problem[];
  /** What environments inherit. A function, as only a run over several needs it. */
  readonly shared: () => readonly Problem[];
  readonly same: SameTenants;
}

const checkedFiles = new WeakMap<LoadedConfig, CheckedFile>();

/** Once for each file, for any number of its environments. @throws ConfigError for what is not a tree */
function checkFile(loaded: LoadedConfig, { env, ruleIds }: ResolveContext): CheckedFile {
  const known = checkedFiles.get(loaded);
  if (known?.env === env && known.ruleIds === ruleIds) return known;
  assertTree(loaded);
  const value = loaded.fleet?.written ?? loaded.value;
  const schema = schemaFor(ruleIds);
  const expanded = expandConfig(value, undefined, env);
  const { issues = [] } = safeParse(schema, expanded.value, { abortPipeEarly: true });
  const found = issues.filter(isNotAboutKeys).map(toProblem);
  const same = findSameTenants(loaded, env);
  const checked: CheckedFile = {
    ...{ env, ruleIds, schema, same },
    keys: [...findUnknownKeys(value, schema), ...findWrittenSecrets(value)],
    others: [
      ...found.filter(isOfEnvironments),
      ...(loaded.fleet?.problems ?? []),
      ...findLoneCredentials(value),
      ...findMixedCredentials(value),
      ...findSharedTenants(loaded.value, env, same),
    ],
    shared: () => [
      ...[...expanded.problems, ...found].filter((problem) => !isOfEnvironments(problem)),
      ...findMissing(expanded.value, undefined),
    ],
  };
  checkedFiles.set(loaded, checked);
  return checked;
}

const schemas = new WeakMap<readonly string[], ConfigSchema>();

/** Once for each list: a session and a fleet need it again and again. */
function schemaFor(ruleIds: readonly string[]): ConfigSchema {
  const schema = schemas.get(ruleIds) ?? configSchema(ruleIds);
  schemas.set(ruleIds, schema);
  return schema;
}

/** The other problems are found again with those of the environment in use, which may add what is missing. */
function isOfEnvironments({ path: [first] }: Problem): boolean {
  return first === 'environments' || first === 'fleet';
}

function eachOnce(problems: readonly Problem[]): readonly Problem[] {
  const known = new Map(
    problems.map((problem) => [JSON.stringify([problem.path, problem.message]), problem]),
  );
  return [...known.values()];
}

/** The schema reports only one unknown key; `findUnknownKeys` reports all. */
function isNotAboutKeys(issue: BaseIssue<unknown>): boolean {
  return issue.expected !== 'never';
}

function toProblem(issue: BaseIssue<unknown>): Problem {
  const path = (issue.path ?? []).map((item) => (typeof item.key === 'number' ? item.key : String(item.key)));
  return { path, message: issue.message };
}

function findMissing(value: unknown, name: string | undefined): readonly Problem[] {
  if (!isObject(value)) return [];
  const own = name === undefined ? undefined : readKey(readKey(value, 'environments'), name);
  const examples = { project: '"project": "acme-charts-7f3a"', extensions: '"extensions": ["extensions/*"]' };
  return Object.entries(examples)
    .filter(([key]) => readKey(value, key) === undefined && readKey(own, key) === undefined)
    .map(([key, example]) => ({ path: [key], message: 'is missing', hint: `e.g. ${example}` }));
}

function toError(loaded: LoadedConfig, problems: readonly Problem[]): ConfigError {
  return new ConfigError(
    loaded.displayFile,
    problems.map(
      ({ path, message, hint }): ConfigProblem => ({
        path: redact(describeKeyPath(loaded, path)),
        message: redact(message),
        ...(hint === undefined ? {} : { hint: redact(hint) }),
        ...loaded.locate(path),
      }),
    ),
  );
}

/**
 * YAML anchors and a config in JavaScript can refer to what contains them.
 *
 * @throws ConfigError for that, and deep nesting
 */
function assertTree({ value, displayFile }: Pick<LoadedConfig, 'value' | 'displayFile'>): void {
  const holders = new Set<unknown>();
  const visit = (part: unknown): void => {
    if (typeof part !== 'object' || part === null) return;
    if (holders.has(part)) throw failed(displayFile, 'contains a part that refers to itself');
    if (holders.size > deepestNesting)
      throw failed(displayFile, `is nested more than ${deepestNesting} levels deep`);
    holders.add(part);
    for (const child of Object.values(part)) visit(child);
    holders.delete(part);
  };
  visit(value);
}

function failed(displayFile: string, message: string): ConfigError {
  return new ConfigError(displayFile, [{ path: '', message }]);
}
