/** What opening one app came to. */

import type { AppContent } from '../../core/impact/impact.js';

export type Reading = { readonly kind: 'read'; readonly content: AppContent } | Unopened;

export interface Unopened {
  readonly kind: 'unopened';
  /** Why, for a person. Words of the engine's own are in quotation marks, as JSON, and no longer than 200 characters. */
  readonly reason: string;
  /** `passing`: another run may well read it. */
  readonly lasts: 'passing' | 'lasting';
  readonly halts: Halts;
}

/**
 * What it means for all other apps. `never`: nothing, since the engine answered about this one · `repeated`: where it
 * goes on like this there is no engine to be had · `at-once`: all are asked to stay away for longer than a run waits.
 */
export type Halts = 'never' | 'repeated' | 'at-once';
