/** Every report as the one document that `--json` prints. */

import { ConfigError, type ExitCode, FindingsError, TenantError, UserError } from '../core/errors.js';
import { isWhole } from '../core/impact-tally.js';
import type {
  ApplyDocument,
  ErrorDocument,
  InitDocument,
  OutputDocument,
  PlanDocument,
} from './documents.js';
import type { DriftDocument } from './drift-documents.js';
import type { DriftReport } from './drift-report.js';
import { describeEnvironments } from './environments-json.js';
import { toJsonText } from './json-text.js';
import type { ApplyReport, InitReport, PlanReport, Report, RunHeader } from './report.js';

export function renderJson(report: Report): string {
  return serialise(documentOf(report));
}

export function renderErrorJson(command: string, tool: string, error: unknown, exitCode: ExitCode): string {
  const document: ErrorDocument = {
    command,
    schemaVersion: 1,
    tool,
    error: errorOf(error),
    exitCode,
  };
  return serialise(document);
}

function errorOf(error: unknown): ErrorDocument['error'] {
  const known = error instanceof UserError ? error : undefined;
  return {
    kind: known?.name ?? 'bug',
    message: error instanceof Error ? error.message : String(error),
    ...(known?.hint !== undefined && { hint: known.hint }),
    ...(known instanceof TenantError && describeAnswer(known)),
    ...(known instanceof ConfigError && { problems: known.problems }),
    ...(known instanceof FindingsError && { findings: known.findings }),
  };
}

function describeAnswer({ status, code, traceId }: TenantError): Partial<ErrorDocument['error']> {
  return {
    ...(status !== undefined && { status }),
    ...(code !== undefined && { code }),
    ...(traceId !== undefined && { traceId }),
  };
}

function documentOf(report: Report): OutputDocument {
  const { tool, project } = report.header;
  const head = { schemaVersion: 1, tool, project } as const;
  switch (report.kind) {
    case 'validate':
      return {
        command: 'validate',
        ...head,
        extensions: report.extensions,
        findings: report.findings,
        exitCode: report.exitCode,
      };
    case 'plan':
      return { command: 'plan', ...planFields(report) };
    case 'apply':
      return {
        command: writingCommand(report.header.command),
        ...planFields(report),
        ...(report.undoes !== undefined && { undoes: report.undoes }),
        ...(report.promotes !== undefined && { promotes: report.promotes }),
        outcomes: report.outcomes,
        ms: report.ms,
      };
    case 'pack':
      return {
        command: 'pack',
        ...head,
        archives: report.archives,
        findings: report.findings,
        exitCode: report.exitCode,
      };
    case 'init':
      return { command: 'init', ...head, ...initFields(report) };
    case 'pull': {
      const { pulled, passed, exitCode } = report;
      return { command: 'pull', ...head, ...placeFields(report.header), pulled, passed, exitCode };
    }
    case 'drift':
      return { command: 'drift', ...head, ...placeFields(report.header), ...driftFields(report) };
    case 'config': {
      const { header: _, kind: __, ...fields } = report;
      return { command: 'config', ...head, ...fields };
    }
    case 'doctor': {
      const { header, checks, requests, exitCode } = report;
      const place = header.tenant === undefined ? {} : placeFields(header);
      return { command: 'doctor', ...head, ...place, checks, requests, exitCode };
    }
    case 'history': {
      const { header, runs, unreadable, exitCode } = report;
      const place = header.tenant === undefined ? {} : placeFields(header);
      return { command: 'history', ...head, ...place, runs, unreadable, exitCode };
    }
    case 'impact': {
      const { header, question, impact, exitCode } = report;
      const complete = isWhole(impact);
      return { command: 'impact', ...head, ...placeFields(header), question, complete, ...impact, exitCode };
    }
    case 'environments':
      return describeEnvironments(report, { documentOf, errorOf });
  }
}

function initFields({ file, config, validation, exitCode }: InitReport): Omit<InitDocument, keyof Head> {
  if (validation.kind === 'validate') {
    const { extensions, findings } = validation;
    return { file, config, extensions, findings, exitCode };
  }
  const { message, hint } = validation;
  const problem = { message, ...(hint !== undefined && { hint }) };
  return { file, config, problem, extensions: [], findings: [], exitCode };
}

type Head = Pick<InitDocument, 'command' | 'schemaVersion' | 'tool' | 'project'>;

function planFields(report: PlanReport | ApplyReport): Omit<PlanDocument, 'command'> {
  const { header, source, plan, findings, leftOut, refusals, exitCode } = report;
  return {
    schemaVersion: 1,
    tool: header.tool,
    project: plan.project,
    ...placeFields(header),
    source,
    digest: plan.digest,
    summary: plan.summary,
    requests: plan.requests,
    changes: plan.changes,
    findings,
    leftOut,
    refusals,
    ...(report.backups !== undefined && { backups: report.backups }),
    ...(report.comparisons !== undefined && { comparisons: report.comparisons }),
    ...(report.impact !== undefined && { impact: report.impact }),
    ...(report.request !== undefined && { request: report.request }),
    exitCode,
  };
}

/** The commands that write share one document. */
function writingCommand(command: RunHeader['command']): ApplyDocument['command'] {
  return command === 'rollback' || command === 'adopt' || command === 'promote' ? command : 'apply';
}

function placeFields({ tenant }: RunHeader): Pick<PlanDocument, 'environment' | 'tenant'> {
  if (tenant === undefined) throw new Error('a run that looks at a tenant has one');
  return {
    ...(tenant.environment !== undefined && { environment: tenant.environment }),
    tenant: {
      url: tenant.url,
      ...(tenant.identity !== undefined && { identity: tenant.identity }),
      source: tenant.source,
    },
  };
}

type DriftFields =
  | 'source'
  | 'drift'
  | 'expired'
  | 'gone'
  | 'compared'
  | 'requests'
  | 'findings'
  | 'exitCode';

function driftFields(report: DriftReport): Pick<DriftDocument, DriftFields> {
  const { source, drift, expired, gone, compared, requests, findings, exitCode } = report;
  return { source, drift, expired, gone, compared, requests, findings, exitCode };
}

function serialise(document: object): string {
  return `${toJsonText(document, 2)}\n`;
}
