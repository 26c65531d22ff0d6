/** Archives inside an extension make Qlik refuse the upload; documents that are zip files (Office, EPUB) do not. */

import { readZipDirectory } from '../zip/directory.js';
import { UnreadableArchiveError } from '../zip/unreadable.js';

const zipType = 'application/zip';

const starts: readonly (readonly [start: string, type: string])[] = [
  ['7z\xbc\xaf\x27\x1c', 'application/x-7z-compressed'],
  ['Rar!\x1a\x07', 'application/x-rar'],
  ['PK\x05\x06', zipType],
];

/** gzip data may be anything, such as a compressed drawing (`svgz`); only with these suffixes is it an archive. */
const gzipSuffixes: ReadonlySet<string> = new Set(['gz', 'tgz']);

const gzipType = 'application/gzip';

const archiveTypes: ReadonlySet<string> = new Set([
  zipType,
  gzipType,
  'application/x-7z-compressed',
  'application/x-rar',
  'application/x-tar',
]);

/** @param type as `archiveType` returns it, or any other content type */
export function isArchiveType(type: string): boolean {
  return archiveTypes.has(type);
}

/** @param head the first 64 bytes as Latin-1 */
export function archiveType(suffix: string, head: string, content: Buffer): string | undefined {
  if (head.startsWith(zipStart)) return isDocument(suffix, content) ? undefined : zipType;
  if (head.startsWith(gzipStart)) return gzipSuffixes.has(suffix) ? gzipType : undefined;
  const known = starts.find(([start]) => head.startsWith(start));
  if (known !== undefined) return known[1];
  return content.toString('latin1', 257, 262) === 'ustar' ? 'application/x-tar' : undefined;
}

const zipStart = 'PK\x03\x04';

const gzipStart = '\x1f\x8b';

/** Whether the content begins like an archive; it may still turn out to be a document. */
export function isArchiveStart(head: string): boolean {
  return head.startsWith(zipStart) || head.startsWith(gzipStart);
}

const documentSuffixes: ReadonlySet<string> = new Set(
  'docx docm dotx dotm xlsx xlsm xltx xltm xlsb pptx pptm potx potm ppsx ppsm vsdx odt ods odp odg odf ott ots otp epub'.split(
    ' ',
  ),
);

/** The entry that every Office document has. */
const officeTypes = '[Content_Types].xml';

/** Office's own folders. NuGet and Visual Studio packages have everything else in common with its documents. */
const officeEntry = /^(?:word|xl|ppt|visio)\//;

/**
 * Depending on the program, an Office document begins with `[Content_Types].xml` or with any other entry; OpenDocument
 * and EPUB begin with `mimetype`.
 */
function isDocument(suffix: string, content: Buffer): boolean {
  const entries = listEntries(content);
  if (entries === undefined) return documentSuffixes.has(suffix) || isDocumentStart(content);
  if (entries[0] === 'mimetype') return true;
  const isOffice = documentSuffixes.has(suffix) || entries.includes(officeTypes);
  return isOffice && entries.some((path) => officeEntry.test(path));
}

function listEntries(content: Buffer): readonly string[] | undefined {
  try {
    return readZipDirectory(content).map(({ path }) => path);
  } catch (error) {
    if (error instanceof UnreadableArchiveError) return undefined;
    throw error;
  }
}

/** By the name in the first local header. */
function isDocumentStart(content: Buffer): boolean {
  const name = content.toString('latin1', 30, 64);
  return name.startsWith(officeTypes) || name.startsWith('mimetype') || officeEntry.test(name);
}
