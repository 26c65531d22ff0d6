/** A config file's data before any check, with the position of each key. */

import type { ConfigProblem } from '../../core/errors.js';
import { isObject } from '../../core/json.js';
import type { Labels } from '../../core/labels.js';

export type KeyPath = readonly (string | number)[];

/** A problem before it has a place in the file. */
export type Problem = Pick<ConfigProblem, 'message' | 'hint'> & { readonly path: KeyPath };

/** One tenant of an inventory. */
export interface TenantRow {
  /** Of its environment. */
  readonly name: string;
  /** Every other column that is not empty. */
  readonly labels: Labels;
  /** Where it is written, such as `tenants.csv:12`. */
  readonly place: string;
  /** Every host name of the tenant, if the inventory knows them. */
  readonly hosts?: readonly string[];
}

/** 1-based; columns in UTF-16 code units. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** The position of a key, or of the closest key above it; `undefined` for formats without positions. */
type Locate = (path: KeyPath) => Position | undefined;

/** One file's data, as its format's parser returns it. */
export interface ParsedConfig {
  readonly value: unknown;
  readonly locate: Locate;
}

export interface LoadedConfig extends ParsedConfig {
  /** Absolute. */
  readonly file: string;
  /** Relative to the working directory, with `/`; for messages. */
  readonly displayFile: string;
  /** Absolute: the folder that `extensions` are relative to; for a file in `.config/` the folder above. */
  readonly root: string;
  /** Present if the value has an environment for each tenant of a fleet. */
  readonly fleet?: {
    /** The value as it is written, without those environments. */
    readonly written: unknown;
    readonly rows: ReadonlyMap<string, TenantRow>;
    /** What the template needs from rows that they do not have. */
    readonly problems: readonly Problem[];
  };
}

/** The object's own value, never an inherited one. */
export function readKey(value: unknown, key: string): unknown {
  return isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}

/** The value at the path, or `undefined`. */
export function readPath(value: unknown, path: KeyPath): unknown {
  return path.reduce<unknown>((inner, key) => readKey(inner, String(key)), value);
}

/** As messages name it: a setting of a fleet's tenant is written in the template. */
export function describeKeyPath({ fleet }: Pick<LoadedConfig, 'fleet'>, path: KeyPath): string {
  const [first, name, ...rest] = path;
  const row = first === 'environments' ? fleet?.rows.get(String(name)) : undefined;
  if (row === undefined) return formatKeyPath(path);
  return `${formatKeyPath(['fleet', 'template', ...rest])} of ${row.name} (${row.place})`;
}

/** `environments.prod.extensions[0]` */
export function formatKeyPath(path: KeyPath): string {
  return path.reduce<string>(
    (text, key) => (typeof key === 'number' ? `${text}[${key}]` : text === '' ? key : `${text}.${key}`),
    '',
  );
}
