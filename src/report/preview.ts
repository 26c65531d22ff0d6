/** What a browser made of the extensions that change, before and after. */

import type { ExitCode } from '../core/exit-codes.js';
import { count } from '../core/format.js';
import {
  isWorse,
  type Preview,
  type PreviewBrowserFacts,
  type PreviewDifference,
  type PreviewResult,
  type PreviewSide,
  previewResults,
} from '../core/preview.js';
import type { PreviewDocument } from './documents/preview.js';
import { headOf, placeOf } from './json-parts.js';
import { joinBlocks, type Paint, printable, type Style } from './paint.js';
import type { RunHeader } from './run-header.js';
import { renderHeader, type TextOptions } from './text-parts.js';

export interface PreviewReport {
  readonly kind: 'preview';
  readonly header: RunHeader;
  /** By name. */
  readonly previews: readonly Preview[];
  /** Absent if there was nothing to draw. */
  readonly browser?: PreviewBrowserFacts;
  /** Every picture in base64, by its name in `previews`. */
  readonly pictures: ReadonlyMap<string, string>;
  readonly exitCode: ExitCode;
}

export function previewDocumentOf({ header, previews, browser, exitCode }: PreviewReport): PreviewDocument {
  return {
    command: 'preview',
    ...headOf(header),
    ...placeOf(header),
    ...(browser !== undefined && { browser }),
    previews: previews.map((preview) => ({ ...preview, worse: isWorse(preview) })),
    exitCode,
  };
}

export function renderPreview(report: PreviewReport, { paint, detail }: TextOptions): string {
  const width = Math.max(14, ...report.previews.map(({ name }) => printable(name).length));
  return joinBlocks([
    renderHeader(report.header, paint),
    report.previews.map((preview) => renderOne(preview, width, { paint, detail })).join(''),
    renderClosing(report),
  ]);
}

const styles: Readonly<Record<PreviewResult, Style>> = {
  drawn: 'green',
  loaded: 'cyan',
  unclear: 'yellow',
  blank: 'red',
  failed: 'red',
};

function renderOne(preview: Preview, width: number, { paint, detail }: TextOptions): string {
  const { name, old, new: fresh } = preview;
  const results = `${old === undefined ? '' : `${renderResult(old, paint)} → `}${renderResult(fresh, paint)}`;
  const words = describeDifference(preview);
  const head = `  ${printable(name).padEnd(width)}  ${results}${words === undefined ? '' : `  ${printable(words)}`}\n`;
  if (detail === 'quiet') return head;
  const files = picturesOf(preview).map(({ file }) => printable(file));
  const lines = [
    ...notesOf(preview).map((note) => `    ${printable(note)}\n`),
    ...(files.length === 0 ? [] : [`    ${paint('dim', files.join(' '))}\n`]),
  ];
  return head + lines.join('');
}

function renderResult({ result }: PreviewSide, paint: Paint): string {
  return paint(styles[result], result);
}

/**
 * `1234 of 256000 pixels differ (0.5 %)`, or why the tenant's side is missing; `undefined` if nothing can be compared.
 * Raw.
 */
export function describeDifference({ difference, withoutOld }: Preview): string | undefined {
  return difference === undefined ? withoutOld : describePixels(difference);
}

interface PreviewPicture {
  readonly title: 'Tenant' | 'Folder' | 'Difference';
  /** Raw. */
  readonly file: string;
}

/** In the order in which they are shown. */
export function picturesOf({ old, new: fresh, difference }: Preview): readonly PreviewPicture[] {
  const all = [
    { title: 'Tenant', file: old?.picture },
    { title: 'Folder', file: fresh.picture },
    { title: 'Difference', file: difference?.picture },
  ] as const;
  return all.flatMap(({ title, file }) => (file === undefined ? [] : [{ title, file }]));
}

/** What a preview says besides its results: the difference, then the notes. Raw. */
export function wordsOf(preview: Preview): readonly string[] {
  return [describeDifference(preview), ...notesOf(preview)].filter((text) => text !== undefined);
}

function describePixels({ pixels, of }: PreviewDifference): string {
  if (pixels === 0) return 'no pixel differs';
  const percent = (pixels / of) * 100;
  return `${pixels} of ${of} pixels differ (${percent < 0.1 ? '< 0.1' : percent.toFixed(1)} %)`;
}

/** Everything to be said about both sides, one sentence each; what applies to both is said once. Raw. */
export function notesOf({ old, new: fresh, data }: Preview): readonly string[] {
  const before = old === undefined ? [] : notesOfSide(old);
  const after = notesOfSide(fresh);
  return [
    ...after.map((note) => (before.includes(note) ? `both: ${note}` : `new: ${note}`)),
    ...before.filter((note) => !after.includes(note)).map((note) => `old: ${note}`),
    ...(data?.from === 'fixture' ? [`data of ${data.file}`] : []),
  ];
}

/** Of errors, those of its own files; others are in the document. */
function notesOfSide({ why, errors, blocked, missing }: PreviewSide): readonly string[] {
  const own = errors.filter(({ file }) => file !== undefined);
  return [
    ...(why === undefined ? [] : [why]),
    ...own.map(
      ({ kind, message, file, line, column }) =>
        `${kind === 'exception' ? 'exception' : 'console error'} at ${[file, line, column].join(':')}: ${message}`,
    ),
    ...blocked.map((request) => `asks outside, which the page blocked: ${request}`),
    ...missing.map((path) => `asks for ${path}, which it does not have`),
  ];
}

function renderClosing({ previews, browser }: PreviewReport): string {
  if (browser === undefined) return 'Nothing to preview: no extension changes.\n';
  const counts = previewResults.map(
    (result) => `${previews.filter(({ new: fresh }) => fresh.result === result).length} ${result}`,
  );
  return `Previewed ${count(previews.length, 'extension')}: ${counts.join(', ')}.\n${printable(describeBrowser(browser))}\n`;
}

/** Raw sentences. */
export function describeBrowser({ version, sandbox, stardust }: PreviewBrowserFacts): string {
  const drawn = stardust === undefined ? '' : ` and @nebula.js/stardust ${stardust}`;
  const unsafe =
    sandbox === 'on' ? '' : " The browser's own sandbox was off: this machine or user cannot have it.";
  return `With ${version}${drawn}, without network.${unsafe}`;
}
