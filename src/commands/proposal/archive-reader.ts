/** The archives of this run's tenant, and how many had to be downloaded. */

import { type ArchiveReader, createArchiveReader } from '../../reconcile/archives.js';
import type { Connection } from '../connect.js';
import type { Io } from '../io.js';
import type { Settings } from '../settings.js';

export interface CountingReader {
  readonly readArchive: ArchiveReader;
  readonly downloads: () => number;
}

export function openArchiveReader(
  { config, flags }: Settings,
  { extensions, identity }: Connection,
  io: Io,
): CountingReader {
  let downloads = 0;
  const readArchive = createArchiveReader({
    extensions,
    root: config.root,
    tenant: identity,
    cache: flags.cache === false ? 'off' : 'on',
    signal: io.interrupted,
    onDownload: () => {
      downloads += 1;
    },
  });
  return { readArchive, downloads: () => downloads };
}
