/** Rules about themes, whose files are JSON, CSS, fonts and images. Pure: the texts are given. */

import { comparePaths } from '../digest.js';
import { isObject, nestsTooDeep } from '../json.js';
import { mainFileOf, stemOf } from '../kind.js';
import { findSyntaxProblem } from '../manifest/syntax.js';
import { decodeText, type Place, placeAt } from '../manifest/text.js';
import type { DesiredExtension, Finding } from '../model.js';
import { finding } from './catalogue.js';
import { manifestPath, shownPath } from './place.js';
import { findStyleReferences } from './theme-styles.js';
import { checkVariables, type Fields, type Main, mostFindings, short, themeFinding } from './theme-values.js';

/** Reads a kept file again; `undefined` where it cannot be read, which its reading reported. */
type ReadText = (path: string) => Buffer | undefined;

/** All rules that only themes have. */
export function checkTheme(theme: DesiredExtension, read: ReadText): readonly Finding[] {
  return [...checkMain(theme, read), ...checkStyles(theme, read), ...checkScripts(theme)];
}

const script = /\.(?:m?js|cjs|jsx?|tsx?)$/i;

function checkScripts(theme: DesiredExtension): readonly Finding[] {
  return theme.files
    .filter(({ path }) => script.test(path))
    .map(({ path }) =>
      finding('theme-script', {
        extension: theme.name,
        file: shownPath(theme, path),
        message: 'A theme holds no scripts: nothing loads this one.',
        hint: 'Remove it, or add it to "ignore"; what draws or computes belongs to an extension.',
      }),
    );
}

/** Qlik's help says `theme.json`; a page of it on fonts shows a file of another name. */
function checkMain(theme: DesiredExtension, read: ReadText): readonly Finding[] {
  const wanted = mainFileOf(theme.name);
  const top = theme.files.map(({ path }) => path).filter((path) => /^[^/]+\.json$/i.test(path));
  if (top.includes(wanted)) return checkText(theme, wanted, read);
  const stem = stemOf(theme.name);
  const other = top.find((path) => path === `${stem}.json`) ?? (top.length === 1 ? top[0] : undefined);
  if (other === undefined) return [missingMain(theme, wanted)];
  const named = finding('theme-name', {
    extension: theme.name,
    file: shownPath(theme, other),
    message: `The theme is in ${other}; Qlik's help calls the file ${wanted}.`,
    hint: `Rename it to ${wanted}${other.toLowerCase() === wanted ? ', in exactly that case' : ''} if the theme shows nothing in the tenant.`,
  });
  return [named, ...checkText(theme, other, read)];
}

function missingMain(theme: DesiredExtension, wanted: string): Finding {
  const leftOut = theme.leftOut.find(({ path }) => path === wanted);
  const elsewhere = theme.files.find(({ path }) => path.endsWith(`/${wanted}`));
  const hint =
    leftOut !== undefined
      ? `${wanted} is there, but ignored: remove or narrow the pattern ${leftOut.rule ?? 'that matches it'}.`
      : elsewhere === undefined
        ? `Build the theme, or name its file ${wanted}.`
        : `There is ${elsewhere.path}: move it beside the .qext file, or deploy that folder.`;
  return finding('theme-missing', {
    extension: theme.name,
    file: manifestPath(theme),
    message: `There is no ${wanted} beside the .qext file: apps would look as without the theme.`,
    hint,
  });
}

function checkText(theme: DesiredExtension, path: string, read: ReadText): readonly Finding[] {
  const bytes = read(path);
  if (bytes === undefined) return [];
  const { text, problem } = decodeText(bytes);
  const at = { extension: theme.name, file: shownPath(theme, path) };
  if (problem !== undefined) return [syntaxFinding(at, problem.message, problem)];
  if (nestsTooDeep(text)) return [syntaxFinding(at, 'it is nested deeper than any theme', firstPlace)];
  try {
    const value: unknown = JSON.parse(text);
    if (!isObject(value)) return [syntaxFinding(at, 'a theme is one JSON object', firstPlace)];
    return checkValue({ theme, path, text }, value);
  } catch {
    const { message, line, column } = findSyntaxProblem(text);
    return [syntaxFinding(at, message, { line, column })];
  }
}

