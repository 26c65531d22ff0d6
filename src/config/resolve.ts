/** Makes a complete `Config` from what the file says, or reports all its problems at once. */

import { type BaseIssue, safeParse } from 'valibot';
import { ConfigError, type ConfigProblem } from '../core/errors.js';
import { deepestNesting, isObject } from '../core/json.js';
import { assembleConfig } from './assemble.js';
import { chooseEnvironment } from './choose-environment.js';
import type { Config } from './config.js';
import {
  findLoneCredentials,
  findMixedCredentials,
  findSharedTenants,
  findWrittenSecrets,
} from './cross-checks.js';
import type { Variables } from './expand.js';
import { expandConfig } from './expand-config.js';
import { formatKeyPath, type LoadedConfig, readKey } from './file/raw.js';
import { findUnknownKeys, type Problem } from './known-keys.js';
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

/** @throws ConfigError with every problem of the file, each with its key path and, where the format has one, its position */
export function resolveConfig(loaded: LoadedConfig, context: ResolveContext): Config {
  assertTree(loaded);
  const chosen = chooseEnvironment(loaded.value, context);
  const { name } = chosen;
  const expanded = expandConfig(loaded.value, name, context.env);
  const schema = configSchema(context.ruleIds);
  const parsed = safeParse(schema, expanded.value, { abortPipeEarly: true });
  const problems: readonly Problem[] = [
    ...(chosen.problem === undefined ? [] : [chosen.problem]),
    ...findUnknownKeys(loaded.value, schema),
    ...findWrittenSecrets(loaded.value),
    ...expanded.problems,
    ...(parsed.issues ?? []).filter(isNotAboutKeys).map(toProblem),
    ...findMissing(expanded.value, name),
    ...findLoneCredentials(loaded.value),
    ...findMixedCredentials(loaded.value),
    ...findSharedTenants(loaded.value, context.env),
  ];
  if (problems.length > 0 || !parsed.success) throw toError(loaded, problems);
  return assembleConfig(loaded, parsed.output, name);
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
        path: redact(formatKeyPath(path)),
        message: redact(message),
        ...(hint === undefined ? {} : { hint: redact(hint) }),
        ...loaded.locate(path),
      }),
    ),
  );
}

/** YAML anchors and a config in JavaScript can refer to what contains them. @throws ConfigError for that, and deep nesting */
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
