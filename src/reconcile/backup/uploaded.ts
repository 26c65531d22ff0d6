/**
 * The archives that a session uploaded last. A save overwrites what the one before it uploaded, and the stored copy of that
 * is compared with the bytes that are still here: as strict as its digest, and a tenth of the work.
 */

/** What was noted is there to be taken once, or not at all: whoever takes it can do without. */
export interface UploadedArchives {
  readonly note: (md5: string, bytes: Uint8Array) => void;
  readonly take: (md5: string) => Uint8Array | undefined;
}

/** As many as the packer of a session remembers, which holds the same bytes. */
const mostBytes = 64 * 2 ** 20;

export function createUploadedArchives(most: number = mostBytes): UploadedArchives {
  const archives = new Map<string, Uint8Array>();
  let held = 0;

  function take(md5: string): Uint8Array | undefined {
    const bytes = archives.get(md5);
    archives.delete(md5);
    held -= bytes?.length ?? 0;
    return bytes;
  }

  return {
    take,
    note: (md5, bytes) => {
      take(md5);
      archives.set(md5, bytes);
      held += bytes.length;
      for (const oldest of archives.keys()) {
        if (held <= most) return;
        take(oldest);
      }
    },
  };
}
