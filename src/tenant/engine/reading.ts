/** The result of opening one app. */

import type { AppContent } from '../../core/impact/impact.js';

/** `T`: the content that was requested. */
export type Reading<T = AppContent> = { readonly kind: 'read'; readonly content: T } | Unopened;

export interface Unopened {
  readonly kind: 'unopened';
  /** Why, for people. The engine's own words are quoted as JSON and no longer than 200 characters. */
  readonly reason: string;
  /** `passing`: another run may well succeed. */
  readonly lasts: 'passing' | 'lasting';
  readonly halts: Halts;
}

/**
 * When it ends the reading of all other apps. `never`: it concerns this app only · `repeated`: several in a row mean
 * that no engine is available · `at-once`: the engine asks everyone to stay away for longer than a run waits.
 */
export type Halts = 'never' | 'repeated' | 'at-once';
