/** The script that Qlik loads: `<name>.js` beside `<name>.qext`, in exactly that case. */

import { isOwnedByQlik } from '../impact/native-types.js';
import { mainFileOf, stemOf } from '../kind.js';
import type { DesiredExtension, Finding } from '../model.js';
import { finding } from './catalogue.js';
import { manifestPath, shownPath } from './place.js';
import { howToCheckOut } from './placeholders.js';

export function checkEntry(extension: DesiredExtension): readonly Finding[] {
  return [...checkId(extension), ...checkScript(extension)];
}

function checkId(extension: DesiredExtension): readonly Finding[] {
  const name = stemOf(extension.name);
  if (!isOwnedByQlik(name)) return [];
  return [
    finding('reserved-id', {
      extension: extension.name,
      file: manifestPath(extension),
      message: `Qlik has objects of its own that are called ${name}: apps may draw those instead, and impact cannot tell one from the other.`,
      hint: `Rename ${name}.qext and ${name}.js to a name that Qlik does not use, such as acme-${name}; it is then another extension, and objects that use it have to be changed.`,
    }),
  ];
}

function checkScript(extension: DesiredExtension): readonly Finding[] {
  const entry = mainFileOf(extension.name);
  const kept = extension.files.find(({ path }) => path === entry);
  if (kept !== undefined) return kept.bytes > 0 ? [] : [emptyEntry(extension, entry)];
  const twin = extension.files.find(({ path }) => path.toLowerCase() === entry.toLowerCase());
  return [twin === undefined ? missingEntry(extension, entry) : entryCase(extension, entry, twin.path)];
}

function emptyEntry(extension: DesiredExtension, entry: string): Finding {
  return finding('empty-entry', {
    extension: extension.name,
    file: shownPath(extension, entry),
    message: 'The script is empty: sheets would show "Invalid visualization".',
    hint: 'Build the extension, or wait until the build has finished.',
  });
}

function entryCase(extension: DesiredExtension, entry: string, twin: string): Finding {
  return finding('entry-case', {
    extension: extension.name,
    file: shownPath(extension, twin),
    message: `The script is named ${twin}, but Qlik looks for ${entry}, in exactly that case.`,
    hint: `Rename it to ${entry}; Windows ignores the difference, Qlik shows "Invalid visualization".`,
  });
}

function missingEntry(extension: DesiredExtension, entry: string): Finding {
  return finding('missing-entry', {
    extension: extension.name,
    file: manifestPath(extension),
    message: `There is no ${entry} beside the .qext file: sheets would show "Invalid visualization".`,
    hint: hintForMissing(extension, entry),
  });
}

function hintForMissing(extension: DesiredExtension, entry: string): string {
  const leftOut = extension.leftOut.find(({ path }) => path === entry);
  if (leftOut !== undefined) {
    return `${entry} is there, but ignored: remove or narrow the pattern ${leftOut.rule ?? 'that matches it'}.`;
  }
  if (extension.lacking?.includes(entry) === true) {
    return `git has ${entry}, and this checkout leaves it out. ${howToCheckOut('it')}`;
  }
  const elsewhere = extension.files.find(({ path }) => path.endsWith(`/${entry}`));
  const source = extension.files.find(({ path }) => isSourceOf(path, entry));
  if (elsewhere === undefined && source !== undefined) {
    return `${source.path} has to be compiled: list the build's output folder in the config.`;
  }
  if (elsewhere === undefined) return `Build the extension, or name the script ${entry}.`;
  return `There is ${elsewhere.path}: deploy the build's output folder, or move it beside the .qext file.`;
}

/** A file beside the `.qext` that compiles to the script. */
function isSourceOf(path: string, entry: string): boolean {
  const [suffix = ''] = /\.(?:[cm]?tsx?|jsx|coffee|dart)$/i.exec(path) ?? [];
  return suffix !== '' && `${path.slice(0, -suffix.length)}.js` === entry;
}
