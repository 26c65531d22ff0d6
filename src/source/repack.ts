/** A packer that remembers: for `watch`, which packs the same extensions again and again. */

import type { DesiredExtension } from '../core/model.js';
import { type PackedBefore, type Packer, pack, packAgain } from './pack.js';

/** Bytes of archives that are remembered; the longest unused go first. */
const defaultMemory = 64 * 2 ** 20;

/** Gives the very bytes that `pack` gives. */
export function createRepacker(maxBytes: number = defaultMemory): Packer {
  const remembered = new Map<string, PackedBefore>();

  function remember(extension: DesiredExtension, packed: PackedBefore): void {
    remembered.delete(extension.name);
    remembered.set(extension.name, packed);
    let bytes = [...remembered.values()].reduce((sum, { archive }) => sum + archive.size, 0);
    for (const [name, { archive }] of remembered) {
      if (bytes <= maxBytes) return;
      remembered.delete(name);
      bytes -= archive.size;
    }
  }

  return async (extension) => {
    const before = remembered.get(extension.name);
    const archive = before === undefined ? await pack(extension) : await packAgain(extension, before);
    remember(extension, { archive, files: extension.files });
    return archive;
  };
}
