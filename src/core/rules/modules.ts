/** What an extension's modules ask for, and whether it is there. */

import { fileName, isDroppedByQlik } from '../digest.js';
import { listNames } from '../format.js';
import { mainFileOf } from '../kind.js';
import type { DesiredExtension, Finding, LeftOutFile } from '../model.js';
import {
  type Asked,
  findDrawnFile,
  findDrawnModule,
  type MissingModule,
  traceModules,
} from '../modules/graph.js';
import { proposeIgnoreLines } from '../modules/tooling.js';
import { finding } from './catalogue.js';
import { shownPath } from './place.js';
import { howToCheckOut } from './placeholders.js';
import { hintForSource } from './version.js';

export function checkModules(extension: DesiredExtension): readonly Finding[] {
  const { missing, addresses, internal, declarations } = traceModules(extension);
  return [
    ...declarations.map((declaration) => notBuilt(extension, declaration)),
    ...missing.map((module) => missingModule(extension, module)),
    ...addresses.map((asked) => moduleFromUrl(extension, asked)),
    ...internal.map((asked) => internalModule(extension, asked)),
    ...checkShape(extension),
    ...checkStardust(extension),
  ];
}

function notBuilt(extension: DesiredExtension, declaration: Asked): Finding {
  const { id } = declaration;
  return finding('not-built', {
    ...placeOf(extension, declaration),
    message: `The script ${id}s as only the source of a build may: Qlik's loader runs it as it is, and sheets would show "Invalid visualization".`,
    hint: hintForSource(extension.displayFolder),
  });
}

function missingModule(extension: DesiredExtension, module: MissingModule): Finding {
  const { id, path } = module;
  if (extension.lacking?.some((entry) => covers(entry, path)) === true) {
    const message = `The module asks for ${JSON.stringify(id)}, and the checkout leaves out ${path}, which git has.`;
    return finding('partial-checkout', { ...placeOf(extension, module), message, hint: howToCheckOut('it') });
  }
  const { message, hint } = explainMissing(extension, module);
  return finding('missing-module', { ...placeOf(extension, module), message, hint });
}

interface Explanation {
  readonly message: string;
  readonly hint: string;
}

/** Of the three reasons the one that a person can act on. */
function explainMissing(extension: DesiredExtension, module: MissingModule): Explanation {
  const { id, path, from } = module;
  const asked = `The module asks for ${JSON.stringify(id)}`;
  if (module.isOtherCase === true) {
    return {
      message: `${asked}, but the extension is named ${extension.name}: only the case differs, which Windows does not mind and Qlik does.`,
      hint: `Write extensions/${extension.name}/ as the .qext file is named, or a path that begins with "./".`,
    };
  }
  const twin = extension.files.find((file) => file.path.toLowerCase() === path.toLowerCase());
  if (twin !== undefined) {
    return {
      message: `${asked}, but the file is named ${twin.path}: only the case differs, which Windows does not mind and Qlik does.`,
      hint: `Rename ${twin.path} to ${path}, or write the name in ${from} as the file spells it.`,
    };
  }
  const leftOut = extension.leftOut.find((entry) => covers(entry.path, path));
  if (leftOut !== undefined) return explainLeftOut(asked, path, leftOut);
  return {
    message: `${asked}, and ${path} is nowhere in the folder: sheets would show "Invalid visualization".`,
    hint: hintForNowhere(extension, module),
  };
}

/** An entry that ends in a slash covers everything in the folder. */
function covers(entry: string, path: string): boolean {
  return entry === path || (entry.endsWith('/') && path.startsWith(entry));
}

function explainLeftOut(asked: string, path: string, { path: entry, why, rule }: LeftOutFile): Explanation {
  const subject = entry === path ? path : `${path}, in ${entry},`;
  switch (why) {
    case 'ignored':
      return {
        message: `${asked}, but ${subject} is left out by ${rule ?? 'an ignore rule'}.`,
        hint: 'Remove that pattern, or narrow it.',
      };
    case 'default':
      return {
        message: `${asked}, but ${subject} is left out by default.`,
        hint: `Add "!${atAnyDepth(entry)}" to "ignore" to upload it, or move what is needed to another folder.`,
      };
    case 'own':
      return {
        message: `${asked}, but ${path} is a file that qlik-sync reads or writes itself, which is never uploaded.`,
        hint: 'Give one of the two another name.',
      };
    case 'dropped-by-qlik':
      return {
        message: `${asked}, but Qlik drops ${path}, since it has no suffix.`,
        hint: `Give the file a suffix, and name it with that suffix in the code.`,
      };
  }
}

/** A pattern with a slash before its end starts at the config's folder, which is unknown here. */
function atAnyDepth(path: string): string {
  return path.slice(0, -1).includes('/') ? `**/${path}` : path;
}

