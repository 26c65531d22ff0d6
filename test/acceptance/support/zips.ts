/** Archives as other programs make them. */

import JSZip from 'jszip';

export type Contents = Readonly<Record<string, string | Buffer>>;

export function zipOf(contents: Contents): Promise<Buffer> {
  const zip = new JSZip();
  for (const [path, content] of Object.entries(contents)) zip.file(path, content);
  return zip.generateAsync({ type: 'nodebuffer', compression: 'DEFLATE' });
}
