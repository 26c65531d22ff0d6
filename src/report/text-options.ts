/** How a report is shown to people. */

import type { Paint } from './paint.js';

/** `verbose` adds what is usually only counted: info findings and left-out files by name. */
export interface TextOptions {
  readonly paint: Paint;
  readonly detail: 'quiet' | 'normal' | 'verbose';
}
