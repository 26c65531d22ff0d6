/** A config file's settings: complete, readonly, checked. */

import type { LineEndings } from '../core/content/line-endings.js';
import type { Labels } from '../core/labels.js';
import type { OnDrift, Severity, VersionPolicy } from '../core/model.js';
import type { OriginsSetting } from '../core/origins/csp.js';

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
  /** `lf`: texts are uploaded with LF, whatever line endings the checkout has. */
  readonly lineEndings: LineEndings;
  /** `auto`: the tenant is asked for themes if the folders hold one, or a run recorded here wrote one. */
  readonly themes: 'auto' | 'always' | 'never';
  /** Without qlik-sync's ownership tag, each once. */
  readonly tags: readonly string[];
  readonly prune: boolean;
  readonly onDrift: OnDrift;
  readonly versionPolicy: VersionPolicy;
  readonly maxDeletes: number;
  readonly maxDeletePercent: number;
  readonly maxUpdatePercent: number;
  /** Milliseconds for which `watch --interval` counts towards these limits. */
  readonly limitPeriodMs: number;
  readonly protect: readonly string[];
  /** Which changes to look up the affected apps for; changes of used extensions then need an approved number. */
  readonly impact: 'off' | 'deletes' | 'always';
  /** By rule id. */
  readonly rules: Readonly<Record<string, Severity | 'off'>>;
  /** How much of the history to keep: the most runs, and the oldest in days. */
  readonly backup: { readonly keep: number; readonly days: number };
  /** The address of the store; absent if what a run leaves stays on its machine. */
  readonly store?: string;
  /** A program and its arguments that print the credentials of `store` (`storeCredentials`). */
  readonly storeCommand?: readonly string[];
  /** Names of the variables that it refers to. */
  readonly storeVariables?: readonly string[];
  /** Drift that is ignored until the end of a day. */
  readonly driftIgnore: readonly DriftIgnore[];
  /** Hosts that extensions load from, by their names or globs. */
  readonly origins: OriginsSetting;
  /** Whether entries for them are written to the tenant's Content Security Policy. */
  readonly manageOrigins: boolean;
  /** A program and its arguments that must accept a plan before it is applied (`policy`). */
  readonly policyCommand?: readonly string[];
  /** Names of the variables that it refers to. */
  readonly policyVariables?: readonly string[];
  /** The file's default, which may not be the environment in use. */
  readonly defaultEnvironment?: string;
  /** Where the tenants of a fleet are listed. */
  readonly fleet?: FleetSource;
  /** The environment in use, whose settings are merged into all of the above. */
  readonly environment?: Environment;
}

export interface DriftIgnore {
  /** A name or glob. */
  readonly name: string;
  readonly reason: string;
  /** `YYYY-MM-DD`: the last day, in UTC. */
  readonly until: string;
}

/** All as written; `file` also as an absolute path. */
export type FleetSource =
  | { readonly kind: 'file'; readonly written: string; readonly file: string }
  | { readonly kind: 'command'; readonly command: readonly string[] }
  | {
      readonly kind: 'organization';
      readonly auth: EnvironmentAuth;
      /** In place of Qlik's console. */
      readonly console?: SourceText;
    };

export interface Environment {
  readonly name: string;
  readonly protected: boolean;
  readonly labels: Labels;
  /** The id of its tenant, if the config gives it. */
  readonly tenantId?: string;
  /** The origin that stands for its tenant, if several lead to it. */
  readonly identity?: string;
  /** As written: its variables are expanded only when it is used, so a run against another tenant needs none of them. */
  readonly tenant?: SourceText;
  readonly auth?: EnvironmentAuth;
}

/** Either `apiKey`, or `clientId` and `clientSecret`; a checked config has no other combination. */
export interface EnvironmentAuth {
  readonly apiKey?: SourceText | SecretCommand;
  readonly clientId?: SourceText;
  readonly clientSecret?: SourceText | SecretCommand;
}

/** A program that prints a secret, and its place in the config. */
export interface SecretCommand extends Omit<SourceText, 'text'> {
  /** The program and its arguments, as written. */
  readonly command: readonly string[];
}

/** A text of the config file, and its place there. */
export interface SourceText {
  readonly text: string;
  /** Key path such as `environments.prod.tenant`. */
  readonly path: string;
  readonly line?: number;
  readonly column?: number;
}

/** Such as `qlik-sync.config.json:12:5`; without positions if the format has none. */
export function placeIn(displayFile: string, { line, column }: Omit<SourceText, 'text' | 'path'>): string {
  return [displayFile, line, column].filter((part) => part !== undefined).join(':');
}
