/** The size of an archive is known only once it is packed; only extensions that could come near the limit are. */

import type { DesiredExtension, Finding } from '../../core/model.js';
import { checkArchive, type RuleSettings } from '../../core/rules.js';

/** Deflate makes nothing larger by more than 0.1 %, and a zip's own records are a few hundred bytes a file. */
const couldBeTooLarge = 28_000_000;

export async function checkArchives(
  extensions: readonly DesiredExtension[],
  settings: RuleSettings,
): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  for (const extension of extensions.filter(({ bytes }) => bytes > couldBeTooLarge)) {
    const { pack } = await import('../../source/pack.js');
    const { bytes } = await pack(extension);
    findings.push(...checkArchive(extension, bytes.length, settings));
  }
  return findings;
}
