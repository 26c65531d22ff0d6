/** Whether a folder would have certain other content with different line endings, as in another checkout of it. */

import { countEndings, withCrlf, withoutReturns } from '../../core/content/line-endings.js';
import { type DigestedFile, digestOf } from '../../core/digest.js';
import { SourceError } from '../../core/errors.js';
import type { DesiredExtension, KeptFile } from '../../core/model.js';
import { digestArchive, sha256Of } from './archive.js';
import { readUnchanged } from './pack.js';

/**
 * How many files differ; `undefined` if more than line endings does. Files with both kinds of endings may be among them, or
 * be the same everywhere, as git does not change them.
 */
export function countOtherEndings(
  extension: DesiredExtension,
  isOther: (digest: string) => boolean,
): number | undefined {
  return othersOf(extension).find(({ digest }) => isOther(digest))?.different;
}

/** A folder with other line endings. */
interface Other {
  readonly digest: string;
  readonly different: number;
}

const knownOthers = new WeakMap<DesiredExtension['files'], readonly Other[]>();

/** Read and digested once for all tenants that hold something else; the result belongs to the files as they were read. */
function othersOf(extension: DesiredExtension): readonly Other[] {
  const known = knownOthers.get(extension.files);
  if (known !== undefined) return known;
  const others = [...listOthers(extension, textsOf(extension))].map((files) => ({
    digest: digestOf(files),
    different: countDifferent(extension.files, files),
  }));
  knownOthers.set(extension.files, others);
  return others;
}

/** The same against an archive, file by file. @throws UnreadableArchiveError */
export async function countOtherEndingsIn(
  extension: DesiredExtension,
  archive: Uint8Array,
  counts: (path: string) => boolean,
): Promise<number | undefined> {
  const { digest } = await digestArchive(archive, counts, 'lf');
  const withLf = change(extension, textsOf(extension), { to: 'lf', mixed: 'changed' });
  if (digest !== digestOf(withLf)) return undefined;
  return countDifferent(extension.files, (await digestArchive(archive, counts)).files);
}

function countDifferent(files: readonly KeptFile[], others: readonly DigestedFile[]): number {
  const hashes = new Map(others.map(({ path, sha256 }) => [path, sha256]));
  return files.filter(({ path, sha256 }) => hashes.get(path) !== sha256).length;
}

/** A text with each kind of endings throughout, by its SHA-256. */
interface Text {
  readonly lf: string;
  readonly crlf: string;
  readonly isMixed: boolean;
}

/** A digest of each takes about 10 µs. */
const mostOthers = 256;

/**
 * A repository may hold some texts with CRLF and others with LF, and a checkout on Windows has all of them with CRLF: only
 * trying shows which were which. If there are too many combinations, only those that checkouts make of whole folders.
 */
function* listOthers(
  extension: DesiredExtension,
  texts: ReadonlyMap<string, Text>,
): Generator<readonly DigestedFile[]> {
  for (const way of ways) yield change(extension, texts, way);
  const choices = extension.files.map(({ path, sha256 }) => {
    const text = texts.get(path);
    return { path, hashes: text === undefined ? [sha256] : [...new Set([text.lf, text.crlf, sha256])] };
  });
  const number = choices.reduce((product, { hashes }) => product * hashes.length, 1);
  for (let nth = 0; number <= mostOthers && nth < number; nth++) yield choose(choices, nth);
}

interface Choice {
  readonly path: string;
  readonly hashes: readonly string[];
}

/** @param nth a number whose digits, each in the base of its file's choices, say which of them to take */
function choose(choices: readonly Choice[], nth: number): readonly DigestedFile[] {
  let rest = nth;
  return choices.map(({ path, hashes }) => {
    const sha256 = hashes[rest % hashes.length] ?? '';
    rest = Math.floor(rest / hashes.length);
    return { path, sha256 };
  });
}

/** What checkouts do to texts. */
const ways = [
  { to: 'lf', mixed: 'changed' },
  { to: 'crlf', mixed: 'kept' },
  { to: 'lf', mixed: 'kept' },
  { to: 'crlf', mixed: 'changed' },
] as const;

function change(
  { files }: DesiredExtension,
  texts: ReadonlyMap<string, Text>,
  { to, mixed }: (typeof ways)[number],
): readonly DigestedFile[] {
  return files.map(({ path, sha256 }) => {
    const text = texts.get(path);
    return { path, sha256: text === undefined || (text.isMixed && mixed === 'kept') ? sha256 : text[to] };
  });
}

const knownTexts = new WeakMap<DesiredExtension['files'], ReadonlyMap<string, Text>>();

function textsOf(extension: DesiredExtension): ReadonlyMap<string, Text> {
  const texts = knownTexts.get(extension.files) ?? tryToRead(extension);
  knownTexts.set(extension.files, texts);
  return texts;
}

/** A file that changes meanwhile is reported when it is uploaded. */
function tryToRead(extension: DesiredExtension): ReadonlyMap<string, Text> {
  try {
    return new Map(
      extension.files.flatMap((file) => {
        const text = readText(extension, file);
        return text === undefined ? [] : [[file.path, text]];
      }),
    );
  } catch (error) {
    if (error instanceof SourceError) return new Map();
    throw error;
  }
}

function readText(extension: DesiredExtension, file: KeptFile): Text | undefined {
  const content = readUnchanged(extension, file);
  const endings = countEndings(content);
  if (endings === undefined || endings.crlf + endings.lf === 0) return undefined;
  return {
    lf: endings.crlf === 0 ? file.sha256 : sha256Of(withoutReturns(content)),
    crlf: endings.lf === 0 ? file.sha256 : sha256Of(withCrlf(content)),
    isMixed: endings.crlf > 0 && endings.lf > 0,
  };
}
