/** Archives within an extension: Qlik fails uploads that contain them. Documents that are zips inside are none. */

import { readZipDirectory } from '../zip/directory.js';
import { UnreadableArchiveError } from '../zip/unreadable.js';

const zipType = 'application/zip';

const starts: readonly (readonly [start: string, type: string])[] = [
  ['7z\xbc\xaf\x27\x1c', 'application/x-7z-compressed'],
  ['Rar!\x1a\x07', 'application/x-rar'],
  ['PK\x05\x06', zipType],
];

/** One compressed file may be anything, such as a drawing (`svgz`); with these suffixes it is an archive. */
const gzipSuffixes: ReadonlySet<string> = new Set(['gz', 'tgz']);

const gzipType = 'application/gzip';

const archiveTypes: ReadonlySet<string> = new Set([
  zipType,
  gzipType,
  'application/x-7z-compressed',
  'application/x-rar',
  'application/x-tar',
]);

/** @param type as `archiveType` gives it, or any other content type */
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

/** Whether it begins like an archive, be it one or a document. */
export function isArchiveStart(head: string): boolean {
  return head.startsWith(zipStart) || head.startsWith(gzipStart);
}

const documentSuffixes: ReadonlySet<string> = new Set(
  'docx docm dotx dotm xlsx xlsm xltx xltm xlsb pptx pptm potx potm ppsx ppsm vsdx odt ods odp odg odf ott ots otp epub'.split(
    ' ',
  ),
);

/** What every document of Office has. */
const officeTypes = '[Content_Types].xml';

/** Office's own folders. Packages of NuGet and of Visual Studio share all else with its documents. */
const officeEntry = /^(?:word|xl|ppt|visio)\//;

/**
 * Office documents begin with `[Content_Types].xml` or with any other entry, depending on the program; OpenDocument and
 * EPUB with `mimetype`.
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
