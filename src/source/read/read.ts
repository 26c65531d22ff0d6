/**
 * Reads the desired state: every extension's folder, once. Files are read synchronously on purpose: hashing in one pass
 * is about four times as fast as asynchronous reads (measured), with one file in memory at a time.
 */

import { dirname } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { LineEndings } from '../../core/content/line-endings.js';
import { mayBeModule, readStub } from '../../core/content/module-facts.js';
import type { readModule as ReadModule } from '../../core/content/read-module.js';
import { signsOf } from '../../core/content/signs.js';
import { type ContentFacts, inspectContent } from '../../core/content.js';
import type { SkippedFolder } from '../../core/half-built.js';
import type { DesiredExtension, DesiredState, Finding } from '../../core/model.js';
import { byName } from '../../core/order.js';
import type { Candidate, Remark } from '../discover/candidate.js';
import { type Discovery, discover } from '../discover/discover.js';
import type { ListFolder } from '../discover/expand-folders.js';
import { baseOf } from '../discover/pattern.js';
import { displayPath } from '../display.js';
import { readSettled, type TellFolders } from '../git/settled.js';
import type { SourceFiles } from '../git/state.js';
import { type IgnoreRules, ignoreFile, prepareIgnoreRules } from '../ignore-rules.js';
import { whyPathLeftOut } from '../left-out.js';
import { noOwnFiles, type OwnFiles } from '../own-files.js';
import { loadIndex } from './index-file.js';
import { confirmLinkTexts } from './link-texts.js';
import { type ReadExtension, readExtension } from './read-extension.js';
import { createFileReader, type Inspect } from './read-file.js';

export interface ReadOptions {
  /** Absolute: the config file's folder, which `extensions` and `ignore` are relative to. */
  readonly root: string;
  /** Absolute: paths in findings are relative to it. */
  readonly cwd: string;
  /** Folder patterns. */
  readonly extensions: readonly string[];
  /** gitignore patterns. */
  readonly ignore: readonly string[];
  /** `lf`: the content of texts is with LF, whatever line endings the checkout has. Default: `as-is`. */
  readonly lineEndings?: LineEndings;
  /** Which names to read; default: all. */
  readonly selection?: (name: string) => boolean;
  /** `off` neither reads nor writes the stat index. */
  readonly index: 'on' | 'off';
  /** Version of this program; another version's index is not used. */
  readonly tool?: string;
  /** What this run reads and writes itself, which is never content. Default: nothing. */
  readonly own?: OwnFiles;
  /**
   * Lists the folders along the patterns, and the extensions' own; default: anew each time.
   * @internal Only `watch` remembers what it listed, and the published types hold no type of `node:fs`.
   */
  readonly list?: ListFolder | undefined;
  /** Stops between two folders; the call rejects with its reason. */
  readonly signal?: AbortSignal;
  /** The variables of this process, for git; absent: none. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** How many milliseconds to wait for a git that is changing the files; absent: the default. */
  readonly patienceMs?: number;
}

export interface DesiredReading {
  readonly state: DesiredState;
  /** About the selected extensions and about the patterns, with the catalogue's severities. */
  readonly findings: readonly Finding[];
  /** Patterns that match no folder. */
  readonly unmatched: readonly string[];
  /** The files of each extension that was read, and working trees along the patterns, which may hold none. */
  readonly sources: readonly SourceFiles[];
}

/** Includes what is known already, for the next caller that applies the rules. */
export interface RuledReading extends DesiredReading {
  /** What the rules say about extensions, before any severity is set, and with no origins declared. */
  readonly ruled: ReadonlyMap<DesiredExtension, readonly Finding[]>;
}

/**
 * Reads the folders. A problem with one is a finding. Such a folder is missing from `state.extensions`, but its name
 * counts as not selected, so that it does not look like one that is no longer desired.
 *
 * @throws SourceError when an ignore file cannot be read, or git keeps changing the files
 */
export async function readDesired(options: ReadOptions): Promise<DesiredReading> {
  const { ruled: _, ...reading } = await readRuled(options);
  return reading;
}

/** The same. @throws SourceError */
export function readRuled(options: ReadOptions): Promise<RuledReading> {
  const { root, extensions } = options;
  const bases = [...new Set(extensions.map((pattern) => baseOf(pattern, root)))];
  return readSettled({ env: {}, ...options, bases }, (tell) => readOnce(options, tell));
}

/** Where a working tree may begin. The candidates' own folders are listed already. */
function placesBelow(candidates: readonly Candidate[]): readonly string[] {
  const places = candidates.map(({ folder, entries }) =>
    entries.some(({ name }) => name === '.git') ? folder : dirname(folder),
  );
  return [...new Set(places)];
}

interface ReadFolder {
  readonly candidate: Candidate;
  readonly rules: IgnoreRules;
  readonly reading: ReadExtension;
}

