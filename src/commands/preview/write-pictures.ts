/** The pictures of an extension as files: `<name>.old.png`, `<name>.new.png`, `<name>.diff.png`. */

import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { UserError } from '../../core/errors.js';
import { exitCodes } from '../../core/exit-codes.js';
import { reasonOf } from '../../core/system-error.js';
import type { Pictures } from '../../preview/preview.js';
import { displayPath } from '../../source/display.js';
import { discard, writeAtomically } from '../../source/write-atomically.js';

export interface WrittenPicture {
  /** Relative to the working directory. */
  readonly shown: string;
  readonly base64: string;
}

const suffixes: Readonly<Record<keyof Pictures, string>> = {
  old: '.old.png',
  new: '.new.png',
  difference: '.diff.png',
};

const kinds = Object.keys(suffixes) as readonly (keyof Pictures)[];

/**
 * Removes pictures of an earlier run that this one does not have, so that no file shows what was not drawn.
 * @param out absolute
 * @throws UserError if one cannot be written
 */
export async function writePictures(
  name: string,
  pictures: Pictures,
  { out, cwd }: { readonly out: string; readonly cwd: string },
): Promise<Readonly<Partial<Record<keyof Pictures, WrittenPicture>>>> {
  const written: Partial<Record<keyof Pictures, WrittenPicture>> = {};
  for (const kind of kinds) {
    const file = join(out, `${shorten(name)}${suffixes[kind]}`);
    const picture = pictures[kind];
    if (picture === undefined) await discard(file);
    else written[kind] = await writePicture(file, displayPath(cwd, file), picture);
  }
  return written;
}

async function writePicture(file: string, shown: string, picture: Buffer): Promise<WrittenPicture> {
  try {
    await writeAtomically(file, picture);
  } catch (cause) {
    throw new UserError(`The picture ${shown} cannot be written: ${reasonOf(cause)}`, {
      exitCode: exitCodes.incomplete,
      cause,
    });
  }
  return { shown, base64: picture.toString('base64') };
}

/** The name of a file has at most 255 bytes, and a longer suffix while it is written. A letter has at most four. */
function shorten(name: string): string {
  if (Buffer.byteLength(name) <= 200) return name;
  const digest = createHash('sha256').update(name).digest('hex').slice(0, 12);
  return `${[...name].slice(0, 45).join('')}-${digest}`;
}
