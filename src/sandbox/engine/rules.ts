/** What the engine's answers depend on besides the items. */

import { seedPeople } from '../items/seed.js';
import type { EngineOptions } from '../options.js';
import { type SeedingRules, usualExtensions, usualThemes } from './seed-app.js';

export interface EngineRules {
  readonly seeding: SeedingRules;
  /** Milliseconds. */
  readonly openMs: number;
  /** By app id: how often it has refused to open. */
  readonly refused: Map<string, number>;
}

/** Owns private sheets that neither key may see. */
const somebodyElse = 'somebody-else';

export function resolveEngine(seed: number, options: EngineOptions = {}): EngineRules {
  const { extensions = usualExtensions, themes = usualThemes, openMs = 0, refusals = 'seeded' } = options;
  const { adminId, userId } = seedPeople(seed);
  return {
    seeding: { seed, extensions, themes, refusals, users: [adminId, userId, somebodyElse] },
    openMs,
    refused: new Map(),
  };
}
