/** Archives as other programs make them. */

import { createHash } from 'node:crypto';
import JSZip from 'jszip';
import { digestOf, md5Of } from '../../../src/core/digest.js';
import { archiveName } from '../../../src/core/marker.js';

export type Contents = Readonly<Record<string, string | Buffer>>;

export function zipOf(contents: Contents): Promise<Buffer> {
  const zip = new JSZip();
  for (const [path, content] of Object.entries(contents)) zip.file(path, content);
  return zip.generateAsync({ type: 'nodebuffer', compression: 'DEFLATE' });
}

/** As rule version 1 would have named it, when it still counted every file. */
export async function zipOfVersion1(
  contents: Contents,
): Promise<{ readonly bytes: Buffer; readonly name: string }> {
  const bytes = await zipOf(contents);
  const files = Object.entries(contents).map(([path, content]) => ({
    path,
    sha256: createHash('sha256').update(content).digest('hex'),
  }));
  return { bytes, name: archiveName(digestOf(files), md5Of(bytes)).replace(/^qs\d+/, 'qs1') };
}
