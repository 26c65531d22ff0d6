import type { Connection } from './connect.js';
import type { Io } from './io.js';
import type { Settings } from './settings.js';

/** Where a run reads from and writes to, and what it may know of itself. */
export interface RunPlace {
  readonly settings: Settings;
  readonly connection: Connection;
  readonly io: Io;
}
