/** Checked input, its environment merged in and its defaults filled → the `Config`. */

import type { Config, Environment, SourceText } from './config.js';
import { formatKeyPath, type KeyPath, type LoadedConfig, readKey } from './raw.js';
import type { ConfigInput } from './schema.js';

/** @param name the environment in use, one of the input's */
export function assembleConfig(loaded: LoadedConfig, input: ConfigInput, name: string | undefined): Config {
  const { environments = {}, ...base } = input;
  const own = name === undefined ? undefined : environments[name];
  const merged = { ...defaults, ...base, ...own };
  return {
    file: loaded.file,
    displayFile: loaded.displayFile,
    root: loaded.root,
    project: merged.project,
    extensions: merged.extensions,
    ignore: merged.ignore,
    tags: [...new Set(merged.tags)],
    prune: merged.prune,
    onDrift: merged.onDrift,
    versionPolicy: merged.versionPolicy,
    maxDeletes: merged.maxDeletes,
    maxDeletePercent: merged.maxDeletePercent,
    maxUpdatePercent: merged.maxUpdatePercent,
    protect: merged.protect,
    rules: mergeRules(base.rules, own?.rules),
    ...(name === undefined ? {} : { environment: describeEnvironment(loaded, name, own?.protected) }),
  };
}

const defaults = {
  project: '',
  extensions: [],
  ignore: [],
  tags: [],
  prune: false,
  onDrift: 'stop',
  versionPolicy: 'warn',
  maxDeletes: 5,
  maxDeletePercent: 30,
  maxUpdatePercent: 100,
  protect: [],
} as const;

function mergeRules(base: ConfigInput['rules'], own: ConfigInput['rules']): Config['rules'] {
  const merged = Object.entries({ ...base, ...own });
  return Object.fromEntries(
    merged.flatMap(([id, severity]) => (severity === undefined ? [] : [[id, severity]])),
  );
}

function describeEnvironment(
  loaded: LoadedConfig,
  name: string,
  isProtected: boolean | undefined,
): Environment {
  const tenant = readText(loaded, ['environments', name, 'tenant']);
  const apiKey = readText(loaded, ['environments', name, 'auth', 'apiKey']);
  return {
    name,
    protected: isProtected ?? false,
    ...(tenant === undefined ? {} : { tenant }),
    ...(apiKey === undefined ? {} : { apiKey }),
  };
}

function readText(loaded: LoadedConfig, path: KeyPath): SourceText | undefined {
  const text = path.reduce<unknown>((value, key) => readKey(value, String(key)), loaded.value);
  return typeof text === 'string' ? { text, path: formatKeyPath(path), ...loaded.locate(path) } : undefined;
}
