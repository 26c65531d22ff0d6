/** Files of the sandbox's own folder. */

import { rmSync, type WriteFileOptions, writeFileSync } from 'node:fs';
import { nameFile } from '../../core/system-error.js';

/** A failure names the file, and leaves no half of it. @throws SystemError */
export function writeFile(path: string, content: string | Uint8Array, options?: WriteFileOptions): void {
  try {
    writeFileSync(path, content, options);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') rmSync(path, { force: true });
    throw nameFile(error, path);
  }
}
