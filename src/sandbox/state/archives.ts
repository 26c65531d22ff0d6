/** The bytes of stored archives, each under the id of its upload, so no two writers share one. */

import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { makeFolders } from '../../source/make-folders.js';
import { writeFile } from './write-file.js';

export interface Archives {
  readonly put: (fileId: string, bytes: Buffer) => Promise<void>;
  readonly get: (fileId: string) => Promise<Buffer | undefined>;
  readonly remove: (fileId: string) => Promise<void>;
}

export function memoryArchives(): Archives {
  const stored = new Map<string, Buffer>();
  return {
    put: async (fileId, bytes) => void stored.set(fileId, bytes),
    get: async (fileId) => stored.get(fileId),
    remove: async (fileId) => void stored.delete(fileId),
  };
}

export function diskArchives(dir: string): Archives {
  const pathOf = (fileId: string) => join(dir, `${fileId}.zip`);
  return {
    put: async (fileId, bytes) => {
      makeFolders(dir);
      writeFile(pathOf(fileId), bytes);
    },
    get: (fileId) =>
      readFile(pathOf(fileId)).catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return undefined;
        throw error;
      }),
    remove: (fileId) => rm(pathOf(fileId), { force: true }),
  };
}