function hintForNowhere(extension: DesiredExtension, { id, path, from }: MissingModule): string {
  const entry = mainFileOf(extension.name);
  if (from !== entry && [from, entry].every((stub) => handedOnBy(extension, stub) === id))
    return `${from} only hands on, as ${entry} does: a second "nebula sense" put its script in the bundle’s place. Run "nebula build", then "nebula sense" with an --output apart from the build’s folder.`;
  if (/^(?:dist|build|nlib)\//.test(path))
    return 'Build the extension first: a fresh checkout holds nothing that a build writes.';
  const index = path.replace(/(?:\.js)?$/i, '/index.js');
  if (extension.files.some((file) => file.path === index))
    return `There is ${index}: name it in full in ${from}, since Qlik's loader does not look for an index.`;
  const elsewhere = extension.files.find(
    (file) => file.path !== from && fileName(file.path) === fileName(path),
  );
  if (elsewhere !== undefined) return `There is ${elsewhere.path}: move it, or correct the name in ${from}.`;
  if (isDroppedByQlik(fileName(path)))
    return `Add the file under a name with a suffix, and write that name in ${from}: Qlik drops files without one.`;
  return `Add the file, or take the name out of ${from}.`;
}

function handedOnBy({ files }: DesiredExtension, path: string): string | undefined {
  return files.find((file) => file.path === path)?.facts.module?.handsOn;
}

function moduleFromUrl(extension: DesiredExtension, asked: Asked): Finding {
  const address = asked.id.slice(asked.id.indexOf('!') + 1);
  const isPlain = /^http:/i.test(address);
  return finding('module-from-url', {
    ...placeOf(extension, asked),
    message: isPlain
      ? `The module ${address} is loaded over plain http, which browsers refuse on the https pages of Qlik Cloud: nothing of the extension works.`
      : `The module ${address} is loaded from another host: nothing of the extension works where that host is down, or not allowed by the tenant.`,
    hint: 'Bundle the file with the extension and ask for it as "./…".',
  });
}

function internalModule(extension: DesiredExtension, asked: Asked): Finding {
  const isApi = asked.id === 'js/qlik';
  return finding('internal-module', {
    ...placeOf(extension, asked),
    message: isApi
      ? 'The module asks for "js/qlik", which is a file of Qlik’s client and not its name for extensions.'
      : `The module asks for ${JSON.stringify(asked.id)}, an inner part of Qlik’s client that may be refused or vanish with any release.`,
    hint: isApi
      ? 'Write "qlik".'
      : 'Use what "qlik" offers, or ship code of your own; set the rule internal-module to "off" if it has to be.',
  });
}

/** How many keys are named at most. */
const shownKeys = 5;

function checkShape(extension: DesiredExtension): readonly Finding[] {
  const drawn = findDrawnModule(extension);
  if (drawn?.returns === undefined || extension.manifest.supernova) return [];
  const { path, returns } = drawn;
  const entry = mainFileOf(extension.name);
  const shown = [...returns.slice(0, shownKeys), ...(returns.length > shownKeys ? ['…'] : [])].join(', ');
  const object = `an object with none of paint, template and definition${shown === '' ? '' : ` (only ${shown})`}`;
  return [
    finding('export-shape', {
      extension: extension.name,
      file: shownPath(extension, path),
      message:
        path === entry
          ? `The script returns ${object}: there is nothing for Qlik to draw.`
          : `The module returns ${object}, and ${entry} hands that on: there is nothing for Qlik to draw.`,
      hint: 'Return an object with a paint function, or with a template; a nebula extension has "supernova": true in its .qext.',
    }),
  ];
}

/** Only of what Qlik draws: a part that is loaded later may embed objects with a copy of its own. */
function checkStardust(extension: DesiredExtension): readonly Finding[] {
  const drawn = extension.manifest.supernova ? findDrawnFile(extension) : undefined;
  if (drawn?.facts.ownStardust !== true) return [];
  return [
    finding('own-stardust', {
      extension: extension.name,
      file: shownPath(extension, drawn.path),
      message:
        'The script holds a copy of @nebula.js/stardust, whose hooks fail within the objects of Qlik’s own: "Invalid stardust hook call".',
      hint: 'Leave @nebula.js/stardust out of the bundle ("external" of the bundler), and name it in peerDependencies; "nebula build" does so.',
    }),
  ];
}

function placeOf(
  extension: DesiredExtension,
  { from, line, column }: Asked,
): { readonly extension: string; readonly file: string; readonly line: number; readonly column: number } {
  return { extension: extension.name, file: shownPath(extension, from), line, column };
}

/** How many names the message has at most; the hint has every line. */
const shownNames = 8;

/** Once for each extension, and only by `validate`. */
export function checkTooling(extension: DesiredExtension): readonly Finding[] {
  const lines = proposeIgnoreLines(extension);
  if (lines.length === 0) return [];
  const names = lines.map((line) => line.slice(1));
  return [
    finding('unused-tooling', {
      extension: extension.name,
      file: extension.displayFolder,
      message: `What only the build and its tools need is uploaded too: ${listNames(names, shownNames)}.`,
      hint: `Leave it out with these lines in ${shownPath(extension, '.qliksyncignore')}: ${lines.join(' ')}`,
    }),
  ];
}
