/** What a new config needs, found by reading the folders as every later run will. */

import { posix } from 'node:path';
import type { DesiredExtension, Finding } from '../../core/model.js';
import { traceModules } from '../../core/modules/graph.js';
import { proposeIgnoreLines } from '../../core/modules/tooling.js';
import { checkExtension } from '../../core/rules.js';
import { spellPattern } from '../../source/discover/pattern.js';
import type { Survey, SurveyedExtension } from '../../source/discover/survey.js';
import { ignoreLineOf } from '../../source/ignore-rules.js';
import { type DesiredReading, readDesired } from '../../source/read/read.js';

interface IgnoreLines {
  readonly lines: readonly string[];
  /** Folders, relative to the root, that cannot be deployed beside an extension that loads their files. */
  readonly giveUp: readonly string[];
  /** For people: what they leave out, and why. */
  readonly notes: readonly string[];
}

interface Trial {
  /** Absolute. */
  readonly root: string;
  /** Folder patterns, as the new config spells them. */
  readonly extensions: readonly string[];
  /** Every folder with a `.qext`. */
  readonly found: readonly SurveyedExtension[];
  readonly signal: AbortSignal;
}

export async function proposeIgnore(trial: Trial): Promise<IgnoreLines> {
  const first = await read(trial, []);
  const nested = first.findings.flatMap((finding) => nestedIn(finding, trial.found));
  const whole = nested.map(({ line }) => line);
  const second = nested.length === 0 ? first : await read(trial, whole);
  const narrowed = nested.map((each) => narrow(each, second.state.extensions));
  const third = narrowed.every(({ line }) => whole.includes(line))
    ? second
    : await read(trial, linesOf(narrowed));
  const tooling = toolingLines(trial.root, third.state.extensions);
  const secrets = third.state.extensions.flatMap(findSecrets);
  const giveUp = narrowed
    .filter(({ path, manifest }) => path === manifest)
    .map(({ manifest }) => posix.dirname(manifest))
    .filter((folder) => first.state.extensions.some(({ displayFolder }) => displayFolder === folder));
  return {
    giveUp,
    lines: [...new Set([...linesOf(narrowed), ...secrets.map(({ path }) => lineOf(path)), ...tooling])].map(
      (line) => line.replaceAll('$', '$$$$'),
    ),
    notes: [
      ...giveUp.map((folder) => `${folder} is not deployed by itself: another extension loads its files.`),
      ...new Set(
        narrowed.map(
          ({ extension, path }) =>
            `${path} is left out of ${extension}: ${path.endsWith('/') ? 'it holds another extension' : 'an extension has only one .qext file'}.`,
        ),
      ),
      ...secrets.map(({ extension, path }) => `${path} is left out of ${extension}: it looks like a secret.`),
      ...(tooling.length === 0
        ? []
        : ['Files of the build, its tools and tests are left out too: see "ignore" in the config.']),
    ],
  };
}

/** Paths relative to the root. */
function findSecrets(extension: DesiredExtension): readonly Pick<Nested, 'extension' | 'path'>[] {
  return checkExtension(extension).flatMap(({ rule, file }) =>
    rule === 'secret-file' && file !== undefined ? [{ extension: extension.name, path: file }] : [],
  );
}

/**
 * Of several copies of an extension, those that would fail are broken although their script exists: a source without its
 * build, for instance.
 */
export async function markBroken(root: string, survey: Survey, signal: AbortSignal): Promise<Survey> {
  const counts = new Map<string, number>();
  const keyOf = ({ name }: SurveyedExtension): string => name.toLowerCase();
  for (const each of survey.extensions) counts.set(keyOf(each), (counts.get(keyOf(each)) ?? 0) + 1);
  const extensions: SurveyedExtension[] = [];
  for (const each of survey.extensions) {
    const isOne = counts.get(keyOf(each)) === 1 || !each.isComplete;
    extensions.push(isOne ? each : { ...each, isBroken: !(await isSound(root, each, signal)) });
  }
  return { ...survey, extensions };
}

async function isSound(root: string, { folder }: SurveyedExtension, signal: AbortSignal): Promise<boolean> {
  const trial = { root, extensions: [spellPattern(folder)], signal };
  const { findings, state } = await read(trial, []);
  const all = [...findings, ...state.extensions.flatMap((extension) => checkExtension(extension))];
  return !all.some(({ rule, severity }) => severity === 'error' && rule !== 'several-manifests');
}

function read(
  { root, extensions, signal }: Omit<Trial, 'found'>,
  ignore: readonly string[],
): Promise<DesiredReading> {
  const patterns = extensions.map((pattern) => pattern.replaceAll('$$', '$'));
  return readDesired({ ...{ root, cwd: root, extensions: patterns, ignore, signal }, index: 'off' });
}

/** A `.qext` within an extension, and the line that leaves it out. */
interface Nested {
  readonly extension: string;
  /** Relative to the root: the folder of an extension that is whole, else the `.qext` alone. */
  readonly path: string;
  readonly line: string;
  readonly manifest: string;
}

function nestedIn(
  { rule, extension, file }: Finding,
  found: readonly SurveyedExtension[],
): readonly Nested[] {
  if (rule !== 'several-manifests' || extension === undefined || file === undefined) return [];
  const folder = posix.dirname(file);
  const isWhole = found.some((each) => each.folder === folder && each.isComplete && each.isBroken !== true);
  const path = isWhole ? `${folder}/` : file;
  return [{ extension, path, line: lineOf(path), manifest: file }];
}

function lineOf(path: string): string {
  return ignoreLineOf('/', '/', path);
}

function linesOf(nested: readonly Nested[]): readonly string[] {
  return [...new Set(nested.map(({ line }) => line))];
}

/** If the outer extension loads a file of the folder, only the `.qext` is left out. */
function narrow(nested: Nested, extensions: readonly DesiredExtension[]): Nested {
  const outer = extensions.find(({ name }) => name === nested.extension);
  const lacks = outer === undefined ? [] : traceModules(outer).missing.map(({ path }) => path);
  const below = outer === undefined || outer.displayFolder === '.' ? '' : `${outer.displayFolder}/`;
  if (!lacks.some((path) => `${below}${path}`.startsWith(nested.path))) return nested;
  return { ...nested, path: nested.manifest, line: lineOf(nested.manifest) };
}

/** Several folders side by side become one line, unless it would leave out what one of them needs. */
function toolingLines(root: string, extensions: readonly DesiredExtension[]): readonly string[] {
  const proposed = extensions.map((extension) => ({ extension, lines: proposeIgnoreLines(extension) }));
  return proposed.flatMap(({ extension, lines }) =>
    lines.map((line) => {
      const siblings = proposed.filter((each) => isBeside(each.extension, extension));
      const agree = siblings.filter((each) => each.lines.includes(line));
      const isShared =
        agree.length > 1 && siblings.every((each) => agree.includes(each) || !mayHold(each.extension, line));
      const folder = isShared ? posix.dirname(extension.displayFolder) : extension.displayFolder;
      const above = folder === '.' ? '' : ignoreLineOf(root, root, folder);
      return `${above}${isShared ? '/*' : ''}${line}`;
    }),
  );
}

function isBeside(a: DesiredExtension, b: DesiredExtension): boolean {
  return b.displayFolder !== '.' && posix.dirname(a.displayFolder) === posix.dirname(b.displayFolder);
}

/** @param line `/package.json` or `/test/` */
function mayHold({ files }: DesiredExtension, line: string): boolean {
  const plain = line.replaceAll('\\', '').slice(1);
  return files.some(({ path }) => path === plain || (plain.endsWith('/') && path.startsWith(plain)));
}
