import { createHash } from 'node:crypto';
import type { Location, Result } from 'sarif';
import { sentenceOf } from '../issues.js';
import type { Issue } from '../part-issues.js';
import { printableLines } from '../printable-lines.js';
import { levels } from './rules.js';

export function renderResult(issue: Issue, ids: readonly string[]): Result {
  const { id, severity } = issue;
  return {
    ruleId: id,
    ruleIndex: ids.indexOf(id),
    level: levels[severity],
    message: { text: plainMessage(sentenceOf(issue)) },
    locations: [renderLocation(issue)],
    partialFingerprints: { 'qlikSync/v1': fingerprintOf(issue) },
  };
}

/** `[text](address)` is a link in a plain message (SARIF 2.1.0, 3.11.6); only we may link, and we do not. */
function plainMessage(text: string): string {
  return printableLines(text).replaceAll('](', '] (');
}

function renderLocation({ file, line, column, extension }: Issue): Location {
  return {
    ...(file !== undefined && {
      physicalLocation: {
        artifactLocation: { uri: relativeUri(file), uriBaseId: '%SRCROOT%' },
        ...(line !== undefined && {
          region: { startLine: line, ...(column !== undefined && { startColumn: column }) },
        }),
      },
    }),
    ...(extension !== undefined && { logicalLocations: [{ name: extension, kind: 'module' }] }),
  };
}

/** A URI reference below the root: no segment can become a scheme, a host or a query. */
function relativeUri(path: string): string {
  return path
    .replace(/\p{Surrogate}/gu, '\ufffd')
    .split('/')
    .map((segment) => encodeURIComponent(segment).replaceAll("'", '%27'))
    .join('/')
    .replace(/^\/+/, '');
}

/** Without the line, so that an issue that moved is the same one. */
function fingerprintOf({ id, environment, extension, file, message }: Issue): string {
  return createHash('sha256')
    .update(JSON.stringify([id, environment, extension, file, message]))
    .digest('hex');
}