const firstPlace: Place = { line: 1, column: 1 };

function syntaxFinding(
  at: Pick<Finding, 'extension' | 'file'>,
  problem: string,
  { line, column }: Place,
): Finding {
  const message = `The theme is not JSON: ${problem}.`;
  return finding('theme-syntax', { ...at, line, column, message, hint: 'Qlik reads none of it then.' });
}

function checkValue(main: Main, value: Fields): readonly Finding[] {
  return [
    ...checkInherit(main, value['_inherit']),
    ...checkVariables(main, value),
    ...checkCustomStyles(main, value['customStyles']),
  ];
}

function checkInherit(main: Main, inherit: unknown): readonly Finding[] {
  if (inherit === undefined || typeof inherit === 'boolean') return [];
  const message = `_inherit is ${short(JSON.stringify(inherit))}, not true or false.`;
  return [themeFinding('theme-inherit', main, '"_inherit"', message, 'true builds on Qlik’s default theme.')];
}

function checkCustomStyles(main: Main, styles: unknown): readonly Finding[] {
  if (!Array.isArray(styles)) return [];
  return styles.flatMap((style: unknown) => {
    const reference = isObject(style) ? style['cssRef'] : undefined;
    if (reference === undefined) return [];
    if (typeof reference !== 'string' || reference === '')
      return [
        themeFinding(
          'theme-reference',
          main,
          '"cssRef"',
          'cssRef names no file.',
          'It is the path of a CSS file.',
        ),
      ];
    const missing = explainMissing(main.theme, reference.replace(/^\.\//, ''));
    if (missing === undefined) return [];
    const { message, hint } = missing;
    return [themeFinding('theme-reference', main, JSON.stringify(reference), `cssRef: ${message}`, hint)];
  });
}

/** @param path relative to the folder */
function explainMissing(
  { files, leftOut }: DesiredExtension,
  path: string,
): { readonly message: string; readonly hint: string } | undefined {
  const normal = path.normalize('NFC');
  if (files.some((file) => file.path === normal)) return undefined;
  const twin = files.find((file) => file.path.toLowerCase() === normal.toLowerCase());
  if (twin !== undefined) {
    const message = `${path} is named ${twin.path}, in another case.`;
    return { message, hint: 'Windows ignores the difference, Qlik does not.' };
  }
  const out = leftOut.find((file) => file.path === normal);
  const message = `${path} is not among the files to upload.`;
  if (out !== undefined) return { message, hint: `It is left out by ${out.rule ?? 'a rule'}.` };
  return { message, hint: 'Add the file, or correct the path; it is relative to the file that names it.' };
}

/** Addresses in CSS are relative to the CSS file. */
function checkStyles(theme: DesiredExtension, read: ReadText): readonly Finding[] {
  const sheets = theme.files.filter(({ path }) => /\.css$/i.test(path));
  return [...sheets]
    .sort((a, b) => comparePaths(a.path, b.path))
    .flatMap(({ path }) => {
      const text = read(path)?.toString('utf8') ?? '';
      const targets = new Map(
        [...findStyleReferences(text, path)].reverse().map(({ target, at }) => [target, at]),
      );
      const missed = [...targets].flatMap(([target, at]) => {
        const missing = explainMissing(theme, target);
        return missing === undefined ? [] : [{ at, missing }];
      });
      return missed.slice(0, mostFindings).map(({ at, missing }) => {
        const place = { extension: theme.name, file: shownPath(theme, path), ...placeAt(text, at) };
        return finding('theme-reference', { ...place, ...missing });
      });
    });
}