async function readOnce(options: ReadOptions, tell: TellFolders): Promise<RuledReading> {
  const { root, cwd, own = noOwnFiles, lineEndings = 'as-is' } = options;
  const selects = options.selection ?? (() => true);
  const discovery = await discover(root, cwd, options.extensions, options.list);
  tell([...placesBelow(discovery.candidates), ...discovery.workingTrees]);
  const selected = discovery.candidates.filter((candidate) => selects(candidate.name));
  const rulesFor = prepareIgnoreRules({
    root,
    displayRoot: displayPath(cwd, root),
    patterns: options.ignore,
  });
  const index = options.index === 'on' ? loadIndex(root, options.tool ?? '', lineEndings) : undefined;
  const inspector = createInspector();
  const readFile = createFileReader(lineEndings, inspector.inspect);
  const read: ReadFolder[] = [];
  const yieldNow = createYielder(options.signal);
  for (const candidate of selected) {
    await yieldNow();
    const rules = await rulesFor(candidate);
    const readNow = (): ReadExtension =>
      readExtension(candidate, rules, {
        ...{ readFile, own, lineEndings },
        index: index?.folder(displayPath(root, candidate.folder)),
      });
    const first = readNow();
    const reading = (await inspector.lacksParser()) ? readNow() : first;
    read.push({ candidate, rules, reading });
  }
  index?.save();
  const readings = await confirmLinkTexts(read, options.env ?? {});
  return {
    state: toState(discovery, readings, selects),
    ruled: new Map(
      readings.flatMap((reading) =>
        reading.kind === 'extension' && reading.ruled !== undefined
          ? [[reading.extension, reading.ruled] as const]
          : [],
      ),
    ),
    unmatched: discovery.unmatched,
    sources: [...read.flatMap(sourceFilesOf), ...discovery.workingTrees.map(asSource)],
    findings: [
      ...remarksOnSelection(discovery, selects).map((remark) => remark.finding),
      ...readings.flatMap((reading) => reading.findings),
    ],
  };
}

/** An ignore file decides what is uploaded. */
function sourceFilesOf({
  candidate: { folder, entries },
  reading,
  rules,
}: ReadFolder): readonly SourceFiles[] {
  if (reading.kind !== 'extension') return [];
  const paths = reading.extension.files.map(({ diskPath }) => diskPath);
  const wants = (path: string): boolean => path === ignoreFile || whyPathLeftOut(rules, path) === undefined;
  return [
    {
      folder,
      paths: entries.some(({ name }) => name === ignoreFile) ? [...paths, ignoreFile] : paths,
      ...{ wants, patterns: rules.key },
    },
  ];
}

function asSource(folder: string): SourceFiles {
  return { folder, paths: [], wants: () => false };
}

/** Lets the event loop run now and then, so that the tenant's list arrives while the disk is read. */
function createYielder(signal: AbortSignal | undefined): () => Promise<void> {
  // If the wall clock is set, one turn is shorter; `performance` would add a millisecond to every start.
  let last = Date.now();
  return async () => {
    signal?.throwIfAborted();
    if (Math.abs(Date.now() - last) < longestTurnMs) return;
    await setImmediate();
    last = Date.now();
  };
}

const longestTurnMs = 2;

function toState(
  discovery: Discovery,
  readings: readonly ReadExtension[],
  selects: (name: string) => boolean,
): DesiredState {
  const notSelected = discovery.candidates.filter((candidate) => !selects(candidate.name));
  const unreadable = readings.filter((reading) => reading.kind === 'unreadable');
  return {
    extensions: sortByName(
      readings.flatMap((reading) => (reading.kind === 'extension' ? reading.extension : [])),
    ),
    skipped: sortByName(readings.flatMap((reading) => (reading.kind === 'skipped' ? reading.skipped : []))),
    notSelected: [
      ...new Set([...namesOf(notSelected), ...discovery.unclear, ...unreadable.map((each) => each.name)]),
    ].sort(),
    ...(discovery.unread.length > 0 && { unread: discovery.unread }),
  };
}

function namesOf(candidates: readonly Candidate[]): readonly string[] {
  return candidates.map((candidate) => candidate.name);
}

function sortByName<T extends DesiredExtension | SkippedFolder>(all: readonly T[]): readonly T[] {
  return [...all].sort(byName);
}

/** Problems of folders that are not selected are left out, unless nothing is selected: then they may be the reason. */
function remarksOnSelection(discovery: Discovery, selects: (name: string) => boolean): readonly Remark[] {
  if (!discovery.candidates.some((candidate) => selects(candidate.name))) return discovery.remarks;
  return discovery.remarks.filter((remark) => remark.names.length === 0 || remark.names.some(selects));
}

// The facts of a file's content, including those that only a parser finds.

interface Inspector {
  readonly inspect: Inspect;
  /**
   * Whether there was a module that nothing could read, since the parser is loaded only for one. It is loaded then, and
   * everything has to be read again.
   */
  readonly lacksParser: () => Promise<boolean>;
}

function createInspector(): Inspector {
  let readModule: typeof ReadModule | undefined;
  let isWanted = false;
  return {
    inspect: (path, content) => {
      const mayHold = signsOf(content);
      const facts = inspectContent(path, content, mayHold);
      if (!mayBeModule(path, content, mayHold)) return facts;
      const stub = readStub(content);
      if (stub !== undefined) return withModule(facts, stub);
      isWanted = true;
      return readModule === undefined ? facts : withModule(facts, readModule(path, content));
    },
    lacksParser: async () => {
      if (!isWanted || readModule !== undefined) return false;
      ({ readModule } = await import('../../core/content/read-module.js'));
      return true;
    },
  };
}

function withModule(facts: ContentFacts, module: ReturnType<typeof ReadModule>): ContentFacts {
  return module === undefined ? facts : { ...facts, module };
}
