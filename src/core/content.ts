/** What a file's bytes show about it; computed once, when the file is read, and kept in the stat index. */

import type { ModuleFacts } from './content/module-facts.js';
import { findOrigins, type OriginUse } from './content/origins.js';
import { isOwnDocument } from './content/own-document.js';
import { findPlaceholder, type Placeholder } from './content/placeholder.js';
import { sniffRiskyType } from './content/risky-type.js';
import { type MayHold, signsOf } from './content/signs.js';
import { fileName, suffixOf } from './digest.js';

/** Empty for the ordinary file. */
export interface ContentFacts {
  /** libmagic's name of the content type, only where it is among those that may make an upload fail. */
  readonly riskyType?: string;
  /** The control characters for which the file does not count as text; sorted, at most five. */
  readonly controls?: readonly number[];
  readonly origins?: readonly OriginUse[];
  /** A complete page rather than a fragment, with addresses on other hosts. */
  readonly page?: true;
  /** Names of pages and of the manifest for npm that the code mentions. */
  readonly names?: readonly string[];
  /** What git left in place of the file. */
  readonly placeholder?: Placeholder;
  /** Written by this program: a report, a plan, a log. */
  readonly own?: true;
  /** A script with stardust's hooks of its own, that does not ask for stardust. */
  readonly ownStardust?: true;
  /** Only of scripts that ask for more than plain names; whoever reads the file adds it, since that takes a parser. */
  readonly module?: ModuleFacts;
}

const ordinary: ContentFacts = {};

const own: ContentFacts = { own: true };

/** Runs on every byte that is not in the index, so it must cost a fraction of hashing the same bytes. */
export function inspectContent(
  path: string,
  content: Buffer,
  mayHold: MayHold = signsOf(content),
): ContentFacts {
  if (isOwnDocument(path, content)) return own;
  const suffix = suffixOf(path);
  const placeholder = findPlaceholder(suffix, content, mayHold);
  const risky = sniffRiskyType(suffix, content, mayHold);
  const origins = findOrigins(suffix, content, mayHold);
  const page = origins.length > 0 && isWholePage(suffix, content);
  const names = namesOfFiles(suffix, content, mayHold);
  const ownStardust = holdsStardust(suffix, content, mayHold);
  if (risky === undefined && origins.length === 0 && names.length === 0 && !ownStardust)
    return placeholder === undefined ? ordinary : { placeholder };
  return {
    ...(placeholder !== undefined && { placeholder }),
    ...(risky !== undefined && { riskyType: risky.type }),
    ...(risky?.controls !== undefined && { controls: risky.controls }),
    ...(origins.length > 0 && { origins }),
    ...(page && { page }),
    ...(names.length > 0 && { names }),
    ...(ownStardust && { ownStardust }),
  };
}

// The library of nebula's extensions.

/** What its hooks throw outside of an object of the same copy; in each release looked at, from 1.7.0 to 7.4.0. */
const hookMessage = 'Invalid stardust hook call';

/** `define(["@nebula.js/stardust"], …)`, `require("@nebula.js/stardust")`. */
const asksForStardust =
  /\b(?:define\s*\(\s*(?:["'`][^"'`]{0,200}["'`]\s*,\s*)?\[[^\]]{0,2000}|require\s*\(\s*)["'`]@nebula\.js\/stardust["'`]/;

/** None of the extensions that Qlik publishes for nebula has it. */
function holdsStardust(suffix: string, content: Buffer, mayHold: MayHold): boolean {
  if (!/^m?js$/.test(suffix) || !mayHold('define') || !content.includes(hookMessage)) return false;
  return !asksForStardust.test(content.toString('latin1'));
}

// Complete pages, such as a demo or a documentation, and what mentions them.

const npmManifest = 'package.json';

const dotHtm = Buffer.from('.htm');

/** How many names of one file are kept. */
const maxNames = 50;

/** Bounds the time for files that hold a list of pages. */
const maxCandidates = 2_000;

/** How many characters before the suffix may be the name. */
const longestName = 120;

/** A fragment of markup that a script puts into a sheet has no document type. */
function isWholePage(suffix: string, content: Buffer): boolean {
  if (suffix !== 'html' && suffix !== 'htm') return false;
  return /^(?:\xef\xbb\xbf)?\s*(?:<!--[\s\S]*?-->\s*)*<(?:!doctype|html)\b/i.test(
    content.toString('latin1', 0, 4_096),
  );
}

/** File names, without folders, of the pages that code or markup mentions, and `package.json`. */
function namesOfFiles(suffix: string, content: Buffer, mayHold: MayHold): readonly string[] {
  if (!/^(?:m?js|cjs|html?)$/.test(suffix)) return [];
  const mentionsNpm = mayHold('npm-manifest') && content.includes(npmManifest);
  const names = new Set(mentionsNpm ? [npmManifest] : []);
  let at = mayHold('page-name') ? content.indexOf(dotHtm) : -1;
  for (let seen = 0; at !== -1 && seen < maxCandidates && names.size < maxNames; seen += 1) {
    const text = content.toString('utf8', Math.max(0, at - longestName), at + 6);
    const path = /([^"'`\s<>=()]+\.html?)(?!\w)/.exec(text)?.[1];
    if (path !== undefined && !path.includes('//')) names.add(fileName(path));
    at = content.indexOf(dotHtm, at + dotHtm.length);
  }
  return [...names];
}
