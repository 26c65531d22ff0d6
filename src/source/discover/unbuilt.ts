/** Projects of nebula.js before their first build, which writes the folder with the `.qext`. */

import { readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { isObject, tryParseJson } from '../../core/json.js';
import { shellWord } from '../../core/shell-word.js';
import { spellPattern } from './pattern.js';
import type { ProposedPattern, Survey, SurveyedExtension } from './survey.js';

export interface UnbuiltProject {
  /** Relative to the root, with `/`; `.` for the root itself. */
  readonly folder: string;
  /** Its name in package.json, without a scope. */
  readonly name: string;
  /** The command line that builds it, to be run in the root. */
  readonly command: string;
}

/** Such a project makes its build from a `.qext` without its script. */
export function findUnbuilt(root: string, { packages, extensions }: Survey): readonly UnbuiltProject[] {
  return packages
    .filter((folder) => !extensions.some((each) => each.isComplete && isBelow(each.folder, folder)))
    .flatMap((folder) => {
      const manifest = readPackage(`${root}/${folder}/package.json`);
      if (manifest === undefined || !usesNebula(manifest)) return [];
      return [{ folder, name: nameOf(manifest, folder), command: commandOf(manifest, folder) }];
    });
}

function isBelow(folder: string, above: string): boolean {
  return above === '.' || folder === above || folder.startsWith(`${above}/`);
}

/** Without what the builds are made from. */
export function withoutSources(survey: Survey, unbuilt: readonly UnbuiltProject[]): Survey {
  const isSource = ({ folder }: SurveyedExtension): boolean =>
    unbuilt.some((project) => isBelow(folder, project.folder));
  return { ...survey, extensions: survey.extensions.filter((each) => !isSource(each)) };
}

/** Whether the package of the root has a script of that name, which may create what does not exist yet. */
export function hasBuildScript(root: string): boolean {
  const scripts = readPackage(`${root}/package.json`)?.['scripts'];
  return isObject(scripts) && typeof scripts['build'] === 'string';
}

type Package = Readonly<Record<string, unknown>>;

function readPackage(file: string): Package | undefined {
  try {
    const manifest = tryParseJson(readFileSync(file, 'utf8').replace(/^\ufeff/, ''));
    return isObject(manifest) ? manifest : undefined;
  } catch {
    return undefined;
  }
}

function usesNebula({ dependencies, devDependencies }: Package): boolean {
  return [dependencies, devDependencies].some((all) => isObject(all) && Object.hasOwn(all, '@nebula.js/cli'));
}

function nameOf({ name }: Package, folder: string): string {
  const given = typeof name === 'string' ? name.replace(/^@[^/]*\//, '') : '';
  return given === '' ? posix.basename(folder) : given;
}

/** The scripts that build it and wrap it for Qlik, or nebula's own commands if no script does. */
function commandOf({ scripts }: Package, folder: string): string {
  const all = isObject(scripts) ? Object.entries(scripts) : [];
  const runs = (word: RegExp): string | undefined =>
    all.find(([, line]) => typeof line === 'string' && word.test(line))?.[0];
  const sense = runs(/\bnebula sense\b/);
  const build = runs(/\bnebula build\b/) ?? all.find(([script]) => script === 'build')?.[0];
  const prefix = folder === '.' ? '' : ` --prefix ${shellWord(folder)}`;
  const run = (script: string): string => `npm${prefix} run ${shellWord(script)}`;
  if (sense === undefined) {
    const there = folder === '.' ? '' : `cd ${shellWord(folder)} && `;
    return `${there}${build === undefined ? 'npx nebula build' : `npm run ${shellWord(build)}`} && npx nebula sense`;
  }
  return [...new Set([...(build === undefined ? [] : [build]), sense])].map(run).join(' && ');
}

/** Where the builds will be. A wildcard that would also match an existing folder is spelled out. */
export function proposeForUnbuilt(
  projects: readonly UnbuiltProject[],
  { folders, extensions }: Survey,
): readonly ProposedPattern[] {
  const others = folders.filter((folder) => !extensions.some((each) => each.folder === folder));
  const byPattern = new Map<string, string[]>();
  for (const project of projects) {
    const pattern = patternOf(project, projects, others);
    byPattern.set(pattern, [...(byPattern.get(pattern) ?? []), project.name]);
  }
  return [...byPattern].map(([pattern, names]) => ({ pattern, names }));
}

function patternOf(
  { folder, name }: UnbuiltProject,
  projects: readonly UnbuiltProject[],
  others: readonly string[],
): string {
  const above = folder === '.' ? '' : `${spellPattern(folder)}/`;
  const parent = posix.dirname(folder);
  const built = others.filter((each) => each.endsWith('-ext')).map((each) => posix.dirname(each));
  if (built.includes(folder)) return `${above}${spellPattern(`${name}-ext`)}`;
  const isShared =
    folder !== '.' && projects.filter((each) => posix.dirname(each.folder) === parent).length > 1;
  if (!isShared || built.some((each) => posix.dirname(each) === parent)) return `${above}*-ext`;
  return parent === '.' ? '*/*-ext' : `${spellPattern(parent)}/*/*-ext`;
}
