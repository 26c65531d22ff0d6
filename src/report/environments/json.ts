/** Several environments as one document. */

import type { ExitCode } from '../../core/errors.js';
import type { ErrorDocument } from '../documents.js';
import type { OutputDocument } from '../output-document.js';
import type { SingleReport } from '../single-report.js';
import type { EnvironmentDocument, EnvironmentsDocument } from './documents.js';
import type { EnvironmentResult, EnvironmentsReport } from './report.js';

/** How one environment is described. */
interface Describing {
  readonly documentOf: (report: SingleReport) => OutputDocument;
  readonly errorOf: (error: unknown, exitCode: ExitCode) => ErrorDocument['error'];
}

export function environmentsDocumentOf(report: EnvironmentsReport, how: Describing): EnvironmentsDocument {
  const { header, environments, shard, waves, exitCode } = report;
  return {
    command: header.command as EnvironmentsDocument['command'],
    schemaVersion: 1,
    tool: header.tool,
    environments: environments.map((each) => describe(each, how)),
    ...(shard !== undefined && { shard }),
    ...(waves !== undefined && {
      waves: waves.waves,
      notAttempted: waves.notAttempted,
      restored: waves.restored.map((each) => describe(each, how)),
    }),
    exitCode,
  };
}

type WithDocument = Extract<EnvironmentDocument, { readonly document: unknown }>;

/** Only the commands whose documents the schema names take several environments. */
function describe(result: EnvironmentResult, { documentOf, errorOf }: Describing): EnvironmentDocument {
  const { environment, exitCode, report } = result;
  if ('error' in result || report === undefined) {
    return {
      environment,
      exitCode,
      error: errorOf(result.error ?? new Error('it showed no result'), exitCode),
    };
  }
  return { environment, exitCode, document: documentOf(report) as WithDocument['document'] };
}
