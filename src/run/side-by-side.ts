/** Several environments at the same time, each on its own: no failure hides another's result. */

import { isMeant, selectsSeveral } from '../config/choose-environment.js';
import { readKey } from '../config/file/raw.js';
import { everyEnvironment } from '../config/known-keys.js';
import { RefusedError } from '../core/errors.js';
import { listNames } from '../core/format.js';
import { shellWord, withOptions } from '../core/shell-word.js';
import { printable } from '../report/paint.js';
import { openFleetProgress } from '../report/progress.js';
import type { EnvironmentResult, Report } from '../report/report.js';
import type { RunHeader } from '../report/run-header.js';
import { describeRun } from '../report/run-result.js';
import { verdictOf } from '../report/verdict.js';
import { endWith, type RunEnding } from './ending.js';
import type { Io, Sink } from './io.js';
import { findPlace } from './location.js';
import type { Place } from './run.js';
import type { SettingsSource } from './settings.js';

interface SideBySide {
  readonly command: RunHeader['command'];
  readonly source: SettingsSource;
  readonly io: Io;
  /** Every environment of the command, also those of other waves. */
  readonly among: readonly string[];
  /** Every `--confirm`. */
  readonly confirm: readonly string[];
  readonly work: (place: Place) => Promise<EnvironmentResult['exitCode']>;
  /** Where these are a part of more: how many ended before, of how many. */
  readonly counted?: { readonly before: number; readonly total: number };
  /** Called as each ends; the next may begin when it resolves. */
  readonly onResult?: (result: EnvironmentResult) => Promise<void>;
  /** Asked before each; one that may not begin has no result. */
  readonly mayBegin?: () => boolean;
}

const mostAtOnce = 8;

/** Each result is shown as one block, in the order given, once it and all before it are there. */
export async function runSideBySide(
  names: readonly string[],
  input: SideBySide,
): Promise<readonly EnvironmentResult[]> {
  const {
    source,
    io,
    among,
    confirm,
    counted = { before: 0, total: names.length },
    onResult,
    mayBegin,
  } = input;
  const unconfirmed = findUnconfirmed(among, confirm, source);
  const show = printInOrder(source.flags.json === true ? undefined : io.stdout);
  const progress = openFleetProgress(io.stderr, counted);
  const below = { ...input, io: { ...io, stderr: { ...io.stderr, ...progress.sink } } };
  try {
    const results = await mapAtMost(mostAtOnce, names, async (environment, index) => {
      if (mayBegin?.() === false) return undefined;
      const { text, result } = await runOne(environment, unconfirmed, below);
      progress.ended({
        name: environment,
        result: verdictOf(result.part).words,
        isFailure: result.exitCode !== 0,
      });
      await onResult?.(result);
      show(index, text);
      return result;
    });
    return results.filter((result) => result !== undefined);
  } finally {
    progress.end();
  }
}

async function runOne(
  environment: string,
  unconfirmed: readonly string[],
  { command, source, io, work }: SideBySide,
): Promise<{ readonly text: string; readonly result: EnvironmentResult }> {
  const argv = confirmOthers(environment, unconfirmed, { io, source });
  const captured = captureIo(environment, { ...io, argv });
  const ending = await endOf(captured.io, async () => {
    io.interrupted.throwIfAborted();
    return work({ settings: source.settingsFor(environment), io: captured.io });
  });
  captured.end();
  const result = describeEnvironment(
    environment,
    { ...ending, command, report: captured.lastReport() },
    source,
    io,
  );
  return { text: captured.text(), result };
}

async function endOf(io: Io, work: () => Promise<EnvironmentResult['exitCode']>): Promise<RunEnding> {
  try {
    return { exitCode: await work() };
  } catch (thrown) {
    return endWith(thrown, io);
  }
}

/** In the order of the items. */
export async function mapAtMost<T, R>(
  most: number,
  items: readonly T[],
  work: (item: T, index: number) => Promise<R>,
): Promise<readonly R[]> {
  const results: R[] = [];
  const rest = items.entries();
  const takeNext = async (): Promise<void> => {
    for (const [index, item] of rest) results[index] = await work(item, index);
  };
  await Promise.all(Array.from({ length: Math.min(most, items.length) }, takeNext));
  return results;
}

/** What one environment of several writes to: its result is kept until its turn, its notices carry its name. */
interface CapturedIo {
  /** Without a terminal: a person cannot be asked about several things at once. */
  readonly io: Io;
  /** What was written to stdout so far. */
  readonly text: () => string;
  readonly lastReport: () => Report | undefined;
  /** Writes an unfinished line. */
  readonly end: () => void;
}

function captureIo(environment: string, io: Io): CapturedIo {
  const written: string[] = [];
  let last: Report | undefined;
  const { sink: stderr, end } = prefixLines(`[${printable(environment)}] `, io.stderr);
  const stdout = { ...io.stdout, write: (text: string) => void written.push(text), isTerminal: false };
  const record = (report: Report): void => {
    last = report;
  };
  return {
    io: { ...io, stdout, stderr, terminal: () => undefined, record },
    text: () => written.join(''),
    lastReport: () => last,
    end,
  };
}

