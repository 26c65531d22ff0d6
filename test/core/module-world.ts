/** An extension made of code alone, as reading its folder would make it. */

import { mayBeModule } from '../../src/core/content/module-facts.js';
import { readModule } from '../../src/core/content/read-module.js';
import { inspectContent } from '../../src/core/content.js';
import type { DesiredExtension, LeftOutFile } from '../../src/core/model.js';
import { desiredExtension } from './worlds.js';

export function extensionOf(
  name: string,
  code: Readonly<Record<string, string>>,
  more: { readonly supernova?: boolean; readonly leftOut?: readonly LeftOutFile[] } = {},
): DesiredExtension {
  const made = desiredExtension(name, { supernova: more.supernova ?? false });
  const files = Object.entries(code).map(([path, text]) => {
    const content = Buffer.from(text);
    const module = mayBeModule(path, content) ? readModule(path, content) : undefined;
    const facts = { ...inspectContent(path, content), ...(module !== undefined && { module }) };
    return { path, diskPath: path, bytes: content.length, sha256: '0'.repeat(64), facts };
  });
  return { ...made, displayFolder: name, files: [...made.files, ...files], leftOut: more.leftOut ?? [] };
}
