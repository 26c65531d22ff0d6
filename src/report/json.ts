/** Every report as the one document that `--json` prints. */

import { ConfigError, FindingsError, TenantError, UserError } from '../core/errors.js';
import { type ExitCode, exitCodes } from '../core/exit-codes.js';
import { configDocumentOf } from './config.js';
import { doctorDocumentOf } from './doctor.js';
import type { ErrorDocument } from './documents/documents.js';
import type { OutputDocument } from './documents/json-schema.js';
import { driftDocumentOf } from './drift.js';
import { environmentsDocumentOf } from './environments.js';
import { fleetDocumentOf } from './fleet-status.js';
import { historyDocumentOf } from './history.js';
import { impactDocumentOf } from './impact.js';
import { initDocumentOf } from './init.js';
import { packDocumentOf } from './pack.js';
import { toJsonText } from './paint.js';
import { applyDocumentOf, planDocumentOf } from './plan.js';
import { previewDocumentOf } from './preview.js';
import { pullDocumentOf } from './pull.js';
import type { Report } from './report.js';
import { validateDocumentOf } from './validate.js';

export function renderJson(report: Report): string {
  return renderDocument(documentOf(report));
}

export function renderErrorJson(command: string, tool: string, error: unknown, exitCode: ExitCode): string {
  const document: ErrorDocument = {
    command,
    schemaVersion: 1,
    tool,
    error: errorOf(error, exitCode),
    exitCode,
  };
  return renderDocument(document);
}

function errorOf(error: unknown, exitCode: ExitCode): ErrorDocument['error'] {
  if (exitCode === exitCodes.interrupted) return { kind: 'interrupted', message: 'Interrupted.' };
  const known = error instanceof UserError ? error : undefined;
  return {
    kind: known === undefined ? 'bug' : kindOf(known),
    message: error instanceof Error ? error.message : String(error),
    ...(known?.hint !== undefined && { hint: known.hint }),
    ...(known instanceof TenantError && describeAnswer(known)),
    ...(known instanceof ConfigError && { problems: known.problems }),
    ...(known instanceof FindingsError && { findings: known.findings }),
  };
}

function kindOf({ name }: UserError): ErrorDocument['error']['kind'] {
  return kinds.find((kind) => kind === name) ?? 'UserError';
}

const kinds = ['ConfigError', 'SourceError', 'FindingsError', 'TenantError', 'RefusedError'] as const;

function describeAnswer({ status, code, traceId }: TenantError): Partial<ErrorDocument['error']> {
  return {
    ...(status !== undefined && { status }),
    ...(code !== undefined && { code }),
    ...(traceId !== undefined && { traceId }),
  };
}

function documentOf(report: Report): OutputDocument {
  switch (report.kind) {
    case 'validate':
      return validateDocumentOf(report);
    case 'plan':
      return planDocumentOf(report);
    case 'apply':
      return applyDocumentOf(report);
    case 'pack':
      return packDocumentOf(report);
    case 'init':
      return initDocumentOf(report);
    case 'preview':
      return previewDocumentOf(report);
    case 'pull':
      return pullDocumentOf(report);
    case 'drift':
      return driftDocumentOf(report);
    case 'config':
      return configDocumentOf(report);
    case 'doctor':
      return doctorDocumentOf(report);
    case 'fleet':
      return fleetDocumentOf(report);
    case 'history':
      return historyDocumentOf(report);
    case 'impact':
      return impactDocumentOf(report);
    case 'environments':
      return environmentsDocumentOf(report, { documentOf, errorOf });
  }
}

/** Any document as `--json` prints it. */
export function renderDocument(document: OutputDocument): string {
  return `${toJsonText(document, 2)}\n`;
}
