/** What the texts of several commands share: the header line, findings, left-out files. */

import { count } from '../core/format.js';
import { countKinds } from '../core/kind.js';
import type { Change, Finding, LeftOutFile } from '../core/model.js';
import type { RuleId } from '../core/rules/catalogue.js';
import { type Paint, printable } from './paint.js';
import type { LeftOut } from './plan.js';
import type { RunHeader, TenantHeader } from './run-header.js';

/** `qlik-sync plan · prod (config) · https://… · project …` */
export function renderHeader({ command, project, tenant }: RunHeader, paint: Paint): string {
  const where =
    tenant === undefined
      ? []
      : [`${tenant.environment ?? 'tenant'} (${tenant.source})`, ...addressOf(tenant)];
  const whose = project === '' ? [] : [`project ${project}`];
  return `${paint('bold', [`qlik-sync ${command}`, ...where, ...whose].map(printable).join(' · '))}\n`;
}

/** None for the embedded tenant while it does not run: only its name is known. */
function addressOf({ url, environment }: TenantHeader): readonly string[] {
  return url === environment ? [] : [url];
}

const severityStyle = { error: 'red', warning: 'yellow', info: 'cyan' } as const;

export function renderFindings(findings: readonly Finding[], { paint, detail }: TextOptions): string {
  const shown = findings.filter(({ severity }) => severity !== 'info' || detail !== 'quiet');
  return shown.map((finding) => renderFinding(finding, paint)).join('');
}

/** Findings on extensions that do not change are only counted: `validate` is for those. Errors are never hidden. */
export function renderFindingsOn(
  changes: readonly Change[],
  findings: readonly Finding[],
  options: TextOptions,
): string {
  if (options.detail === 'verbose') return renderFindings(findings, options);
  const changing = new Set(changes.filter(({ action }) => action !== 'none').map(({ name }) => name));
  const isCounted = ({ rule, extension, severity }: Finding): boolean =>
    extension !== undefined && severity !== 'error' && !changing.has(extension) && !aboutRun.has(rule);
  const shown = renderFindings(
    findings.filter((finding) => !isCounted(finding)),
    options,
  );
  return options.detail === 'quiet' ? shown : shown + renderCount(findings.filter(isCounted));
}

/** The errors that stop a run, on their own: among many warnings they would not be seen. Warnings if there are no errors. */
export function renderErrorsAmong(findings: readonly Finding[], paint: Paint): string {
  const errors = findings.filter(({ severity }) => severity === 'error');
  if (errors.length === 0) return renderFindings(findings, { paint, detail: 'normal' });
  const others = findings.filter(({ severity }) => severity !== 'error');
  const shown = errors.map((finding) => renderFinding(finding, paint)).join('');
  return others.length === 0 ? shown : `${shown}${countFindings(others)} beside that.\n`;
}

/** Findings that only a run on a tenant makes, and that `validate` could not show. */
const aboutRun: ReadonlySet<string> = new Set([
  'own-output',
  'protect-unmatched',
  'themes-unlisted',
  'unfinished-replace',
  'rename-unchecked',
  'impact-not-held',
] satisfies RuleId[]);

function renderCount(findings: readonly Finding[]): string {
  if (findings.length === 0) return '';
  return `${countFindings(findings)} on ${countPlaces(findings)}; qlik-sync validate or -v shows ${findings.length === 1 ? 'it' : 'them'}.\n`;
}

/** What is skipped is not an extension, and counts in no number of a plan. */
function countPlaces(findings: readonly Finding[]): string {
  const isSkip = ({ rule }: Finding): boolean => rule === ('not-visualization' satisfies RuleId);
  const on = namesOf(findings.filter((finding) => !isSkip(finding)));
  const skipped = namesOf(findings.filter(isSkip)).length;
  return [
    ...(on.length === 0 ? [] : [`${countKinds(on)} that ${on.length === 1 ? 'does' : 'do'} not change`]),
    ...(skipped === 0 ? [] : [`${count(skipped, 'folder')} that ${skipped === 1 ? 'is' : 'are'} skipped`]),
  ].join(' and ');
}

function namesOf(findings: readonly Finding[]): readonly string[] {
  return [...new Set(findings.flatMap(({ extension = [] }) => extension))];
}

/** Findings other than errors. */
function countFindings(findings: readonly Finding[]): string {
  const warnings = findings.filter(({ severity }) => severity === 'warning').length;
  const others = findings.length - warnings;
  return [
    ...(warnings === 0 ? [] : [count(warnings, 'warning')]),
    ...(others === 0 ? [] : [count(others, 'note')]),
  ].join(', ');
}

function renderFinding(finding: Finding, paint: Paint): string {
  const { file, line, column, severity, message, rule, hint, extension } = finding;
  const place =
    file === undefined ? extension : [file, line, column].filter((part) => part !== undefined).join(':');
  const prefix = place === undefined ? '' : `${printable(place)}: `;
  const head = `${prefix}${paint(severityStyle[severity], severity)}: ${printable(message)} ${paint('dim', `[${rule}]`)}\n`;
  return hint === undefined ? head : `${head}  ${printable(hint)}\n`;
}

const reasons: Readonly<Record<LeftOutFile['why'], string>> = {
  default: 'ignored by default',
  ignored: 'ignored by your rules',
  'dropped-by-qlik': 'without a name or suffix, which Qlik drops',
  own: 'read or written by qlik-sync itself',
};

export function renderLeftOut(leftOut: readonly LeftOut[], detail: TextOptions['detail']): string {
  const files = leftOut.flatMap(({ extension, files }) => files.map((file) => ({ extension, ...file })));
  if (files.length === 0 || detail === 'quiet') return '';
  if (detail === 'verbose') return files.map(renderFile).join('');
  return `${countEntries(files)} left out: ${countReasons(files).join(', ')}; -v names them.\n`;
}

/** A folder that is left out is not read, so its files are not counted. */
function countEntries(entries: readonly LeftOutFile[]): string {
  const folders = entries.filter(({ path }) => path.endsWith('/')).length;
  const files = entries.length - folders;
  return [
    ...(files === 0 ? [] : [count(files, 'file')]),
    ...(folders === 0 ? [] : [count(folders, 'folder')]),
  ].join(' and ');
}

function renderFile({ extension, path, why }: LeftOutFile & Pick<LeftOut, 'extension'>): string {
  return `  left out of ${printable(extension)}: ${printable(path)} (${reasons[why]})\n`;
}

function countReasons(files: readonly LeftOutFile[]): readonly string[] {
  return (Object.keys(reasons) as LeftOutFile['why'][]).flatMap((why) => {
    const number = files.filter((file) => file.why === why).length;
    return number === 0 ? [] : [`${number} ${reasons[why]}`];
  });
}

/** `verbose` adds what is usually only counted: info findings, and by name left-out files and what is unmanaged. */
export interface TextOptions {
  readonly paint: Paint;
  readonly detail: 'quiet' | 'normal' | 'verbose';
}
