/** A config file's data before any check, with the position of each key. */

import { isObject } from '../../core/json.js';

export type KeyPath = readonly (string | number)[];

/** 1-based; columns in UTF-16 code units. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** The position of a key, or of the closest key above it; `undefined` for formats without positions. */
type Locate = (path: KeyPath) => Position | undefined;

/** One file's data, as its format's parser gives it. */
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
}

/** The object's own value, never an inherited one. */
export function readKey(value: unknown, key: string): unknown {
  return isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}

/** The value at the path, or `undefined`. */
export function readPath(value: unknown, path: KeyPath): unknown {
  return path.reduce<unknown>((inner, key) => readKey(inner, String(key)), value);
}

/** `environments.prod.extensions[0]` */
export function formatKeyPath(path: KeyPath): string {
  return path.reduce<string>(
    (text, key) => (typeof key === 'number' ? `${text}[${key}]` : text === '' ? key : `${text}.${key}`),
    '',
  );
}
