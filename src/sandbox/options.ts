/** How a sandbox is started, and what a program gets back. */

import type { OrganizationTenant } from '../tenant/wire/organization.js';
import type { StoreAccess } from './store/start-store.js';

/** Undocumented behaviour of Qlik: each field is an open question, its default the likelier answer. */
export interface Behaviour {
  /** Whether tags survive a PATCH that carries a file and no `data.tags`. */
  readonly tagsOnFileOnlyPatch: 'keep' | 'lose';
  /** Whether content types that Qlik's older help pages list make an upload fail. */
  readonly contentTypeRule: 'on' | 'off';
  /** `ignore`: a PATCH answers 200 and applies only the file and `data.tags`. */
  readonly metadataOnPatch: 'apply' | 'ignore';
  /** `drop`: a tenant that keeps no tags at all. */
  readonly tags: 'keep' | 'drop';
  /** How much every write raises a record's revision counter: `1.0.0`, `2.0.0`, … */
  readonly revisionStep: number;
  /** Whether a sent `data.checksum` comes back. */
  readonly checksum: 'keep' | 'drop';
  /** What "MB" in the upload limits means: 2^20 or 10^6 bytes. */
  readonly megabyte: 'binary' | 'decimal';
  /** Whether a theme and an extension may have the same name. */
  readonly themeNames: 'separate' | 'shared';
  /** The answer to a PATCH of a theme: according to the documentation a list, which does not say of what. */
  readonly themePatch: 'list' | 'record';
  /** What every key may do with themes: `no-list` nothing, `no-download` everything except reading whole archives. */
  readonly themeRights: 'all' | 'no-download' | 'no-list';
  /** Whether the scheme is removed from the origin of a CSP entry. */
  readonly cspOrigin: 'strip' | 'keep';
  readonly cspDescription: 'keep' | 'drop';
  /** Whether there may be two CSP entries for one origin. */
  readonly cspDuplicates: 'accept' | 'refuse';
  /** What happens to a CSP entry that exceeds one of Qlik's limits. */
  readonly cspLimits: 'refuse' | 'accept';
  /** What an administrator's key may do with CSP entries, as a custom role may leave rights out. */
  readonly cspRights: 'all' | 'list-only' | 'none';
  /** Whether paging links carry scheme and host. `@qlik/api` can follow absolute ones only. */
  readonly pageLinks: 'absolute' | 'relative';
}

export interface TierRates {
  /** Reads a minute. */
  readonly tier1: number;
  /** Writes a minute. */
  readonly tier2: number;
}

type Optional<T> = { readonly [K in keyof T]?: T[K] | undefined };

/** The engine's apps. */
export interface EngineOptions {
  /** Seeded apps besides published copies; default 150. */
  readonly apps?: number | undefined;
  /** Extensions that their objects use besides Qlik's own charts; earlier names are used more often. */
  readonly extensions?: readonly string[] | undefined;
  /** Themes that apps have besides Qlik's own; no app has the last. */
  readonly themes?: readonly string[] | undefined;
  /** The least time that opening an app takes, in milliseconds. */
  readonly openMs?: number | undefined;
  /** `none`: every app opens at once; `seeded`, the default: a few refuse with each close code, a few are slow. */
  readonly refusals?: 'seeded' | 'none' | undefined;
}

export interface SandboxOptions extends Optional<Behaviour> {
  /** Folder that holds the tenant; without one it lives in memory and is gone after `close`. */
  readonly dir?: string | undefined;
  /** 0, the default, takes a free port. */
  readonly port?: number | undefined;
  /** The least time that every answer takes, in milliseconds. */
  readonly latencyMs?: number | undefined;
  readonly rate?: TierRates | undefined;
  /** Seconds of the sliding window in which the rates are judged. */
  readonly windowSeconds?: number | undefined;
  /** Determines the seeded items. A folder keeps the seed it was created with. */
  readonly seed?: number | undefined;
  /** The administrator's key; by default the folder's own, or a random one. */
  readonly apiKey?: string | undefined;
  /** Key of a user who may list and read only. */
  readonly userKey?: string | undefined;
  /** The OAuth client that may do everything; by default one of its own. */
  readonly client?: { readonly id: string; readonly secret: string } | undefined;
  /** Serves the console of an organization with this many tenants too, each on a port of its own. */
  readonly organization?: number | undefined;
  /** Seconds that an access token lasts; default 21,600, as with Qlik. */
  readonly tokenSeconds?: number | undefined;
  readonly engine?: EngineOptions | undefined;
  /** Whether to serve an object store too, on a port of its own. */
  readonly store?: 'served' | 'none' | undefined;
  /** Milliseconds since the epoch; for tests of time. */
  readonly clock?: (() => number) | undefined;
}

export interface RunningSandbox {
  /** `http://127.0.0.1:<port>` */
  readonly url: string;
  readonly apiKey: string;
  readonly userKey: string;
  /** May write extensions, but not read whole archives. */
  readonly publisherKey: string;
  /** An OAuth client that may do everything. */
  readonly clientId: string;
  readonly clientSecret: string;
  /** The object store, if one was requested. */
  readonly store?: StoreAccess;
  /** The tenants that the console lists, if one was requested. */
  readonly tenants?: readonly OrganizationTenant[];
  /** Ends open connections and resolves once no request can change anything. */
  readonly close: () => Promise<void>;
}

/** The likelier answers. */
const likely: Behaviour = {
  tagsOnFileOnlyPatch: 'keep',
  contentTypeRule: 'on',
  metadataOnPatch: 'apply',
  tags: 'keep',
  revisionStep: 1,
  checksum: 'drop',
  megabyte: 'binary',
  themeNames: 'separate',
  themePatch: 'list',
  themeRights: 'all',
  cspOrigin: 'strip',
  cspDescription: 'keep',
  cspDuplicates: 'accept',
  cspLimits: 'refuse',
  cspRights: 'all',
  pageLinks: 'absolute',
};

export function resolveBehaviour(options: SandboxOptions): Behaviour {
  const given = Object.entries(options).filter(([name, value]) => name in likely && value !== undefined);
  return { ...likely, ...Object.fromEntries(given) };
}
