/** Every rule: its name, its default severity, what it says. */

import type { Finding, Severity } from '../model.js';

export interface Rule {
  readonly severity: Severity;
  /** False where a folder cannot be read at all: no config can allow that. */
  readonly configurable: boolean;
  readonly description: string;
}

/** A config's setting of a rule. */
type RuleSetting = Severity | 'off';

/** By rule id. */
export type RuleSettings = Readonly<Record<string, RuleSetting>>;

export const rules = {
  // The archive and Qlik's limits
  'zip-too-large': configurable('error', 'The packed archive is over 30 MB.'),
  'file-too-large': configurable('error', 'A file is over 30 MB.'),
  'too-many-files': configurable('error', 'There are more than 500 files.'),
  'unpacked-too-large': configurable('error', 'The files together are over 100 MB.'),
  'nested-archive': configurable('error', 'The extension contains an archive; Qlik fails the upload.'),
  'risky-content-type': configurable('warning', 'A file is of a type that may make the upload fail.'),
  'dropped-by-qlik': configurable(
    'info',
    'A file has no suffix, so Qlik drops it, and it is not one of the usual ones (LICENSE, README …).',
  ),
  // The extension
  'missing-entry': configurable('error', 'No .js file has the name of the .qext file.'),
  'entry-case': configurable('error', 'The names of the .js file and the .qext file differ in case.'),
  'empty-entry': configurable('error', 'The .js file that Qlik loads is empty.'),
  'reserved-id': configurable('warning', "One of Qlik's own objects has the extension's name."),
  'not-built': configurable(
    'error',
    'The manifest contains a placeholder that a build has not filled in, or a script is only the source of a build.',
  ),
  'failed-build': configurable(
    'error',
    'A script throws a message of webpack or Rspack in place of a module.',
  ),
  'version-missing': configurable('info', 'The .qext file has no version.'),
  'version-not-semver': configurable(
    'info',
    'The version cannot be ordered, or is a number that the tenant spells otherwise.',
  ),
  'preview-missing': configurable('info', 'The preview image is not among the files.'),
  'external-origin': configurable(
    'warning',
    'The code loads from another host, which needs a CSP entry, and "origins" does not declare it.',
  ),
  'origin-unused': configurable('info', 'The config declares a host that the code does not name.'),
  // Themes
  'theme-missing': configurable('error', 'No theme.json is beside the .qext file of a theme.'),
  'theme-name': configurable('info', "A theme's JSON file has another name than theme.json."),
  'theme-syntax': configurable('error', "A theme's JSON file cannot be read."),
  'theme-reference': configurable('error', 'A theme names a CSS file, font or image that is not there.'),
  'theme-script': configurable('warning', 'A theme holds a script, which nothing loads.'),
  'theme-color': configurable('warning', 'A theme gives a colour that CSS does not know.'),
  'theme-inherit': configurable('warning', 'The value of _inherit in a theme is neither true nor false.'),
  'theme-variable': configurable('warning', 'A variable in a theme has no value, or leads back to itself.'),
  // Placeholders that git leaves for a file
  'lfs-pointer': fixed('A file is a pointer of Git LFS in place of its content.'),
  'merge-conflict': configurable('error', 'A file holds both sides of a merge conflict.'),
  'partial-checkout': configurable('warning', 'The checkout leaves out files that git has.'),
  'link-as-text': fixed('A symbolic link was checked out as a text with its target.'),
  // Its modules
  'missing-module': configurable('error', 'A module asks for a file that is not among those to upload.'),
  'module-from-url': configurable('warning', 'A module is loaded from another host.'),
  'internal-module': configurable('warning', "A module of Qlik's client is used that is not for extensions."),
  'export-shape': configurable('warning', 'The script returns an object that Qlik cannot draw.'),
  'own-stardust': configurable(
    'warning',
    "A nebula extension holds a copy of stardust, whose hooks fail in Qlik's pages.",
  ),
  'unused-tooling': configurable('info', 'Files of the build and its tools would be uploaded.'),
  // Other
  'own-output': configurable('warning', "A run's messages go to a file among those to upload."),
  'protect-unmatched': configurable('warning', 'An entry of protect names no extension.'),
  'origins-unmatched': configurable('warning', 'A key of origins names no extension.'),
  'themes-unlisted': configurable(
    'warning',
    'The key may not list themes, and no folder holds one: what the tenant holds of them is unknown.',
  ),
  'secret-file': configurable('error', 'A file looks like a secret.'),
  'not-visualization': configurable(
    'info',
    'The .qext file is of a type that is not deployed as an extension.',
  ),
  // Reading manifests
  'duplicate-key': configurable('warning', 'The .qext file has a key twice; the last one counts.'),
  'manifest-syntax': fixed('The .qext file is not JSON.'),
  'manifest-field': fixed('The .qext file lacks a field that Qlik needs.'),
  // Finding and reading folders
  'no-manifest': configurable('warning', 'A folder that the config lists holds no .qext file.'),
  'folder-missing': fixed('A folder that the config lists does not exist.'),
  'no-match': configurable(
    'warning',
    'A pattern of the config matches no folder. Where no pattern finds an extension, it is an error.',
  ),
  'several-manifests': fixed('A folder holds several .qext files.'),
  'duplicate-name': fixed('Several folders hold the same extension.'),
  'case-twins': fixed('Two names differ only in case.'),
  'bad-path': fixed('A file has a name that an archive cannot carry.'),
  'symlink-outside': fixed('A link points outside the folder.'),
  'special-file': fixed('An entry is neither a file nor a folder, such as a socket.'),
  unreadable: fixed('A file or folder cannot be read.'),
  'interrupted-pull': fixed(
    'A pull was killed while it replaced files, so the folder holds a mix of old and new ones.',
  ),
  'changed-while-reading': fixed('A file changed while it was read.'),
  // Found while planning
  'line-endings': configurable(
    'warning',
    'The folder and the tenant differ by nothing but line endings, as checkouts do.',
  ),
  'unfinished-replace': configurable(
    'warning',
    'An earlier run deleted an extension to replace it, and there is nothing to create it from.',
  ),
  'rename-unchecked': configurable(
    'warning',
    'It is unknown whether a deleted extension comes back under another name.',
  ),
  'impact-not-held': configurable(
    'warning',
    'The plan stops changes that break apps; an apply without the same options would not.',
  ),
} as const satisfies Readonly<Record<string, Rule>>;

export type RuleId = keyof typeof rules;

export const ruleIds = Object.keys(rules) as readonly RuleId[];

export const configurableRuleIds: readonly RuleId[] = ruleIds.filter((id) => rules[id].configurable);

function configurable(severity: Severity, description: string): Rule {
  return { severity, configurable: true, description };
}

function fixed(description: string): Rule {
  return { severity: 'error', configurable: false, description };
}

/** A finding with the rule's default severity, unless `details` has another. */
export function finding(
  rule: RuleId,
  details: Omit<Finding, 'rule' | 'severity'> & { readonly severity?: Severity },
): Finding {
  return { rule, severity: rules[rule].severity, ...details };
}

/**
 * Applies the config to findings: those that are off are dropped, the others get the configured severity. Findings of
 * rules that are not configurable stay unchanged.
 */
export function applySeverities(findings: readonly Finding[], settings: RuleSettings): readonly Finding[] {
  return findings.flatMap((found) => {
    const setting = isConfigurable(found.rule) ? settings[found.rule] : undefined;
    if (setting === undefined) return [found];
    return setting === 'off' ? [] : [{ ...found, severity: setting }];
  });
}

function isConfigurable(id: string): boolean {
  return (configurableRuleIds as readonly string[]).includes(id);
}
