/** The content of a seeded app: a pure function of the tenant's seed, the app's id and its number. */

import { createRandom, type Random } from '../items/random.js';
import type { AppContent, AppObject, AppSheet, MasterItem, Opening } from './app.js';

export interface SeedingRules {
  readonly seed: number;
  /** Extensions that objects use besides Qlik's own charts; earlier ones are used more often. */
  readonly extensions: readonly string[];
  /** Themes that apps have besides Qlik's own. */
  readonly themes: readonly string[];
  /** `none`: every app opens at once. */
  readonly refusals: 'seeded' | 'none';
  /** Owners of private sheets. */
  readonly users: readonly [string, ...string[]];
}

/** Those of `examples/`, then some that a tenant might have had before qlik-sync. */
export const usualExtensions: readonly string[] = [
  'status-board',
  'progress-ring',
  'kpi-card',
  'hello-table',
  'sankey',
  'bubble-map',
  'heat-table',
  'old-gauge',
];

/** That of `examples/`, and some that a tenant might have had before qlik-sync. */
export const usualThemes: readonly string[] = ['meadow', 'corporate', 'old-brand'];

/** Every close code of Qlik's engine and of its proxy. */
export const closeCodes = [
  4203, 4204, 4205, 4206, 4210, 4211, 4220, 4222, 4230, 4240, 4001, 4002, 4003, 4004, 4005, 4006,
] as const;

const nativeCharts = [
  'barchart',
  'linechart',
  'kpi',
  'table',
  'piechart',
  'filterpane',
  'text-image',
] as const;

const qliksThemes = ['sense', 'card', 'breeze', 'horizon'] as const;

const slowMs = 120;

/** @param number the item's place among the seeded ones, from 0 */
export function seedApp(rules: SeedingRules, appId: string, number: number): AppContent {
  const random = createRandom(hash(`${rules.seed} ${appId}`));
  const names = rules.extensions.filter((_, rank) => random.chance(shareOf(rank)));
  return {
    opening: rules.refusals === 'none' ? { kind: 'opens' } : openingOf(number),
    sheets: Array.from({ length: 1 + random.integer(4) }, () => seedSheet(random, names, rules.users)),
    masterItems: Array.from({ length: random.integer(4) }, () => seedMasterItem(random, names)),
    ...seedTheme(random, rules.themes),
  };
}

/** Chosen last, so that the rest of an app is the same whatever themes there are. No app has the last one. */
function seedTheme(random: Random, themes: readonly string[]): Pick<AppContent, 'theme'> {
  if (random.chance(50)) return {};
  return {
    theme: random.chance(50) ? random.pick(qliksThemes) : random.pick(['sense', ...themes.slice(0, -1)]),
  };
}

/** Percentage of apps that may use the extension of this rank; no app uses every seventh one. */
function shareOf(rank: number): number {
  return rank % 7 === 6 ? 0 : Math.max(1, Math.round(30 / (1 + rank)));
}

/** One app in 25 refuses to open, with each code in turn (transient ones just once, every other time); one in 25 is slow. */
function openingOf(number: number): Opening {
  if (number % 25 === 13) return { kind: 'slow', ms: slowMs };
  if (number % 25 !== 7) return { kind: 'opens' };
  const turn = Math.floor(number / 25);
  const code = closeCodes[turn % closeCodes.length] ?? closeCodes[0];
  const isTransient = [4003, 4205, 4206, 4211, 4240].includes(code);
  return {
    kind: 'refuses',
    code,
    ...(isTransient && Math.floor(turn / closeCodes.length) % 2 === 0 && { times: 1 }),
  };
}

function seedSheet(random: Random, names: readonly string[], users: SeedingRules['users']): AppSheet {
  const isPrivate = random.chance(15);
  return {
    id: random.uuid(),
    title: `${random.pick(['Overview', 'Details', 'Trend', 'Regions'])} ${1 + random.integer(9)}`,
    ...(isPrivate && { privateTo: random.pick(users) }),
    objects: Array.from({ length: 2 + random.integer(6) }, () => seedObject(random, names, 0)),
  };
}

function seedObject(random: Random, names: readonly string[], depth: number): AppObject {
  const id = objectId(random);
  const title = `${random.pick(['Sales', 'Margin', 'Orders', 'Stock'])} by ${random.pick(['region', 'month', 'team'])}`;
  if (depth < 3 && random.chance(12)) {
    const children = Array.from({ length: 1 + random.integer(3) }, () =>
      seedObject(random, names, depth + 1),
    );
    return {
      id,
      type: random.pick(['container', 'sn-tabbed-container', 'sn-layout-container']),
      title,
      children,
    };
  }
  return { id, type: typeOf(random, names), title };
}

function seedMasterItem(random: Random, names: readonly string[]): MasterItem {
  const id = objectId(random);
  return { id, title: `Master ${id.toLowerCase()}`, visualization: typeOf(random, names) };
}

function typeOf(random: Random, names: readonly string[]): string {
  const [first, ...others] = names;
  return first !== undefined && random.chance(35)
    ? random.pick([first, ...others])
    : random.pick(nativeCharts);
}

/** Seven letters, much as Qlik's clients make them; unique enough within an app. */
function objectId(random: Random): string {
  const letters = 'ABCDEFGHJKLMNPQRSTUVWXYZabcdefghjkmnpqrstuvwxyz';
  return Array.from({ length: 7 }, () => letters[random.integer(letters.length)]).join('');
}

/** FNV-1a, 32 bits. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (const byte of Buffer.from(text)) value = Math.imul(value ^ byte, 0x01000193);
  return value >>> 0;
}
