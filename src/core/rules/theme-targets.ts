/** Whether what a theme names is among its files: stylesheets in its JSON; fonts, images and other CSS in these. */

import { normalizePath } from '../digest.js';
import type { DesiredExtension } from '../model.js';
import { decodeAddress, joinPath } from '../modules/resolve.js';

interface Missing {
  readonly message: string;
  readonly hint: string;
}

/**
 * Of an address as it is written; `undefined` where the file is there, or is not one of the theme's: on another host, data,
 * or below the tenant's root.
 *
 * @param from the file that names it, relative to the theme's folder, as the address is to that file
 */
export type ExplainMissing = (given: string, from: string) => Missing | undefined;

export function createTargetFinder(theme: DesiredExtension): ExplainMissing {
  const held = new Set(theme.files.map(({ path }) => path));
  const spellings = rememberSpellings(theme);
  return (given, from) => {
    const written = given.trim();
    if (/^(?:[a-z][a-z\d+.-]+:|\/)/i.test(written)) return undefined;
    const plain = locate(written, from);
    const [file = ''] = written.split(/[?#]/, 1);
    if (file === '' || (plain !== undefined && held.has(plain))) return undefined;
    const target = locate(decodeAddress(file), from);
    if (target === undefined) return explainOutside(file);
    if (target === '') return { message: `${file} names no file.`, hint: 'It is the folder of the theme.' };
    return held.has(target) ? undefined : explainAbsent(theme, target, spellings);
  };
}

/** Of a path, whatever its case; made when the first is missing. */
function rememberSpellings({ files }: DesiredExtension): (path: string) => string | undefined {
  let spellings: ReadonlyMap<string, string> | undefined;
  return (path) => {
    spellings ??= new Map(files.map((file) => [file.path.toLowerCase(), file.path]));
    return spellings.get(path.toLowerCase());
  };
}

function explainAbsent(
  { leftOut }: DesiredExtension,
  target: string,
  spellingOf: (path: string) => string | undefined,
): Missing {
  if (spellingOf(target.replaceAll('\\', '/')) !== undefined && target.includes('\\'))
    return { message: `${target} is written with a backslash.`, hint: 'Write / between folders.' };
  const twin = spellingOf(target);
  if (twin !== undefined) {
    const message = `${target} is named ${twin}, in another case.`;
    return { message, hint: 'Windows ignores the difference, Qlik does not.' };
  }
  const out = leftOut.find(({ path }) => path === target);
  const message = `${target} is not among the files to upload.`;
  if (out !== undefined) return { message, hint: `It is left out by ${out.rule ?? 'a rule'}.` };
  return { message, hint: 'Add the file, or correct the path; it is relative to the file that names it.' };
}

function explainOutside(file: string): Missing {
  const message = `${file} is not among the files to upload.`;
  return { message, hint: 'It leads out of the theme’s folder: copy the file into it.' };
}

/** Relative to the theme's folder, as the paths of files are spelled; `undefined` outside it. */
function locate(path: string, from: string): string | undefined {
  const target = joinPath(from.slice(0, from.lastIndexOf('/') + 1) + path);
  return target === undefined ? undefined : normalizePath(target);
}
