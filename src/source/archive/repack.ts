/** Packs the same extensions again and again, as `watch` does, and compresses only what changed. */

import type { DesiredExtension, KeptFile } from '../../core/model.js';
import { type Archive, generate, type Packer, pack } from './pack.js';

/** Bytes of archives that are remembered; those unused for longest are dropped first. */
const defaultMemory = 64 * 2 ** 20;

/** Gives exactly the bytes that `pack` gives. */
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

/**
 * The same bytes with less work: files that did not change keep their compressed data, as jszip does for entries
 * of a loaded zip. Only where the paths are the same, since entries keep the order they came in.
 */
async function packAgain(extension: DesiredExtension, before: PackedBefore): Promise<Archive> {
  const old = new Map(before.files.map((file) => [file.path, file.sha256]));
  const changed = extension.files.filter((file) => old.get(file.path) !== file.sha256);
  const samePaths =
    old.size === extension.files.length && extension.files.every((file) => old.has(file.path));
  if (!samePaths) return pack(extension);
  const { default: JSZip } = await import('jszip');
  return generate(await JSZip.loadAsync(before.archive.bytes, { createFolders: false }), extension, changed);
}

interface PackedBefore {
  readonly archive: Archive;
  readonly files: readonly KeptFile[];
}
