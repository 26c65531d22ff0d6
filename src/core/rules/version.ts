/** What the `.qext` file calls a version is free text; only what hampers the version policy is said. */

import { findPlaceholder } from '../manifest/placeholder.js';
import type { DesiredExtension, Finding } from '../model.js';
import { parseVersion } from '../version.js';
import { finding } from './catalogue.js';
import { manifestPath, positionOfKey } from './place.js';

/** What nebula's own packages carry until they are released. */
const unbuiltNebula = 'local-dev';

export function checkVersion(extension: DesiredExtension): readonly Finding[] {
  const { version, text } = extension.manifest;
  const place = { extension: extension.name, file: manifestPath(extension) };
  if (version === undefined || version.trim() === '') return [versionMissing(place)];
  const at = { ...place, ...positionOfKey(text, 'version') };
  // What a nebula package calls itself before its release pipeline ran: it works, but nobody can tell which one it is.
  if (version === unbuiltNebula) return [{ ...notBuilt(at, version), severity: 'warning' }];
  const placeholder = findPlaceholder(version);
  if (placeholder !== undefined) return [notBuilt(at, placeholder)];
  return parseVersion(version) === null ? [versionWithoutOrder(at, version)] : [];
}

type Place = Pick<Finding, 'extension' | 'file' | 'line' | 'column'>;

function versionMissing(place: Place): Finding {
  return finding('version-missing', {
    ...place,
    message: 'The .qext file has no version, so nobody can tell which one a tenant runs.',
    hint: 'Add "version": "1.0.0" and raise it with every change.',
  });
}

function notBuilt(place: Place, version: string): Finding {
  return finding('not-built', {
    ...place,
    message: `The version is the placeholder ${version}: this is a source that a build has yet to fill in.`,
    hint: 'Build the extension and name the folder that the build makes (dist, build, <name>-ext).',
  });
}

function versionWithoutOrder(place: Place, version: string): Finding {
  return finding('version-not-semver', {
    ...place,
    message: `The version "${version}" has no order: a lower or unchanged one would go unnoticed.`,
    hint: 'Use major.minor.patch, such as 1.0.0.',
  });
}
