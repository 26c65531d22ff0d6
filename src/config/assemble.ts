/** Makes the `Config` from checked input: merges the environment in and fills in the defaults. */

import { resolve } from 'node:path';
import { withoutUndefined } from '../core/json.js';
import type {
  Config,
  Environment,
  EnvironmentAuth,
  FleetSource,
  SecretCommand,
  SourceText,
} from './config.js';
import { originOf, type SameTenants } from './cross-checks.js';
import { expand, namesOf, type Variables } from './expand.js';
import { describeKeyPath, type KeyPath, type LoadedConfig, readKey, readPath } from './file/raw.js';
import { readDuration } from './option-values.js';
import type { ConfigInput } from './schema.js';

/** What a run knows besides the input. */
interface Known {
  readonly env: Variables;
  readonly same: SameTenants;
}

/** @param name the environment in use, one of the input's */
export function assembleConfig(
  loaded: LoadedConfig,
  input: ConfigInput,
  name: string | undefined,
  known: Known,
): Config {
  const { environments = {}, ...base } = input;
  const own = name === undefined ? undefined : environments[name];
  const merged = { ...defaults, ...base, ...own };
  const fleet = fleetSource(loaded, known.env);
  return {
    file: loaded.file,
    displayFile: loaded.displayFile,
    root: loaded.root,
    project: merged.project,
    extensions: merged.extensions,
    ignore: merged.ignore,
    lineEndings: merged.lineEndings,
    themes: merged.themes,
    tags: [...new Set(merged.tags)],
    prune: merged.prune,
    onDrift: merged.onDrift,
    versionPolicy: merged.versionPolicy,
    maxDeletes: merged.maxDeletes,
    maxDeletePercent: merged.maxDeletePercent,
    maxUpdatePercent: merged.maxUpdatePercent,
    limitPeriodMs: readDuration(merged.limitPeriod) ?? 0,
    protect: merged.protect,
    impact: merged.impact,
    rules: mergeRules(base.rules, own?.rules),
    driftIgnore: merged.driftIgnore,
    origins: mergeOrigins(base.origins, own?.origins),
    manageOrigins: merged.manageOrigins,
    ...(merged.store !== undefined && { store: merged.store }),
    ...(merged.storeCredentials !== undefined && {
      storeCommand: merged.storeCredentials.command,
      storeVariables: variablesOf(loaded, 'storeCredentials', own === undefined ? undefined : name),
    }),
    backup: { ...defaults.backup, ...base.backup, ...own?.backup },
    ...(merged.policy !== undefined && {
      policyCommand: merged.policy.command,
      policyVariables: variablesOf(loaded, 'policy', own === undefined ? undefined : name),
    }),
    ...(merged.defaultEnvironment !== undefined && { defaultEnvironment: merged.defaultEnvironment }),
    ...(fleet !== undefined && { fleet }),
    ...(name === undefined ? {} : { environment: describeEnvironment(loaded, name, own, known) }),
  };
}

/** Where its tenants are listed, whether or not they are read in this run; `undefined` if there is no fleet. */
export function fleetSource(loaded: LoadedConfig, env: Variables): FleetSource | undefined {
  const path = ['fleet', 'tenants'];
  const tenants = readPath(loaded.value, path);
  const [written, command] = [readKey(tenants, 'file'), readKey(tenants, 'command')];
  if (typeof written === 'string')
    return { kind: 'file', written, file: resolve(loaded.root, expand(written, env).text) };
  if (Array.isArray(command)) return { kind: 'command', command: command.map(String) };
  if (readKey(tenants, 'organization') === undefined) return undefined;
  const console = readText(loaded, [...path, 'organization', 'console']);
  const auth = describeAuth(loaded, [...path, 'organization', 'auth']);
  return { kind: 'organization', auth, ...(console !== undefined && { console }) };
}

/** For a command, which an environment may have of its own. */
function variablesOf(
  { value }: LoadedConfig,
  key: 'policy' | 'storeCredentials',
  environment: string | undefined,
): readonly string[] {
  const own = environment && readPath(value, ['environments', environment, key, 'command']);
  const words = own ?? readPath(value, [key, 'command']);
  return Array.isArray(words) ? words.flatMap((word) => namesOf(String(word))) : [];
}

const defaults = {
  project: '',
  extensions: [],
  ignore: [],
  lineEndings: 'as-is',
  themes: 'auto',
  tags: [],
  prune: false,
  onDrift: 'stop',
  versionPolicy: 'warn',
  maxDeletes: 5,
  maxDeletePercent: 30,
  maxUpdatePercent: 100,
  limitPeriod: '24h',
  protect: [],
  impact: 'off',
  driftIgnore: [],
  manageOrigins: false,
  backup: { keep: 20, days: 90 },
} as const;

function mergeRules(base: ConfigInput['rules'], own: ConfigInput['rules']): Config['rules'] {
  const merged = Object.entries({ ...base, ...own });
  return Object.fromEntries(
    merged.flatMap(([id, severity]) => (severity === undefined ? [] : [[id, severity]])),
  );
}

/** Objects merge, and so do those within; lists of directives replace. */
function mergeOrigins(base: ConfigInput['origins'], own: ConfigInput['origins']): Config['origins'] {
  const keys = [...new Set([...Object.keys(base ?? {}), ...Object.keys(own ?? {})])];
  return Object.fromEntries(keys.map((key) => [key, { ...base?.[key], ...own?.[key] }]));
}

function describeEnvironment(
  loaded: LoadedConfig,
  name: string,
  own: NonNullable<ConfigInput['environments']>[string] | undefined,
  { env, same }: Known,
): Environment {
  const tenant = readText(loaded, ['environments', name, 'tenant']);
  const identity = tenant && same.get(originOf(tenant.text, env) ?? '');
  return {
    name,
    protected: own?.protected ?? false,
    labels: own?.labels ?? {},
    ...(tenant === undefined ? {} : { tenant }),
    ...(identity !== undefined && { identity }),
    ...(own?.tenantId !== undefined && { tenantId: own.tenantId }),
    auth: describeAuth(loaded, ['environments', name, 'auth']),
  };
}

function describeAuth(loaded: LoadedConfig, path: KeyPath): EnvironmentAuth {
  return withoutUndefined({
    apiKey: readSecret(loaded, [...path, 'apiKey']),
    clientId: readText(loaded, [...path, 'clientId']),
    clientSecret: readSecret(loaded, [...path, 'clientSecret']),
  });
}

function readText(loaded: LoadedConfig, path: KeyPath): SourceText | undefined {
  const text = readPath(loaded.value, path);
  return typeof text === 'string' ? { text, ...placeOf(loaded, path) } : undefined;
}

/** The schema guarantees that a command is a list of texts. */
function readSecret(loaded: LoadedConfig, path: KeyPath): SourceText | SecretCommand | undefined {
  const command = readKey(readPath(loaded.value, path), 'command');
  if (!Array.isArray(command)) return readText(loaded, path);
  return { command: command.map(String), ...placeOf(loaded, path) };
}

function placeOf(loaded: LoadedConfig, path: KeyPath): Omit<SourceText, 'text'> {
  return { path: describeKeyPath(loaded, path), ...loaded.locate(path) };
}
