/** Rules about the files of an extension. */

import { isArchiveType } from '../content/archive-type.js';
import { fileName } from '../digest.js';
import { mainFileOf } from '../kind.js';
import type { DesiredExtension, Finding, KeptFile } from '../model.js';
import { finding } from './catalogue.js';
import { manifestPath, positionOfKey, shownPath } from './place.js';

/** By convention `.env.example` and the like hold no secrets. */
const secretName = /^\.env(?!\.(?:example|sample|template|dist)$)(?:\..*)?$|.\.(?:pem|key|p12|pfx)$/i;

/** Files without a suffix that many folders contain and nothing loads. */
const customaryName =
  /^(?:licen[cs]e|copying|copyright|notice|patents|authors|contributors|maintainers|owners|codeowners|readme|changelog|changes|history|news|todo|version|makefile|dockerfile|jenkinsfile|vagrantfile|gemfile|rakefile|gruntfile|procfile|cname)$/i;

export function checkFiles(extension: DesiredExtension): readonly Finding[] {
  return [
    ...extension.files.flatMap((file) => checkContentType(extension, file)),
    ...checkSecrets(extension),
    ...checkDropped(extension),
    ...checkPreview(extension),
  ];
}

function checkContentType(extension: DesiredExtension, file: KeptFile): readonly Finding[] {
  const { path, facts } = file;
  if (facts.riskyType === undefined) return [];
  const place = { extension: extension.name, file: shownPath(extension, path) };
  if (isArchiveType(facts.riskyType)) {
    return [
      finding('nested-archive', {
        ...place,
        message: `The file is an archive (${facts.riskyType}); Qlik fails uploads that contain archives.`,
        hint: hintForArchive(extension, path),
      }),
    ];
  }
  return [
    finding('risky-content-type', {
      ...place,
      message: `The content is ${facts.riskyType}${describeReason(file)}, which may make Qlik refuse the whole upload.`,
      hint: hintForType(extension, file, facts.riskyType),
    }),
  ];
}

const packedSuffix = /\.(?:zip|7z|rar|tar|tgz|gz|bz2|xz|zst|jar|nupkg|vsix|crx|xpi|qex|bin|dat)$/i;

/** An archive that claims to be a picture or a document is a mistake, and nothing needs the files in it. */
function hintForArchive(extension: DesiredExtension, path: string): string {
  const suffix = fileName(path).replace(/^[^.]*\.?.*(?=\.)/, '');
  const way =
    packedSuffix.test(path) || suffix === '' ? 'Unpack it' : `Replace it with a real ${suffix} file`;
  return `${way}${orIgnore(extension, path)}.`;
}

/** Qlik loads this script, so it is needed whatever is wrong with it. */
function orIgnore({ name }: DesiredExtension, path: string): string {
  return path === mainFileOf(name) ? '' : ', or add it to "ignore"';
}

/** What makes a file that looks like text count as data. */
function describeReason({ bytes, facts: { riskyType, controls } }: KeptFile): string {
  if (controls !== undefined) return ` because it contains ${nameControls(controls)}`;
  return riskyType === 'application/octet-stream' && bytes === 1 ? ' because it is one byte long' : '';
}

/** `NUL bytes (00) and the control characters 07 and 1B`. */
function nameControls(controls: readonly number[]): string {
  const hex = controls
    .filter((code) => code !== 0)
    .map((code) => code.toString(16).toUpperCase().padStart(2, '0'));
  const others =
    hex.length === 0 ? [] : [`the control character${hex.length > 1 ? 's' : ''} ${joinWords(hex)}`];
  return joinWords([...(controls.includes(0) ? ['NUL bytes (00)'] : []), ...others]);
}

function joinWords(words: readonly string[]): string {
  const last = words.slice(-1);
  return [...(words.length > 1 ? [words.slice(0, -1).join(', ')] : []), ...last].join(' and ');
}

const unknown =
  'Nobody outside Qlik knows whether it still checks this: with libmagic up to 5.41 it would refuse every .woff, with 5.48 every .ttf.';

function hintForType(extension: DesiredExtension, { path, bytes }: KeptFile, type: string): string {
  if (bytes === 1) return `Make it longer, if only by a line break${orIgnore(extension, path)}. ${unknown}`;
  const escaped = type === 'application/octet-stream' ? escapesOf(path) : undefined;
  if (escaped !== undefined) return `${escaped}. ${unknown}`;
  return `Add it to "ignore" if nothing needs it at run time; if Qlik accepts it, set the rule risky-content-type to "off". ${unknown}`;
}

/** How each language writes a control character; HTML cannot. */
function escapesOf(path: string): string | undefined {
  if (/\.(?:m?js|cjs)$/i.test(path))
    return 'Rebuild it with such characters escaped (\\0, \\x1f), or use another build of the library';
  if (/\.json$/i.test(path)) return 'Write it anew with such characters escaped (\\u0000, \\u001f), in UTF-8';
  if (/\.css$/i.test(path)) return 'Rebuild it with such characters escaped (\\1f, \\7f)';
  return /\.html?$/i.test(path) ? 'Take such characters out' : undefined;
}

/** A file that is left out cannot be loaded. */
function checkSecrets(extension: DesiredExtension): readonly Finding[] {
  return extension.files
    .filter(({ path }) => secretName.test(fileName(path)))
    .map(({ path }) =>
      finding('secret-file', {
        extension: extension.name,
        file: shownPath(extension, path),
        message: 'The file looks like a secret; everyone who can open the extension could read it.',
        hint: 'Move it out of the folder, or add it to "ignore"; set the rule secret-file to "off" if it is not a secret.',
      }),
    );
}

function checkDropped(extension: DesiredExtension): readonly Finding[] {
  return extension.leftOut
    .filter(({ why, path }) => why === 'dropped-by-qlik' && !isCustomary(path))
    .map(({ path }) =>
      finding('dropped-by-qlik', {
        extension: extension.name,
        file: shownPath(extension, path),
        message: 'The file has no suffix, so Qlik drops it: code that loads it would get a 404.',
        hint: 'Give it a suffix, or add it to "ignore" if nothing needs it.',
      }),
    );
}

function isCustomary(path: string): boolean {
  const name = fileName(path);
  return name.startsWith('.') || customaryName.test(name);
}

/** A preview without a suffix is the name of one of Qlik's icons. */
function checkPreview(extension: DesiredExtension): readonly Finding[] {
  const { preview } = extension.manifest.fields;
  if (typeof preview !== 'string' || !/\.\w+$/.test(preview) || /^(?:https?:|\/|\.\.)/.test(preview))
    return [];
  const path = preview.replace(/^\.\//, '').normalize('NFC');
  if (extension.files.some((file) => file.path === path)) return [];
  return [
    finding('preview-missing', {
      extension: extension.name,
      file: manifestPath(extension),
      ...positionOfKey(extension.manifest.text, 'preview'),
      message: `The preview ${preview} is not among the files, so the asset panel shows none.`,
      hint: 'Add the image, or remove "preview".',
    }),
  ];
}
