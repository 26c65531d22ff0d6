/**
 * The archives of one look: packed while the tenant's list is on its way, and returned for upload only as they were
 * reported.
 */

import { SourceError } from '../../core/errors.js';
import type { DesiredExtension } from '../../core/model.js';
import type { Archive, Packer } from '../archive/pack.js';
import type { UploadCheck } from './upload-check.js';

interface PacksOptions {
  readonly pack: Packer;
  /** The archives of the contents that were looked at last, by name: shared by the looks of a session. */
  readonly digests: Map<string, string>;
  readonly uploadCheck: Pick<UploadCheck, 'confirms'>;
}

export interface Packs {
  /** To be called with what was read; `save`: what differs from the look before will most likely be uploaded. */
  readonly onRead: (read: readonly DesiredExtension[], why: 'save' | 'everything') => void;
  /** @throws SourceError for a folder that is being written */
  readonly pack: Packer;
  /** Names for which it threw: they wake the loop again once they are at rest. */
  readonly unconfirmed: ReadonlySet<string>;
}

/** A checkout changes many at once; their archives would only wait for the tenant. */
const mostEarly = 8;

interface Begun {
  readonly digest: string;
  readonly archive: Promise<Archive>;
}

export function createPacks({ pack, digests, uploadCheck }: PacksOptions): Packs {
  const begun = new Map<string, Begun>();
  const unconfirmed = new Set<string>();

  function begin(saved: readonly DesiredExtension[]): void {
    let before: Promise<unknown> = Promise.resolve();
    for (const extension of saved) {
      const archive = before.then(() => pack(extension));
      before = archive.catch(() => undefined);
      begun.set(extension.name, { digest: extension.digest, archive });
    }
  }

  async function packOnce(extension: DesiredExtension): Promise<Archive> {
    const early = begun.get(extension.name);
    return early?.digest === extension.digest ? early.archive : pack(extension);
  }

  return {
    unconfirmed,
    onRead: (read, why) => {
      const changed = read.filter(({ name, digest }) => digests.get(name) !== digest);
      for (const { name, digest } of changed) digests.set(name, digest);
      if (why === 'save' && changed.length <= mostEarly) begin(changed);
    },
    pack: async (extension) => {
      if (uploadCheck.confirms(extension)) {
        try {
          return await packOnce(extension);
        } catch (error) {
          if (!(error instanceof SourceError) || uploadCheck.confirms(extension)) throw error;
        }
      }
      unconfirmed.add(extension.name);
      throw new SourceError('it is being written', { file: extension.displayFolder });
    },
  };
}
