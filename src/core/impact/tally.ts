/** Counts the uses of each extension from the contents of apps. Pure. */

import { foldName } from '../names.js';
import { compareTexts } from '../order.js';
import type { AppContent, AppFacts, AppUse, ExtensionImpact, Impact } from './impact.js';
import { isNative, isOwnedByQlik } from './native-types.js';

/** One app's use of one type. */
interface TypeUse {
  readonly type: string;
  /** Ids. */
  readonly objects: readonly string[];
  /** Titles. */
  readonly masterItems: readonly string[];
}

/** An app that was read, reduced to the types in question. */
export interface AppReading {
  readonly app: AppFacts;
  readonly uses: readonly TypeUse[];
}

/** @param namesOf the names in question that a type counts as; empty for any other type */
export function findUses(
  content: AppContent,
  namesOf: (type: string) => readonly string[],
): readonly TypeUse[] {
  const found = new Map<string, { objects: string[]; masterItems: string[] }>();
  const useOf = (name: string) => {
    const use = found.get(name) ?? { objects: [], masterItems: [] };
    found.set(name, use);
    return use;
  };
  const note = (type: string, add: (use: ReturnType<typeof useOf>) => void): void => {
    for (const name of namesOf(type)) add(useOf(name));
  };
  for (const { id, type } of content.objects) note(type, ({ objects }) => objects.push(id));
  for (const { title, type } of content.masterItems) note(type, ({ masterItems }) => masterItems.push(title));
  return [...found].map(([type, use]) => ({ type, ...use }));
}

/**
 * Finds extensions by the types of objects. Whether Qlik compares types with regard to case is undocumented, so a type
 * that differs only in case counts as a use of every extension that it may mean: nothing is reported unused too early.
 * Qlik's own charts are spelled in one way only.
 */
export function createNaming(extensions: Iterable<string>): (type: string) => readonly string[] {
  const names = new Set(extensions);
  const folded = new Map<string, readonly string[]>();
  for (const name of names) folded.set(foldName(name), [...(folded.get(foldName(name)) ?? []), name]);
  return (type) => {
    if (names.has(type)) return [type];
    return isNative(type) ? [] : (folded.get(foldName(type)) ?? []);
  };
}

/** One entry for each name, including those without a use; the most used first. */
export function tallyExtensions(
  names: Iterable<string>,
  readings: readonly AppReading[],
): readonly ExtensionImpact[] {
  const usesOf = new Map<string, AppUse[]>([...new Set(names)].map((name) => [name, []]));
  for (const { app, uses } of readings) {
    for (const { type, objects, masterItems } of uses) usesOf.get(type)?.push({ app, objects, masterItems });
  }
  const tallied = [...usesOf].map(([extension, uses]) => ({
    extension,
    uses: uses.sort(byAudience),
    ...(isOwnedByQlik(extension) && { countsNative: true as const }),
  }));
  return tallied.sort(byReach);
}

interface Reach {
  readonly apps: number;
  /** Summed over the apps: a person who opens two of them counts twice. Absent where the tenant measures no usage. */
  readonly people?: number;
  readonly views?: number;
}

export function reachOf(uses: readonly AppUse[]): Reach {
  const measured = uses.flatMap(({ app }) => (app.usage === undefined ? [] : [app.usage]));
  if (measured.length === 0 && uses.length > 0) return { apps: uses.length };
  return {
    apps: uses.length,
    people: measured.reduce((sum, { users }) => sum + users, 0),
    views: measured.reduce((sum, { views }) => sum + views, 0),
  };
}

/** Whether "no app uses it" is justified: there are visible apps, every one was read, and nothing is missing. */
export function isWhole({ apps, unopened, missing }: Impact): boolean {
  return apps.listed > 0 && unopened.length === 0 && missing.length === 0;
}

function byAudience(a: AppUse, b: AppUse): number {
  return (
    (b.app.usage?.users ?? 0) - (a.app.usage?.users ?? 0) ||
    (b.app.usage?.views ?? 0) - (a.app.usage?.views ?? 0) ||
    compareTexts(a.app.name, b.app.name) ||
    compareTexts(a.app.id, b.app.id)
  );
}

function byReach(a: ExtensionImpact, b: ExtensionImpact): number {
  const [first, second] = [reachOf(a.uses), reachOf(b.uses)];
  return (
    (second.people ?? 0) - (first.people ?? 0) ||
    second.apps - first.apps ||
    compareTexts(a.extension, b.extension)
  );
}
