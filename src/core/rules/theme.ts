/** Rules about themes, whose files are JSON, CSS, fonts and images. Pure: the texts are given. */

import { comparePaths } from '../digest.js';
import { isObject, nestsTooDeep, tryParseJson, valueNestsTooDeep } from '../json.js';
import { mainFileOf, stemOf } from '../kind.js';
import { findSyntaxProblem } from '../manifest/syntax.js';
import { decodeText, type Place, placeAt } from '../manifest/text.js';
import type { DesiredExtension, Finding, KeptFile } from '../model.js';
import { finding } from './catalogue.js';
import { manifestPath, shownPath } from './place.js';
import { findStyleReferences, holdsReference } from './theme-styles.js';
import { createTargetFinder, type ExplainMissing } from './theme-targets.js';
import { checkVariables, type Fields, type Main, mostFindings, short, themeFinding } from './theme-values.js';

/** The bytes of a kept file; `undefined` where it cannot be read, which its reading reported. */
type ReadText = (file: KeptFile) => Buffer | undefined;

/** What every check of one theme needs. */
interface Checking {
  readonly theme: DesiredExtension;
  readonly read: ReadText;
  readonly explainMissing: ExplainMissing;
}

/** All rules that only themes have. */
export function checkTheme(theme: DesiredExtension, read: ReadText): readonly Finding[] {
  const checking = { theme, read, explainMissing: createTargetFinder(theme) };
  return [...checkMain(checking), ...checkStyles(checking), ...checkScripts(theme)];
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
function checkMain(checking: Checking): readonly Finding[] {
  const { theme } = checking;
  const wanted = mainFileOf(theme.name);
  const top = theme.files.filter(({ path }) => /^[^/]+\.json$/i.test(path));
  const main = top.find(({ path }) => path === wanted);
  if (main !== undefined) return checkText(checking, main);
  const stem = stemOf(theme.name);
  const other = top.find(({ path }) => path === `${stem}.json`) ?? (top.length === 1 ? top[0] : undefined);
  if (other === undefined) return [missingMain(theme, wanted)];
  const named = finding('theme-name', {
    extension: theme.name,
    file: shownPath(theme, other.path),
    message: `The theme is in ${other.path}; Qlik's help calls the file ${wanted}.`,
    hint: `Rename it to ${wanted}${other.path.toLowerCase() === wanted ? ', in exactly that case' : ''} if the theme shows nothing in the tenant.`,
  });
  return [named, ...checkText(checking, other)];
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

function checkText(checking: Checking, main: KeptFile): readonly Finding[] {
  const bytes = checking.read(main);
  if (bytes === undefined) return [];
  const { theme } = checking;
  const { text, problem } = decodeText(bytes);
  const at = { extension: theme.name, file: shownPath(theme, main.path) };
  if (problem !== undefined) return [syntaxFinding(at, problem.message, problem)];
  const value = tryParseJson(text);
  if (value === undefined ? nestsTooDeep(text) : valueNestsTooDeep(value))
    return [syntaxFinding(at, 'it is nested deeper than any theme', firstPlace)];
  if (value === undefined) {
    const { message, line, column } = findSyntaxProblem(text);
    return [syntaxFinding(at, message, { line, column })];
  }
  if (!isObject(value)) return [syntaxFinding(at, 'a theme is one JSON object', firstPlace)];
  return checkValue({ theme, path: main.path, text }, value, checking.explainMissing);
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

function checkValue(main: Main, value: Fields, explainMissing: ExplainMissing): readonly Finding[] {
  return [
    ...checkInherit(main, value['_inherit']),
    ...checkVariables(main, value),
    ...checkCustomStyles(main, value['customStyles'], explainMissing),
  ];
}

function checkInherit(main: Main, inherit: unknown): readonly Finding[] {
  if (inherit === undefined || typeof inherit === 'boolean') return [];
  const message = `_inherit is ${short(JSON.stringify(inherit))}, not true or false.`;
  return [themeFinding('theme-inherit', main, '"_inherit"', message, 'true builds on Qlik’s default theme.')];
}

function checkCustomStyles(main: Main, styles: unknown, explainMissing: ExplainMissing): readonly Finding[] {
  if (!Array.isArray(styles)) return [];
  return styles.flatMap((style: unknown) => {
    const reference = isObject(style) ? style['cssRef'] : undefined;
    if (reference === undefined) return [];
    if (typeof reference !== 'string' || /^\s*(?:$|[?#])/.test(reference)) {
      const message = 'cssRef names no file.';
      return [themeFinding('theme-reference', main, '"cssRef"', message, 'It is the path of a CSS file.')];
    }
    const missing = explainMissing(reference, main.path);
    if (missing === undefined) return [];
    const { message, hint } = missing;
    return [themeFinding('theme-reference', main, JSON.stringify(reference), `cssRef: ${message}`, hint)];
  });
}

function checkStyles({ theme, read, explainMissing }: Checking): readonly Finding[] {
  const sheets = theme.files.filter(({ path }) => /\.css$/i.test(path));
  return [...sheets]
    .sort((a, b) => comparePaths(a.path, b.path))
    .flatMap((sheet) => {
      const bytes = read(sheet);
      if (bytes === undefined || !holdsReference(bytes)) return [];
      const text = bytes.toString('utf8');
      const missed = findStyleReferences(text).flatMap(({ given, at }) => {
        const missing = explainMissing(given, sheet.path);
        return missing === undefined ? [] : [{ at, missing }];
      });
      return missed.slice(0, mostFindings).map(({ at, missing }) => {
        const place = { extension: theme.name, file: shownPath(theme, sheet.path), ...placeAt(text, at) };
        return finding('theme-reference', { ...place, ...missing });
      });
    });
}
