/** What a config file comes to: total, readonly, checked. */

import type { OnDrift, Severity, VersionPolicy } from '../core/model.js';

export interface Config {
  /** Absolute. */
  readonly file: string;
  /** The file as messages show it. */
  readonly displayFile: string;
  /** Absolute: the folder that `extensions` are relative to. */
  readonly root: string;
  readonly project: string;
  /** Globs, relative to `root`, with `/`. */
  readonly extensions: readonly string[];
  /** Patterns in gitignore syntax. */
  readonly ignore: readonly string[];
  /** Without our own ownership tag, each once. */
  readonly tags: readonly string[];
  readonly prune: boolean;
  readonly onDrift: OnDrift;
  readonly versionPolicy: VersionPolicy;
  readonly maxDeletes: number;
  readonly maxDeletePercent: number;
  readonly maxUpdatePercent: number;
  readonly protect: readonly string[];
  /** By rule id. */
  readonly rules: Readonly<Record<string, Severity | 'off'>>;
  /** The environment in use, whose settings are merged into all of the above. */
  readonly environment?: Environment;
}

export interface Environment {
  readonly name: string;
  readonly protected: boolean;
  /** As written, before variables are expanded; so a run against another tenant needs none of them. */
  readonly tenant?: SourceText;
  readonly apiKey?: SourceText;
}

/** A text of the config file and where it stands. */
export interface SourceText {
  readonly text: string;
  /** Key path such as `environments.prod.tenant`. */
  readonly path: string;
  readonly line?: number;
  readonly column?: number;
}