/** Whole lines only, and those of one text together, so that environments do not write into each other's. */
function prefixLines(prefix: string, sink: Sink): { readonly sink: Sink; readonly end: () => void } {
  let rest = '';
  const write = (text: string): void => {
    const lines = `${rest}${text}`.split('\n');
    rest = lines.pop() ?? '';
    if (lines.length > 0) sink.write(lines.map((line) => `${line === '' ? '' : prefix}${line}\n`).join(''));
  };
  return {
    sink: { ...sink, write, isTerminal: false },
    end: () => {
      if (rest !== '') write('\n');
    },
  };
}

/** Writes texts in the order of their numbers, each as soon as those before it are written, a blank line between. */
export function printInOrder(sink: Pick<Sink, 'write'> | undefined): (index: number, text: string) => void {
  const waiting = new Map<number, string>();
  let next = 0;
  let isFirst = true;
  return (index, text) => {
    waiting.set(index, text);
    for (let ready = waiting.get(next); ready !== undefined; ready = waiting.get(next)) {
      waiting.delete(next);
      next += 1;
      if (ready !== '') sink?.write(`${isFirst ? '' : '\n'}${ready}`);
      isFirst &&= ready === '';
    }
  };
}

/**
 * Before anything is read: else what is not protected would be written, and the rest refused. Without `--yes` nothing
 * is written anywhere, and every plan is shown with the command line that approves it.
 *
 * @param among every environment of the command
 * @throws RefusedError
 */
export function assertConfirmed(
  among: readonly string[],
  confirm: readonly string[],
  { source, io }: Pick<SideBySide, 'source' | 'io'>,
): void {
  if (source.flags.yes !== true) return;
  const unconfirmed = findUnconfirmed(among, confirm, source);
  if (unconfirmed.length === 0) return;
  const are = unconfirmed.length === 1 ? 'is a protected environment and' : 'are protected environments and';
  const argv = withOptions(io.argv, approvalOf(unconfirmed, source));
  throw new RefusedError(
    `${listNames(unconfirmed, 5)} ${are} not confirmed, so nothing is written to any environment.`,
    { hint: `To apply to all of them: ${['qlik-sync', ...argv.map(shellWord)].join(' ')}` },
  );
}

/** What the command line lacks for its plans to be approved, whatever they say. */
export function missingApproval(
  among: readonly string[],
  confirm: readonly string[],
  source: SettingsSource,
): readonly string[] {
  const unconfirmed = findUnconfirmed(among, confirm, source);
  return [...approvalOf(unconfirmed, source), ...(source.flags.yes === true ? [] : ['--yes'])];
}

/** Protected environments that no `--confirm` means. */
function findUnconfirmed(
  among: readonly string[],
  confirm: readonly string[],
  source: SettingsSource,
): readonly string[] {
  const own = among.filter((name) => isProtected(name, source));
  if (own.length === 0 || confirm.length === 0) return own;
  const labels = new Map(source.labelled().map((each) => [each.name, each.labels]));
  return own.filter((name) => !isMeant(confirm, { name, labels: labels.get(name) ?? {} }));
}

/** More of them would make every message of a fleet as long as the fleet. */
const mostByName = 10;

/** By name, or, where they are many, as `--env` selects them. */
function approvalOf(
  unconfirmed: readonly string[],
  { flags }: Pick<SettingsSource, 'flags'>,
): readonly string[] {
  const selected = (flags.env ?? []).filter((text) => selectsSeveral(text) || unconfirmed.includes(text));
  const asSelected = selected.some(selectsSeveral) ? selected : [everyEnvironment];
  const texts = unconfirmed.length > mostByName ? asSelected : unconfirmed;
  return texts.flatMap((text) => ['--confirm', text]);
}

/**
 * The command line that one environment's messages complete. They know nothing of the other protected environments,
 * which have to be confirmed too.
 */
function confirmOthers(
  environment: string,
  unconfirmed: readonly string[],
  { io: { argv }, source }: Pick<SideBySide, 'io' | 'source'>,
): readonly string[] {
  const others =
    unconfirmed.length > mostByName ? unconfirmed : unconfirmed.filter((name) => name !== environment);
  return withOptions(argv, approvalOf(others, source));
}

function isProtected(name: string, { loaded }: Pick<SettingsSource, 'loaded'>): boolean {
  const environments = readKey(loaded.value, 'environments');
  const own = readKey(readKey(environments, name), 'protected');
  return (own ?? readKey(loaded.value, 'protected')) === true;
}

/** How one environment of several ended, for every form of report. */
export function describeEnvironment(
  environment: string,
  { command, report, ...ending }: RunEnding & Described,
  source: SettingsSource,
  io: Io,
): EnvironmentResult {
  const place = findPlace(environment, source, io);
  const [part] = describeRun({ ...ending, command, tool: io.tool, folder: '', report, place }).parts;
  if (part === undefined) throw new Error(`${environment} has no result`);
  const shown = report === undefined || report.kind === 'environments' ? undefined : { report };
  return { environment, ...ending, ...shown, part };
}

interface Described {
  readonly command: RunHeader['command'];
  readonly report: Report | undefined;
}
