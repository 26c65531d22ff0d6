/** The version of a `.qext` file is free text; only what defeats the version policy is reported. */

import { findPlaceholder } from '../manifest/placeholder.js';
import type { DesiredExtension, Finding } from '../model.js';
import { hasOrder } from '../version.js';
import { finding } from './catalogue.js';
import { manifestPath, positionOfKey } from './place.js';

/** What nebula's own packages carry until they are released. */
const unbuiltNebula = 'local-dev';

export function checkVersion(extension: DesiredExtension): readonly Finding[] {
  const { version, text } = extension.manifest;
  const place = { extension: extension.name, file: manifestPath(extension) };
  if (version === undefined || version.trim() === '') return [versionMissing(place)];
  const at = { ...place, ...positionOfKey(text, 'version') };
  // The version of a nebula package before its release pipeline ran: it works, but the version identifies nothing.
  if (version === unbuiltNebula) return [{ ...notBuilt(at, version, extension), severity: 'warning' }];
  const placeholder = findPlaceholder(version);
  if (placeholder !== undefined) return [notBuilt(at, placeholder, extension)];
  return hasOrder(version) ? [] : [versionWithoutOrder(at, version)];
}

type Place = Pick<Finding, 'extension' | 'file' | 'line' | 'column'>;

function versionMissing(place: Place): Finding {
  return finding('version-missing', {
    ...place,
    message: 'The .qext file has no version, so it cannot be seen which one a tenant runs.',
    hint: 'Add "version": "1.0.0" and raise it with every change.',
  });
}

function notBuilt(place: Place, version: string, { displayFolder }: DesiredExtension): Finding {
  return finding('not-built', {
    ...place,
    message: `The version is the placeholder ${version}: a build has not filled it in.`,
    hint: hintForPlaceholder(displayFolder),
  });
}

const buildFolder = /^(?:dist|build|out|output|release|target)(?:[_-].*)?$|.-ext$/i;

const buildFirst =
  "Build the extension and list the build's output folder in the config (dist, build, <name>-ext).";

function isBuilt(displayFolder: string): boolean {
  return displayFolder.split('/').some((name) => buildFolder.test(name));
}

/** What to do about a placeholder, which a build was to replace. */
export function hintForPlaceholder(displayFolder: string): string {
  return isBuilt(displayFolder)
    ? 'A build wrote this folder and left it as it is: have the build fill it in, or write the value into the source.'
    : buildFirst;
}

/** What to do about an ES module, of which a build was to make a script for Qlik's loader. */
export function hintForSource(displayFolder: string): string {
  return isBuilt(displayFolder)
    ? 'Have the build write AMD or UMD, not ES modules.'
    : `${buildFirst} Without a build, write define([…], …).`;
}

function versionWithoutOrder(place: Place, version: string): Finding {
  return finding('version-not-semver', {
    ...place,
    message: `The version "${version}" cannot be ordered: a lower or unchanged one would go unnoticed.`,
    hint: 'Use major.minor.patch, such as 1.0.0.',
  });
}
