/** Content types by first bytes, as far as Qlik refuses them; the names are libmagic's. */

/** Formats that hold NUL bytes but are recognised, so not `application/octet-stream`. */
const binaryFormats: readonly RegExp[] = [
  /^\x89PNG/, // png
  /^\xff\xd8\xff/, // jpeg
  /^GIF8/,
  /^RIFF/, // webp, wav
  /^BM/,
  /^\x00\x00[\x01\x02]\x00/, // ico, cur
  /^(wOFF|wOF2|OTTO|ttcf|true|\x00\x01\x00\x00)/, // fonts
  /^.{34}LP/s, // eot
  /^%PDF/,
  /^\x00asm/, // wasm
  /^\x00\x00\x00.ftyp/s, // mp4
  /^(ID3|OggS|fLaC|\xff\xfb)/,
  /^(II\*\x00|MM\x00\*)/, // tiff
  /^(\xff\xfe|\xfe\xff)/, // UTF-16 text
];

const refusedFormats: readonly (readonly [RegExp, string])[] = [
  [/^MZ/, 'application/x-dosexec'],
  [/^\x7fELF/, 'application/x-executable'],
  [/^\xca\xfe\xba\xbe/, 'application/x-java-applet'],
  [/^#! ?\S*\/(env +)?(ba|da|k|z|c|tc)?sh\b/, 'text/x-shellscript'],
  [/^#! ?\S*\/(env +)?gawk\b/, 'text/x-gawk'],
  [/^#! ?\S*\/(env +)?nawk\b/, 'text/x-nawk'],
  [/^#! ?\S*\/(env +)?awk\b/, 'text/x-awk'],
  [/^<\?php/i, 'text/x-php'],
  [/^@echo off/i, 'text/x-msdos-batch'],
];

const archives = /^(PK\x03\x04|PK\x05\x06|7z\xbc\xaf\x27\x1c|Rar!\x1a\x07|\x1f\x8b)/;

const officeDocuments = /\.(docx|xlsx|pptx|odt|ods|odp)$/i;

export function isArchive(path: string, content: Buffer): boolean {
  return archives.test(head(content)) && !officeDocuments.test(path);
}

/** The content type that makes an upload fail, if the content has one. */
export function refusedType(content: Buffer): string | undefined {
  const start = head(content);
  const refused = refusedFormats.find(([pattern]) => pattern.test(start));
  if (refused !== undefined) return refused[1];
  const known = archives.test(start) || binaryFormats.some((pattern) => pattern.test(start));
  return !known && content.includes(0) ? 'application/octet-stream' : undefined;
}

function head(content: Buffer): string {
  return content.toString('latin1', 0, 64);
}
