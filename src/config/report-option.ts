/** `--report kind=file`, as the command line and `QLIK_SYNC_REPORT` spell it. */

import { didYouMean } from './suggest.js';

/** All kinds of reports; `ci` if the CI system has a place for it, so that it needs no file. */
export const reportKinds = {
  json: 'file',
  markdown: 'file',
  html: 'file',
  junit: 'file',
  sarif: 'file',
  github: 'ci',
  gitlab: 'file',
  'gitlab-codequality': 'file',
  azure: 'ci',
} as const satisfies Readonly<Record<string, 'file' | 'ci'>>;

export type ReportKind = keyof typeof reportKinds;

export interface WantedReport {
  readonly kind: ReportKind;
  /** As given; absent if the report goes to the CI system's own place. */
  readonly file?: string;
}

export function parseReportOption(text: string): WantedReport | { readonly problem: string } {
  const [, kind = '', file] = /^([^=]*)(?:=(.*))?$/s.exec(text) ?? [];
  if (!isKind(kind)) return { problem: `"${kind}" is not a report kind; ${didYouMean(kind, kinds)}` };
  if (file === undefined && reportKinds[kind] === 'ci') return { kind };
  if (file === undefined || file === '')
    return { problem: `"${kind}" needs a file: ${kind}=${examples[kind]}` };
  return { kind, file };
}

const kinds = Object.keys(reportKinds);

function isKind(text: string): text is ReportKind {
  return Object.hasOwn(reportKinds, text);
}

const examples: Readonly<Record<ReportKind, string>> = {
  json: 'plan.json',
  markdown: 'plan.md',
  html: 'plan.html',
  junit: 'junit.xml',
  sarif: 'qlik-sync.sarif',
  github: 'annotations.txt',
  gitlab: 'tfplan.json',
  'gitlab-codequality': 'gl-code-quality-report.json',
  azure: 'issues.txt',
};
