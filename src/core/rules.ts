/** The rules: what can be said about an extension before it is uploaded. */

import type { SkippedFolder } from './half-built.js';
import { kindOf } from './kind.js';
import type { DesiredExtension, Finding } from './model.js';
import type { DeclaredOrigins } from './origins/csp.js';
import { applySeverities, finding, type RuleSettings } from './rules/catalogue.js';
import { checkEntry } from './rules/entry.js';
import { checkFiles } from './rules/files.js';
import { checkLimits, checkArchive as checkPackedSize } from './rules/limits.js';
import { checkModules, checkTooling as checkToolFiles } from './rules/modules.js';
import { checkOrigins } from './rules/origins.js';
import { checkPlaceholders } from './rules/placeholders.js';
import { checkVersion } from './rules/version.js';

export {
  applySeverities,
  configurableRuleIds,
  finding,
  type RuleSettings,
  ruleIds,
  rules,
} from './rules/catalogue.js';

/**
 * Every rule but those that need the packed archive or (for themes) the files' texts, with the severities of `settings`.
 *
 * @param declared what the config says the extension loads from other hosts
 * @param known the result of `askRules` for this very extension with nothing declared; absent: not asked yet
 */
export function checkExtension(
  extension: DesiredExtension,
  settings: RuleSettings = {},
  declared: DeclaredOrigins = {},
  known?: readonly Finding[],
): readonly Finding[] {
  const isKnown = known !== undefined && Object.keys(declared).length === 0;
  return applySeverities(isKnown ? known : askRules(extension, declared), settings);
}

/** The same before any severity is set: for one extension the result is always the same. */
export function askRules(extension: DesiredExtension, declared: DeclaredOrigins = {}): readonly Finding[] {
  return [
    ...(kindOf(extension.name) === 'theme' ? [] : [...checkEntry(extension), ...checkModules(extension)]),
    ...checkVersion(extension),
    ...checkLimits(extension),
    ...checkFiles(extension),
    ...checkPlaceholders(extension),
    ...checkOrigins(extension, declared),
  ];
}

/** Files that would be uploaded though no module needs them; only `validate` reports them. */
export function checkTooling(extension: DesiredExtension, settings: RuleSettings = {}): readonly Finding[] {
  return kindOf(extension.name) === 'theme' ? [] : applySeverities(checkToolFiles(extension), settings);
}

/** The rules that need the packed archive. `archiveBytes`: its size. */
export function checkArchive(
  extension: DesiredExtension,
  archiveBytes: number,
  settings: RuleSettings = {},
): readonly Finding[] {
  return applySeverities(checkPackedSize(extension, archiveBytes), settings);
}

/** A mashup or the like is not deployed, which is not a mistake. */
export function checkSkipped(folder: SkippedFolder, settings: RuleSettings = {}): readonly Finding[] {
  const skipped = finding('not-visualization', {
    extension: folder.name,
    file: folder.displayFolder,
    message: `Skipped: ${folder.reason}`,
  });
  return applySeverities([skipped], settings);
}
