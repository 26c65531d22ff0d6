/** Which extensions the tenants of a fleet hold, in which versions, and who is behind. Pure. */

import { type Kind, kindOf } from './kind.js';
import { compareTexts } from './order.js';
import { compareVersions, hasOrder } from './version.js';

/** What one tenant holds of its project. */
export interface SeenTenant {
  readonly environment: string;
  readonly extensions: readonly SeenExtension[];
  /** The kinds that its key may not list though the project deploys them: whether it holds any is unknown. */
  readonly unlisted?: readonly Kind[];
}

interface SeenExtension {
  readonly name: string;
  readonly version?: string;
  /** Identifies the content; absent if nothing on the record does. */
  readonly content?: string;
}

export interface FleetStatus {
  /** How many tenants were read. */
  readonly seen: number;
  /** By name. */
  readonly extensions: readonly ExtensionStatus[];
  /** Those with an older version than the newest of the fleet, in the order in which they were given. */
  readonly behind: readonly EnvironmentBehind[];
  /** Those whose themes are unknown, because their key may not list them. */
  readonly unlisted: readonly string[];
}

interface ExtensionStatus {
  readonly name: string;
  readonly kind: Kind;
  /** Newest first; those that cannot be ordered come last. */
  readonly versions: readonly HeldVersion[];
  /** Environments that do not hold it. */
  readonly absent: readonly string[];
}

export interface HeldVersion {
  /** Absent where the manifest has none. */
  readonly version?: string;
  readonly environments: readonly string[];
  /** How many different contents have this version. */
  readonly contents: number;
  /** Older than the newest of the fleet; a version without an order is not. */
  readonly behind: boolean;
}

interface EnvironmentBehind {
  readonly environment: string;
  readonly extensions: readonly string[];
}

export function fleetStatusOf(tenants: readonly SeenTenant[]): FleetStatus {
  const holders = new Map<string, Holder[]>();
  for (const { environment, extensions } of tenants) {
    for (const extension of extensions) {
      const others = holders.get(extension.name);
      if (others === undefined) holders.set(extension.name, [{ ...extension, environment }]);
      else others.push({ ...extension, environment });
    }
  }
  const all = tenants.map(({ environment }) => environment);
  const unlisted = tenants.filter(({ unlisted: kinds = [] }) => kinds.length > 0);
  const extensions = [...holders]
    .sort(([a], [b]) => compareTexts(a, b))
    .map(([name, held]) => statusOf(name, held, tenants));
  return {
    seen: tenants.length,
    extensions,
    behind: findBehind(extensions, all),
    unlisted: unlisted.map(({ environment }) => environment),
  };
}

interface Holder extends SeenExtension {
  readonly environment: string;
}

function statusOf(name: string, holders: readonly Holder[], tenants: readonly SeenTenant[]): ExtensionStatus {
  const kind = kindOf(name);
  const byVersion = new Map<string | undefined, Holder[]>();
  for (const holder of holders) {
    const same = byVersion.get(holder.version);
    if (same === undefined) byVersion.set(holder.version, [holder]);
    else same.push(holder);
  }
  const versions = [...byVersion.keys()].sort(newestFirst);
  const [newest] = versions;
  const holding = new Set(holders.map(({ environment }) => environment));
  const others = tenants.filter(({ environment }) => !holding.has(environment));
  return {
    ...{ name, kind },
    versions: versions.map((version) => {
      const held = byVersion.get(version) ?? [];
      return {
        ...(version !== undefined && { version }),
        environments: held.map(({ environment }) => environment),
        contents: new Set(held.map(({ content }) => content)).size,
        behind: (compareVersions(version, newest) ?? 0) < 0,
      };
    }),
    absent: others
      .filter(({ unlisted }) => unlisted?.includes(kind) !== true)
      .map(({ environment }) => environment),
  };
}

function newestFirst(a: string | undefined, b: string | undefined): number {
  const [isA, isB] = [hasOrder(a), hasOrder(b)];
  if (isA !== isB) return isA ? -1 : 1;
  return compareVersions(b, a) || compareTexts(a ?? '', b ?? '');
}

function findBehind(
  extensions: readonly ExtensionStatus[],
  all: readonly string[],
): readonly EnvironmentBehind[] {
  const behind = new Map<string, string[]>();
  for (const { name, versions } of extensions) {
    for (const environment of versions.flatMap((each) => (each.behind ? each.environments : []))) {
      behind.set(environment, [...(behind.get(environment) ?? []), name]);
    }
  }
  return all.flatMap((environment) => {
    const names = behind.get(environment);
    return names === undefined ? [] : [{ environment, extensions: names }];
  });
}
