/** What opening one app came to. */

import type { AppContent } from '../../core/app-content.js';

export type Reading = { readonly kind: 'read'; readonly content: AppContent } | Unopened;

export interface Unopened {
  readonly kind: 'unopened';
  /** Why, for a person; holds nothing that the app or the engine could have made up at will. */
  readonly reason: string;
  /** `passing`: another run may well read it. */
  readonly lasts: 'passing' | 'lasting';
}
