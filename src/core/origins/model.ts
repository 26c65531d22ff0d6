/** What a plan says about origins: what the tenant's Content Security Policy lacks, and what would be written to it. */

import type { CspSwitch } from './csp.js';
import type { CspEntry, CspEntryBody } from './entry.js';

/** What some extensions need from one host. */
export interface OriginNeed {
  readonly host: string;
  /** In the order of `cspSwitches`. */
  readonly switches: readonly CspSwitch[];
  /** Sorted by name. */
  readonly extensions: readonly string[];
}

/** What the tenant does not open. */
export interface MissingOrigin extends OriginNeed {
  /** `https://` and the host: the name in changes and outcomes. */
  readonly name: string;
  /** The entry to create, or what the existing one has to become. */
  readonly entry: CspEntryBody;
  /** The entry that is for this host and lacks `switches`. */
  readonly present?: CspEntry;
  /** The command of qlik-cli that does it. */
  readonly command: string;
}

/** One entry to be written. */
export interface OriginChange {
  /** `https://` and the host: no extension can be called so. */
  readonly name: string;
  readonly action: 'create' | 'update' | 'delete';
  /** For a person. */
  readonly message: string;
  /** Those that need it. */
  readonly extensions: readonly string[];
  /** What it opens in addition. */
  readonly adds: readonly CspSwitch[];
  /** What it closes. */
  readonly removes: readonly CspSwitch[];
  readonly blocked?: { readonly rail: OriginRail; readonly message: string; readonly lift?: string };
  /** What the tenant holds afterwards; absent for a delete. */
  readonly entry?: CspEntryBody;
  /** Ids of other entries for this host, which a create leaves alone. */
  readonly beside?: readonly string[];
  /** What it holds now; absent for a create. */
  readonly actual?: CspEntry;
}

/** `foreign`: the only entry for this host is somebody else's. `moved`: it is not what the run to be undone left. */
type OriginRail = 'foreign' | 'prune' | 'moved' | 'limit';

export interface OriginBudget {
  readonly entries: { readonly now: number; readonly adds: number; readonly limit: number };
  /** Of the header; how Qlik counts is not documented, so `adds` is an estimate. */
  readonly characters: {
    /** Absent if the tenant did not send its header. */
    readonly now?: number;
    readonly adds: number;
    readonly limit: number;
  };
}

export interface OriginsPlan {
  /** Why the tenant's entries were not read: nothing below is known then. */
  readonly notLookedAt?: string;
  /** Hosts that are declared for what was selected. */
  readonly declared: number;
  readonly missing: readonly MissingOrigin[];
  /** Empty unless the config says `manageOrigins`. */
  readonly changes: readonly OriginChange[];
  /** Ours, no longer declared, and kept without `--prune`. */
  readonly kept: readonly string[];
  readonly budget?: OriginBudget;
}

/** What a plan would write. */
export function originWorkOf<T extends { readonly blocked?: unknown }>(
  origins: { readonly changes: readonly T[] } | undefined,
): readonly T[] {
  return (origins?.changes ?? []).filter(({ blocked }) => blocked === undefined);
}

/** What a rail stops. */
export function blockedOriginsOf<T extends { readonly blocked?: unknown }>(
  origins: { readonly changes: readonly T[] } | undefined,
): readonly T[] {
  return (origins?.changes ?? []).filter(({ blocked }) => blocked !== undefined);
}

/** Those that open a host come first. One write that opens and closes counts as opening. */
export function orderOrigins({ origins }: { readonly origins?: OriginsPlan }): {
  readonly opens: readonly OriginChange[];
  readonly closes: readonly OriginChange[];
} {
  const work = originWorkOf(origins);
  return {
    opens: work.filter(({ adds }) => adds.length > 0),
    closes: work.filter(({ adds }) => adds.length === 0),
  };
}

/** What a plan writes, with the outcomes of as much of it as was tried, in the order of writing. */
export function pairOrigins<Outcome>(
  plan: { readonly origins?: OriginsPlan },
  outcomes: readonly Outcome[] = [],
): readonly (readonly [change: OriginChange, outcome: Outcome | undefined])[] {
  const { opens, closes } = orderOrigins(plan);
  return [...opens, ...closes].map((change, at) => [change, outcomes[at]]);
}

/** How much a plan opens and closes, as its approvals count it. */
export interface OriginNumbers {
  /** Entries that are created, or open more than before. */
  readonly opens: number;
  /** Entries that are deleted, or open less than before. */
  readonly closes: number;
}

export function originNumbersOf(
  origins: { readonly changes: readonly Counted[] } | undefined,
): OriginNumbers {
  const work = originWorkOf(origins);
  return {
    opens: work.filter(({ adds }) => adds.length > 0).length,
    closes: work.filter(({ action, removes }) => action === 'delete' || removes.length > 0).length,
  };
}

interface Counted {
  readonly action: OriginChange['action'];
  readonly adds: readonly string[];
  readonly removes: readonly string[];
  readonly blocked?: unknown;
}

/** What an approval is bound to: what each entry becomes, and what it was. */
export function originDecisions(changes: readonly DecidedOrigin[]): readonly unknown[] {
  return originWorkOf({ changes }).map(({ name, action, adds, removes, actual }) => [
    name,
    action,
    adds,
    removes,
    actual?.id,
  ]);
}

/** The part of a change, of this plan or a reviewed one, that its approval is bound to. */
export interface DecidedOrigin extends Counted {
  readonly name: string;
  readonly actual?: { readonly id: string } | undefined;
}
